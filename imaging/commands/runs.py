"""`imaging runs`: the runs of this machine."""

from __future__ import annotations

import click

from imaging.commands import session
from imaging.commands.converting import run_document
from imaging.commands.following import is_abandoned
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.output import write_json
from imaging.commands.progress import restoration
from imaging.commands.tables import Cell, write_table
from imaging.commands.teaching import Example, TeachingCommand
from models.run import RunRecord, RunState

_HEADINGS = ("RUN", "STARTED", "KIND", "ABOUT", "STATE", "STEP", "VERDICT", "SOURCE")
_STYLES = {RunState.DONE: "green", RunState.FAILED: "red", RunState.WAITING: "yellow", RunState.CANCELLED: "dim"}


@click.command(
    name="runs",
    cls=TeachingCommand,
    examples=(
        Example("imaging runs", "every run in the journal of this machine, newest first"),
        Example("imaging runs --json | jq -r '.[] | select(.state == \"waiting for you\") | .run'", "those that wait"),
    ),
)
@everywhere
def command(said: Invocation) -> None:
    """List the runs of this machine, newest first.

    Only the journal in the state directory is read; no cloud is asked.
    """
    found = session.run(_runs())
    if said.json:
        write_json([run_document(run) for run in found])
    else:
        write_table(_HEADINGS, map(_row, found), spare=("STARTED", "KIND"))


async def _runs() -> tuple[RunRecord, ...]:
    async with session.own_runs() as runs:
        return await runs.runs()


def _row(run: RunRecord) -> tuple[Cell, ...]:
    step = run.current_step
    state = f"{run.state}, nobody works on it" if is_abandoned(run) else str(run.state)
    return (
        Cell(run.id, whole=True),
        Cell(run.created_at.astimezone().strftime("%Y-%m-%d %H:%M"), whole=True),
        Cell(run.kind),
        Cell(run.title),
        Cell(state, _STYLES.get(run.state, ""), whole=True),
        Cell(step.step if step is not None and not run.state.is_over else "-"),
        Cell(run.verdict.word if run.verdict else "-"),
        Cell(restoration(run), whole=True),
    )

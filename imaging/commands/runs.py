"""`imaging runs`: the runs of this machine."""

from __future__ import annotations

from datetime import UTC

import click

from imaging.commands.documents.run import run_document
from imaging.commands.flow import session
from imaging.commands.flow.follow import is_abandoned
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.output.run_text import kept_words, restoration
from imaging.commands.output.streams import say, write_json
from imaging.commands.output.tables import Cell, Column, write_table
from imaging.runs.core.outcome import kept_hint
from models.errors import UnreadableRunError
from models.formatting import local_minute
from models.run.record import RunRecord, RunState

_COLUMNS = (
    Column("RUN"),
    Column("STARTED", spared=2),
    Column("KIND", spared=1),
    Column("ABOUT"),
    Column("STATE"),
    Column("STEP"),
    Column("VERDICT"),
    Column("INSTANCE"),
    Column("WORKS"),
)
_STYLES = {RunState.DONE: "green", RunState.FAILED: "red", RunState.WAITING: "yellow", RunState.CANCELLED: "dim"}


@click.command(
    name="runs",
    cls=CommandWithExamples,
    examples=(
        Example("imaging runs", "every run in the journal of this machine, newest first"),
        Example(
            "imaging runs --json | jq -r '.[] | select(.state == \"waiting for you\") | .run'",
            "those waiting for you",
        ),
    ),
)
@everywhere
def command(invocation: Invocation) -> None:
    """List the runs of this machine, newest first.

    This reads only the journal in the state directory, not the cloud.
    """
    found, unreadable = session.run(_runs())
    for each in unreadable:
        say(str(each))
    if invocation.json:
        write_json([run_document(run) for run in found])
    else:
        write_table(_COLUMNS, map(_row, found))
        for run in found:
            if (kept := kept_words(run)) is not None:
                say(kept)
            if hint := kept_hint(run):
                say(f"Run {run.id} is over.{hint}")
            for left in run.left_behind:
                say(f"Run {run.id} did not delete the {left.kind} {left.name or left.id}: {left.reason}.")


async def _runs() -> tuple[tuple[RunRecord, ...], tuple[UnreadableRunError, ...]]:
    async with session.own_runs() as runs:
        return await runs.runs(), runs.unreadable_runs


def _row(run: RunRecord) -> tuple[Cell, ...]:
    step = run.current_step
    started = run.created_at.astimezone(UTC).isoformat(timespec="seconds")
    state = f"{run.state}, no runner" if is_abandoned(run) else str(run.state)
    return (
        Cell(run.id, whole=True),
        Cell(local_minute(run.created_at), whole=True, data=started),
        Cell(run.kind),
        Cell(run.title),
        Cell(state, _STYLES.get(run.state, ""), whole=True),
        Cell(step.step if step is not None and not run.state.is_over else "-"),
        Cell(run.verdict.word if run.verdict else "-"),
        Cell("-" if run.plan.file is not None else restoration(run), whole=True),
        Cell(run.works.word if run.works else "-"),
    )

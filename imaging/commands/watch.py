"""`imaging watch`: a run as it continues."""

from __future__ import annotations

import click

from imaging.commands.documents.run import run_document
from imaging.commands.flow import session
from imaging.commands.flow.exit_status import exit_status
from imaging.commands.flow.follow import LEFT, ctrl_c_leaves, finish, follow, print_changes
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.report_files import reporting
from imaging.commands.output.reports.writing import Reports
from imaging.commands.output.streams import write_json_line
from models.run.record import RunRecord


@click.command(
    name="watch",
    cls=CommandWithExamples,
    examples=(
        Example("imaging watch k3f9", "follow a run to its end; the beginning of its id is enough"),
        Example("imaging watch k3f9 --report junit=imaging.xml", "the same, or a run that is over, for a pipeline"),
        Example("imaging watch k3f9 --json | jq -r .state", "one JSON object per line, for each change"),
    ),
)
@click.argument("run")
@everywhere
@reporting()
def command(invocation: Invocation, run: str) -> int:
    """Follow a run to its end.

    Watching changes nothing: ctrl+c leaves the run running. The exit status is that of `imaging create`.
    """
    return session.run(_watch(run, json=invocation.json, reports=invocation.reports or Reports()))


async def _watch(wanted: str, *, json: bool, reports: Reports) -> int:
    async with session.own_runs() as runs:
        found = await runs.run(wanted)
        with ctrl_c_leaves() as leave:
            last = await follow(runs, found.id, leave, show=_write_line if json else print_changes)
    if not json:
        return finish(last, left=leave.asked, json=False, reports=reports)
    return reports.of_run(last, LEFT if leave.asked and not last.state.is_over else exit_status(last))


def _write_line(before: RunRecord | None, now: RunRecord) -> None:
    del before
    write_json_line(run_document(now))

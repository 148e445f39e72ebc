"""`imaging watch`: a run as it goes on."""

from __future__ import annotations

import click

from imaging.commands import session
from imaging.commands.converting import run_document
from imaging.commands.following import LEFT, exit_status, finish, follow, leaving_by_ctrl_c, tell_news
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.output import write_json_line
from imaging.commands.teaching import Example, TeachingCommand
from models.run import RunRecord


@click.command(
    name="watch",
    cls=TeachingCommand,
    examples=(
        Example("imaging watch k3f9", "follow a run to its end; the beginning of its id is enough"),
        Example("imaging watch k3f9 --json | jq -r .state", "one JSON object per line and change"),
    ),
)
@click.argument("run")
@everywhere
def command(said: Invocation, run: str) -> int:
    """Follow a run to its end.

    Watching changes nothing: ctrl+c leaves the run as it is. The exit status is that of `imaging create`.
    """
    return session.run(_watch(run, json=said.json))


async def _watch(wanted: str, *, json: bool) -> int:
    async with session.own_runs() as runs:
        found = await runs.run(wanted)
        with leaving_by_ctrl_c() as leave:
            last = await follow(runs, found.id, leave, show=_write_line if json else tell_news)
    if not json:
        return finish(last, left=leave.asked, json=False)
    return LEFT if leave.asked and not last.state.is_over else exit_status(last)


def _write_line(before: RunRecord | None, now: RunRecord) -> None:
    del before
    write_json_line(run_document(now))

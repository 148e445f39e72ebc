"""`imaging cancel`: a run is ended, and its instance restored."""

from __future__ import annotations

import click

from imaging.commands.flow import session
from imaging.commands.flow.follow import remove_and_follow, start_and_follow
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from models.run.record import RunState


@click.command(
    name="cancel",
    cls=CommandWithExamples,
    examples=(
        Example("imaging cancel k3f9", "end a run and restore its instance"),
        Example("imaging cancel k3f9 --json", "the same, with the run as JSON at the end"),
    ),
)
@click.argument("run")
@everywhere
def command(invocation: Invocation, run: str) -> int:
    """End a run and restore its instance.

    The call in flight is finished first, which can take minutes. A complete image is kept, private and marked as
    unverified; an incomplete one is deleted. Of a run that is over, a test instance that --keep-failed keeps is
    removed now. The exit status is 0 once that is done.
    """
    session.refuse_read_only()
    return session.run(_cancel(invocation, run))


async def _cancel(invocation: Invocation, wanted: str) -> int:
    async with session.own_runs() as runs:
        found = await runs.run(wanted)
        if found.keeps_instance:
            resolved = await session.resolve_for(invocation, found)
            return await remove_and_follow(
                lambda: runs.remove_kept(found.id, resolved), runs, found, json=invocation.json
            )
        # A living runner has its login; without one a new runner needs this one's.
        own_login = None if found.is_worked_on else await session.resolve_for(invocation, found)
        return await start_and_follow(
            lambda: runs.cancel(found.id, own_login), runs, json=invocation.json, wanted=RunState.CANCELLED
        )

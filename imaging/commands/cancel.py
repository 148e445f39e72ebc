"""`imaging cancel`: a run is ended, and its instance put back."""

from __future__ import annotations

import click

from imaging.commands import session
from imaging.commands.following import begin_and_follow
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.teaching import Example, TeachingCommand
from models.run import RunState


@click.command(
    name="cancel",
    cls=TeachingCommand,
    examples=(
        Example("imaging cancel k3f9", "end a run and put its instance back as it was"),
        Example("imaging cancel k3f9 --json", "the same, with the run as JSON at the end"),
    ),
)
@click.argument("run")
@everywhere
def command(said: Invocation, run: str) -> int:
    """End a run and put its instance back.

    What is under way at that moment is finished first, which can take minutes. An image that is complete is kept,
    private and marked as unverified; an unfinished one is deleted. The exit status is 0 once that is done.
    """
    session.refuse_read_only()
    return session.run(_cancel(said, run))


async def _cancel(said: Invocation, wanted: str) -> int:
    async with session.own_runs() as runs:
        found = await runs.run(wanted)
        # A living runner has its login; without one a new runner needs ours.
        resolved = None if found.runner is not None and found.runner.alive else await session.resolve_for(said, found)
        return await begin_and_follow(
            lambda: runs.cancel(found.id, resolved), runs, json=said.json, wanted=RunState.CANCELLED
        )

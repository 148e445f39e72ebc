"""`imaging resume`: a run goes on where it was."""

from __future__ import annotations

import click

from imaging.commands import session
from imaging.commands.following import begin_and_follow
from imaging.commands.hosts import confirmed_host, host_options
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.teaching import Example, TeachingCommand


@click.command(
    name="resume",
    cls=TeachingCommand,
    examples=(
        Example("imaging resume k3f9", "go on with a run whose runner is gone, or that waits for you"),
        Example("OS_CLOUD=alice imaging resume k3f9", "the same, with a new login from the environment"),
        Example("imaging resume k3f9 --yes --other-host login2", "take over from a machine that is gone"),
    ),
)
@click.argument("run")
@host_options
@everywhere
def command(said: Invocation, run: str, yes: bool, other_host: str | None) -> int:
    """Go on with a run, with a new login.

    Every step looks first at what is there, so nothing is done twice. The login is taken anew from clouds.yaml, the
    environment and the keyring; it must be for the project that the run belongs to.
    """
    session.refuse_read_only()
    return session.run(_resume(said, run, yes=yes, other_host=other_host))


async def _resume(said: Invocation, wanted: str, *, yes: bool, other_host: str | None) -> int:
    async with session.own_runs() as runs:
        found = await runs.run(wanted)
        host = confirmed_host(found, yes=yes, other_host=other_host)
        resolved = await session.resolve_for(said, found)
        return await begin_and_follow(lambda: runs.resume(found.id, resolved, other_host=host), runs, json=said.json)

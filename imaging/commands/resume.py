"""`imaging resume`: a run continues where it was."""

from __future__ import annotations

import click

from imaging.commands.flow import session
from imaging.commands.flow.follow import remove_and_follow, start_and_follow
from imaging.commands.flow.other_host import confirmed_host, host_options
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.report_files import reporting


@click.command(
    name="resume",
    cls=CommandWithExamples,
    examples=(
        Example("imaging resume k3f9", "continue a run that is interrupted or waiting for you"),
        Example("OS_CLOUD=alice imaging resume k3f9", "the same, with a new login from the environment"),
        Example("imaging resume k3f9 --yes --other-host login2", "take over from a machine that is gone"),
    ),
)
@click.argument("run")
@host_options
@everywhere
@reporting()
def command(invocation: Invocation, run: str, yes: bool, other_host: str | None) -> int:
    """Continue a run, with a new login.

    Every step first checks what is already done, so nothing is done twice. The login is read again from clouds.yaml,
    the environment and the keyring; it must be for the project of the run.
    """
    session.refuse_read_only()
    return session.run(_resume(invocation, run, yes=yes, other_host=other_host))


async def _resume(invocation: Invocation, wanted: str, *, yes: bool, other_host: str | None) -> int:
    async with session.own_runs() as runs:
        found = await runs.run(wanted)
        host = confirmed_host(found, yes=yes, other_host=other_host)
        resolved = await session.resolve_for(invocation, found)
        if found.keeps_instance:
            return await remove_and_follow(
                lambda: runs.resume(found.id, resolved, other_host=host), runs, found, json=invocation.json
            )
        return await start_and_follow(
            lambda: runs.resume(found.id, resolved, other_host=host),
            runs,
            json=invocation.json,
            reports=invocation.reports,
        )

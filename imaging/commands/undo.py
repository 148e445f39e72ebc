"""`imaging undo`: the instance of a run is put back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imaging.cloud.resolution import ResolvedCloud
from imaging.commands import session
from imaging.commands.agreeing import refuse_unasked
from imaging.commands.choosing import instance_named
from imaging.commands.following import begin_and_follow
from imaging.commands.hosts import confirmed_claim, confirmed_host, host_options
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.output import say
from imaging.commands.prompting import agreed
from imaging.commands.teaching import Example, TeachingCommand
from models.claim import Claim
from models.errors import ExitCode, UsageError
from models.run import RunRecord, RunState

if TYPE_CHECKING:
    from imaging.runs.service import RunService


@click.command(
    name="undo",
    cls=TeachingCommand,
    examples=(
        Example("imaging undo k3f9", "put back the instance of a run: volumes, power, lock"),
        Example(
            "imaging undo db-07", "the same from another machine, by what the run wrote into the instance's metadata"
        ),
        Example("imaging undo db-07 --yes --other-host login2", "from a script, taking over from the machine login2"),
    ),
)
@click.argument("run_or_instance")
@host_options
@everywhere
def command(said: Invocation, run_or_instance: str, yes: bool, other_host: str | None) -> int:
    """Put the instance of a run back as it was.

    RUN_OR_INSTANCE is the id of a run, or the name or id of an instance. What a run changes stands in its journal and
    in the metadata of the instance, so that any machine can put it back. An image that is complete is kept.
    """
    session.refuse_read_only()
    refuse_unasked(yes=yes)
    return session.run(_undo(said, run_or_instance, yes=yes, other_host=other_host))


async def _undo(said: Invocation, wanted: str, *, yes: bool, other_host: str | None) -> int:
    async with session.own_runs() as runs:
        target, resolved, name = await _target(said, runs, wanted)
        host = _confirm(target, name, yes=yes, other_host=other_host)
        if isinstance(target, RunRecord) and host is None and not yes and not agreed(f"Put {name} back as it was?"):
            say("Nothing was changed.")
            return ExitCode.VIOLATIONS
        return await begin_and_follow(
            lambda: runs.undo(target, resolved, other_host=host), runs, json=said.json, wanted=RunState.UNDONE
        )


async def _target(said: Invocation, runs: RunService, wanted: str) -> tuple[RunRecord | Claim, ResolvedCloud, str]:
    """What to undo: the run of that id, else the claim on the instance of that name or id."""
    run = await _recorded(runs, wanted)
    if run is not None:
        return run, await session.resolve_for(said, run), run.title
    return await _claimed(said, runs, wanted)


async def _recorded(runs: RunService, wanted: str) -> RunRecord | None:
    """The run of that id, if the journal of this machine has one."""
    try:
        return await runs.run(wanted)
    except UsageError:
        return None


async def _claimed(said: Invocation, runs: RunService, wanted: str) -> tuple[RunRecord | Claim, ResolvedCloud, str]:
    """The claim on an instance, or the run behind it where the journal has that."""
    async with session.logged_in(said) as here:
        instance = await instance_named(here.cloud, wanted)
        claim = await runs.find_claim(here.cloud, instance.id)
    if claim is None:
        raise UsageError(
            f"There is nothing to undo: {instance.name} carries no claim of a run, and no run has the id {wanted}.",
            remedy="`imaging runs` lists the runs of this machine.",
        )
    return await _recorded(runs, claim.run_id) or claim, here.resolved, instance.name


def _confirm(target: RunRecord | Claim, name: str, *, yes: bool, other_host: str | None) -> str | None:
    if isinstance(target, RunRecord):
        return confirmed_host(target, yes=yes, other_host=other_host)
    return confirmed_claim(target, name, yes=yes, other_host=other_host)

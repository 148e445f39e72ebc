"""`imaging undo`: the instance of a run is restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imaging.cloud.login.resolution import ResolvedCloud
from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.follow import start_and_follow
from imaging.commands.flow.other_host import confirmed_claim, confirmed_host, host_options
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.prompts import agreed
from imaging.commands.output.streams import say
from models.errors import UsageError
from models.exit_code import ExitCode
from models.run.claim import Claim
from models.run.record import RunRecord, RunState
from models.text import one_line

if TYPE_CHECKING:
    from imaging.runs.service import RunService


@click.command(
    name="undo",
    cls=CommandWithExamples,
    examples=(
        Example("imaging undo k3f9", "restore the instance of a run: volumes, power, lock"),
        Example("imaging undo db-07", "the same from another machine, by the claim in the instance's metadata"),
        Example("imaging undo db-07 --yes --other-host login2", "from a script, taking over from the machine login2"),
    ),
)
@click.argument("run_or_instance")
@host_options
@everywhere
def command(invocation: Invocation, run_or_instance: str, yes: bool, other_host: str | None) -> int:
    """Restore the instance of a run.

    RUN_OR_INSTANCE is the id of a run, or the name or id of an instance. A run records what it
    changes in its journal and in the metadata of the instance, so any machine can restore it. A complete image is kept.
    """
    session.refuse_read_only()
    require_confirmation(yes=yes)
    return session.run(_undo(invocation, run_or_instance, yes=yes, other_host=other_host))


async def _undo(invocation: Invocation, wanted: str, *, yes: bool, other_host: str | None) -> int:
    async with session.own_runs() as runs:
        target, resolved, name = await _target(invocation, runs, wanted, yes=yes)
        host = _confirm(target, name, yes=yes, other_host=other_host)
        if isinstance(target, RunRecord) and host is None and not yes and not agreed(f"Restore {name}?"):
            say("Nothing was changed.")
            return ExitCode.VIOLATIONS
        return await start_and_follow(
            lambda: runs.undo(target, resolved, other_host=host), runs, json=invocation.json, wanted=RunState.UNDONE
        )


async def _target(
    invocation: Invocation, runs: RunService, wanted: str, *, yes: bool
) -> tuple[RunRecord | Claim, ResolvedCloud, str]:
    """What to undo: the run of that id, else the claim on the instance of that name or id."""
    run = await _recorded(runs, wanted)
    if run is not None:
        if yes:
            _refuse_beginning(run, wanted)
        return run, await session.resolve_for(invocation, run), run.title
    return await _claimed(invocation, runs, wanted)


def _refuse_beginning(run: RunRecord, wanted: str) -> None:
    """Where nobody sees what the beginning of an id stands for, it could be meant as the name of an instance.

    Raises:
        UsageError: it is not the whole id.
    """
    if wanted != run.id:
        raise UsageError(
            f"{one_line(wanted, 80)} is only the beginning of the run id {run.id}; that run is about {run.title}.",
            meaning="Nothing was changed.",
            remedy=f"Give the whole id: imaging undo {run.id} --yes. Name an instance of that name by its own id.",
        )


async def _recorded(runs: RunService, wanted: str) -> RunRecord | None:
    """The run of that id, if the journal of this machine has one."""
    try:
        return await runs.run(wanted)
    except UsageError:
        return None


async def _claimed(
    invocation: Invocation, runs: RunService, wanted: str
) -> tuple[RunRecord | Claim, ResolvedCloud, str]:
    """The claim on an instance, or the run behind it where the journal has that."""
    async with session.logged_in(invocation) as here:
        instance = await instance_named(here.cloud, wanted)
        claim = await runs.find_claim(here.cloud, instance.id)
    if claim is None:
        raise UsageError(
            f"There is nothing to undo: {instance.name} has no claim, and no run has the id {wanted}.",
            remedy="`imaging runs` lists the runs of this machine.",
        )
    return await runs.run_of_claim(claim) or claim, here.resolved, instance.name


def _confirm(target: RunRecord | Claim, name: str, *, yes: bool, other_host: str | None) -> str | None:
    if isinstance(target, RunRecord):
        return confirmed_host(target, yes=yes, other_host=other_host)
    return confirmed_claim(target, name, yes=yes, other_host=other_host)

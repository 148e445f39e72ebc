"""Taking over from another machine, which needs a confirmation that nobody gives by habit."""

from __future__ import annotations

import socket

import click

from imaging.commands.options.invocation import Function
from imaging.commands.output.prompts import is_interactive, typed
from imaging.commands.output.streams import say
from models.errors import UsageError
from models.formatting import clock_time, local_day
from models.run.claim import Claim
from models.run.record import RunRecord


def host_options(function: Function) -> Function:
    """Add the options that stand for the typed confirmation."""
    function = click.option(
        "--other-host", metavar="HOST", help="With --yes: the name of the other machine that worked on the run."
    )(function)
    return click.option("--yes", is_flag=True, help="Do not ask.")(function)


def confirmed_host(run: RunRecord, *, yes: bool, other_host: str | None) -> str | None:
    """The other machine that worked on a run, once the user confirmed to take over from it; None for our own.

    Raises:
        UsageError: it was not confirmed.
    """
    if run.runner is None or run.runner.host == socket.gethostname():
        return None
    host = run.runner.host
    return _confirmed(
        f"Run {run.id} was last handled by the machine {host}."
        " If that machine is still working on it, the two would interfere with each other.",
        host,
        yes=yes,
        other_host=other_host,
    )


def confirmed_claim(claim: Claim, name: str, *, yes: bool, other_host: str | None) -> str | None:
    """The machine of a claim, once the user confirmed to undo its run; None for our own.

    Raises:
        UsageError: it was not confirmed.
    """
    text = (
        f"{name} is claimed by run {claim.run_id} of the machine {claim.host}, since"
        f" {_when(claim)}. That run is not in the journal of"
        " this machine. If that machine is still working on it, the two would interfere with each other."
    )
    if claim.damage:
        text += (
            f" The claim is damaged. Missing: {', '.join(claim.damage)}."
            " The rest is restored; the instance stays stopped unless the claim says that it was running."
        )
    ours = claim.host == socket.gethostname()
    if ours and yes:
        say(text)
        return None
    host = _confirmed(text, claim.host, yes=yes, other_host=other_host)
    return None if ours else host


def _when(claim: Claim) -> str:
    if claim.claimed_at is None:
        return "an unknown time"
    return f"{local_day(claim.claimed_at)} {clock_time(claim.claimed_at)}"


def _confirmed(text: str, host: str, *, yes: bool, other_host: str | None) -> str:
    say(text)
    if yes and other_host == host:
        return host
    if not yes and is_interactive() and typed("Make sure that it is not working on it.", host):
        return host
    raise UsageError(
        "Taking over from the other machine was not confirmed.",
        meaning="Nothing was changed.",
        remedy=f"If that machine no longer works on it, add --yes --other-host {host}.",
    )

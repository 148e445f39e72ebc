"""Taking over from another machine, which needs a confirmation that nobody gives by habit."""

from __future__ import annotations

import socket

import click

from imaging.commands.invocation import Function
from imaging.commands.output import say
from imaging.commands.progress import clock_time
from imaging.commands.prompting import somebody_is_there, typed
from models.claim import Claim
from models.errors import UsageError
from models.run import RunRecord


def host_options(function: Function) -> Function:
    """Add the options that stand for the typed confirmation."""
    function = click.option(
        "--other-host", metavar="HOST", help="Together with --yes: name the other machine that worked on the run."
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
        f"Run {run.id} was worked on by the machine {host}."
        " If it is still at work there, both would be in each other's way.",
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
        f" {claim.claimed_at.astimezone():%Y-%m-%d} {clock_time(claim.claimed_at)}. That run is not in the journal of"
        " this machine. If it is still at work there, both would be in each other's way."
    )
    ours = claim.host == socket.gethostname()
    if ours and yes:
        say(text)
        return None
    host = _confirmed(text, claim.host, yes=yes, other_host=other_host)
    return None if ours else host


def _confirmed(text: str, host: str, *, yes: bool, other_host: str | None) -> str:
    say(text)
    if yes and other_host == host:
        return host
    if not yes and somebody_is_there() and typed("Make sure that it is not.", host):
        return host
    raise UsageError(
        "It was not confirmed that the other machine's work may be taken over.",
        meaning="Nothing was changed.",
        remedy=f"If it is not at work any more, add --yes --other-host {host}.",
    )

"""Running the probe over an open shell."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from imaging.guest.confined_reading.client import read_confined
from imaging.guest.interface import CommandResult, GuestShell, Progress, Telling
from imaging.guest.probe import script
from imaging.runtime.clock import Clock
from models.errors import BadProbeError
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import Questions
from models.text import one_line

SECONDS = 90.0
"""The probe itself stops after 50; the rest is for the way there and back, and for a slow start of sudo."""
LIMIT_BYTES = 9_000_000

START = 'if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then exec sudo -n sh -s; else exec sh -s; fi'
"""Reads the script from standard input: as root where that needs no password, else as the user."""
START_AS_IS = "exec sh -s"
"""The same as the user of the shell, root or not."""


async def run_probe(
    shell: GuestShell,
    questions: Questions,
    clock: Clock,
    tell: Telling,
    *,
    parts: Collection[str] | None = None,
    before: GuestFacts | None = None,
    method: InspectionMethod = InspectionMethod.SSH,
    start: str = START,
    seconds: float = SECONDS,
) -> GuestFacts:
    """Run the probe in a guest.

    Args:
        shell: an open shell in the guest.
        questions: what the guidelines want to know.
        clock: says when it was read.
        tell: told how much has come so far.
        parts: names of the parts to read, all by default; those of `before` stay, with their own time.
        before: what an earlier inspection found.
        method: over which way the shell was opened.
        start: the command that runs the script.
        seconds: how long it may take.

    Raises:
        GuestUnreachableError: the connection was cut, or time was up.
        BadProbeError: what came back is no report.
    """
    if parts is not None and not parts and before is not None:
        return before
    nonce = secrets.token_hex(8)
    text = script(questions, parts, nonce=nonce)
    tell(Progress("Inspecting the instance"))
    result = await shell.run(
        start,
        stdin=text.encode("utf-8"),
        seconds=seconds,
        limit_bytes=LIMIT_BYTES,
        received=lambda count: tell(Progress("Inspecting the instance", done=count)),
    )
    try:
        facts = await read_confined(result.output, nonce=nonce, now=clock.now(), method=method)
    except BadProbeError as error:
        raise _with_ending(error, result) from None
    return facts if before is None or parts is None else _renewed(before, facts, parts)


def _renewed(before: GuestFacts, facts: GuestFacts, parts: Collection[str]) -> GuestFacts:
    """The earlier facts with some parts in their new state; as a whole they are as old as before."""
    again = {name: getattr(facts, name) for name in (*parts, "clock_off_seconds")}
    return before.model_copy(update=again)


def _with_ending(error: BadProbeError, result: CommandResult) -> BadProbeError:
    """The same error, with how the shell there ended, if that may be the reason."""
    if result.status == 0:
        return error
    last = next((line for line in reversed(result.errors.splitlines()) if line.strip()), "it said nothing")
    what = f"{error.what} The shell ended with status {result.status}: {one_line(last, 200)}."
    return BadProbeError(what, meaning=error.meaning, remedy=error.remedy)

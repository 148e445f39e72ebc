"""Running exactly the command that was shown, as root."""

from __future__ import annotations

from collections.abc import Callable

from imaging.guest.interface import GuestShell, Progress, Telling
from imaging.guest.remedies.result import FixResult
from imaging.guest.remedies.scripts import cut, why
from models.errors import GuestError, GuestUnreachableError
from models.remedy_action import RemedyAction
from models.text import many_lines, one_line

_SECONDS = 3600.0
"""A whole upgrade over a slow mirror."""
_LIMIT_BYTES = 64_000_000
"""So much that no update is ended half-way only because it talks."""
_KEPT_LINES = 200
_STEP_BYTES = 4096


async def run_command(shell: GuestShell, action: RemedyAction, *, tell: Telling) -> FixResult:
    """Run the action's command; how much it has printed is told while it runs.

    Raises:
        GuestError: it failed; its last words are said.
        GuestUnreachableError: the connection was cut, or an hour was not enough.
    """
    command = one_line(action.command, 200)
    if not action.command.strip():
        raise GuestError("There is no command to run.", meaning="Nothing was changed.")
    tell(Progress(f"Running {command}"))
    try:
        result = await shell.run(
            action.command,
            seconds=_SECONDS,
            limit_bytes=_LIMIT_BYTES,
            as_root=True,
            received=_received(tell, command),
        )
    except GuestUnreachableError as error:
        raise cut(error, f"`{command}`") from error
    output = _end_of(result.output)
    if result.status != 0:
        last = output.splitlines()[-1:] if not result.errors.strip() else []
        raise GuestError(
            f"`{command}` failed with exit status {result.status}: {last[0] if last else why(result)}.",
            meaning="What it did before that is not undone.",
            remedy="Run it by hand to see its whole output, then inspect again.",
        )
    return FixResult(f"`{command}` succeeded.", "The console cannot undo a command.", output)


def _received(tell: Telling, command: str) -> Callable[[int], None]:
    told = 0

    def received(count: int) -> None:
        nonlocal told
        if count - told >= _STEP_BYTES:
            told = count
            tell(Progress(f"Running {command}: {count // 1024} KiB of output", count))

    return received


def _end_of(output: bytes) -> str:
    return "\n".join(many_lines(output.decode("utf-8", "replace")).splitlines()[-_KEPT_LINES:])

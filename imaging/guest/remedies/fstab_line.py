"""One line of /etc/fstab or /etc/crypttab: commented out, or given `nofail`, with a copy of the file kept beside it.

A line is named by its number *and* by what was shown of it, for the file may have been changed since. All that is ever
done to the file is that a few bytes are put in at one place. `nofail` comes without a short device time-out: with one,
slow guests were seen to start without volumes that were there.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime

from imaging.guest.interface import GuestShell, Progress, Telling
from imaging.guest.remedies.result import FixResult
from imaging.guest.remedies.scripts import run_script, why
from models.errors import GuestError
from models.remedy_action import ActionKind, RemedyAction
from models.text import one_line

_FILES = frozenset({"/etc/fstab", "/etc/crypttab"})
_SECONDS = 120.0
_CHANGES = {ActionKind.COMMENT_LINE: "comment", ActionKind.ADD_NOFAIL: "nofail"}
_ANYTHING = "***"
_UNSHOWN = re.compile(r"\*{3,}|\N{REPLACEMENT CHARACTER}")
_UNCHANGED = "The file was not changed."
_REFUSALS = {
    "missing": ("is not there, or is not a file", "Inspect again."),
    "unreadable": ("could not be read", "Check it by hand."),
    "differs": ("has changed since it was shown: the line is different now", "Inspect again, and choose again."),
    "short": ("has too few words in that line for options", "Fix the line by hand."),
    "uncopied": ("could not be backed up", "Check that the disk has free space and is writable."),
    "unwritten": (
        "could not be rewritten",
        "Check that the disk has free space and is writable, and that the file is not immutable (lsattr).",
    ),
}


async def edit_line(shell: GuestShell, action: RemedyAction, *, now: datetime, tell: Telling) -> FixResult:
    """Comment a line out, or add `nofail` to its options.

    Args:
        shell: an open shell in the guest.
        action: COMMENT_LINE or ADD_NOFAIL.
        now: the time that the copy's name has.
        tell: shows progress.

    Raises:
        GuestError: the line is another one now, or the guest refused; the file is as it was, if nothing else is said.
    """
    _refuse_vague(action)
    tell(Progress(f"Changing line {action.line} of {action.file}"))
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    arguments = (action.file, str(action.line), _as_shown(action.line_text), _CHANGES[action.kind], stamp)
    result = await run_script(
        shell, "fstab_line", "edit", *arguments, doing=f"The change of {action.file}", seconds=_SECONDS
    )
    word, *more = [one_line(line) for line in result.output.decode("utf-8", "replace").splitlines()] or [""]
    if word == "already":
        return FixResult(f"Line {action.line} of {action.file} was already changed.", "There is nothing to undo.")
    if word != "fixed" or len(more) < 2:  # noqa: PLR2004  # file and copy
        complaint = f" ({why(result)})" if result.errors.strip() else ""
        raise _refusal(action.file, word, more, complaint)
    return _result(action, more)


def _refuse_vague(action: RemedyAction) -> None:
    if action.file not in _FILES or action.line is None or action.line < 1 or not action.line_text.strip():
        raise GuestError(
            f"The line to change in {action.file or 'the file'} is not clear.",
            meaning=_UNCHANGED,
            remedy="Inspect again, and choose again.",
        )


def _as_shown(text: str) -> str:
    """The shown line with one sign for all that was masked, unreadable, or cut."""
    shown = _UNSHOWN.sub(_ANYTHING, text)
    return shown[:-1] + _ANYTHING if shown.endswith("…") else shown


def _refusal(file: str, word: str, more: list[str], complaint: str) -> GuestError:
    if word in _REFUSALS:
        what, remedy = _REFUSALS[word]
        return GuestError(f"{file} {what}{complaint}.", meaning=_UNCHANGED, remedy=remedy)
    if word == "unsure" and len(more) > 1:
        return GuestError(
            f"{file} was written, but differs from what was written: something else changes it, too.",
            meaning=f"The old file is {more[1]}.",
            remedy=f"Compare them before the next boot: sudo diff {shlex.quote(more[1])} {shlex.quote(more[0])}",
        )
    return GuestError(
        f"The guest gave no clear answer to the change of {file}{complaint}.",
        meaning="It may have been changed; if so, a copy is beside it.",
        remedy="Inspect again to see its current state.",
    )


def _result(action: RemedyAction, more: list[str]) -> FixResult:
    file, copy, *notes = more
    how = "is commented out" if action.kind is ActionKind.COMMENT_LINE else "has the option nofail"
    done = f"Line {action.line} of {action.file} {how}; the old file is kept as {copy}."
    if "reload-failed" in notes:
        done += " systemd could not reload it (systemctl daemon-reload); it will at the next boot."
    undo = f"sudo cp -a {shlex.quote(copy)} {shlex.quote(file)} && sudo systemctl daemon-reload"
    return FixResult(done, f"If nothing else was changed in it: {undo}")

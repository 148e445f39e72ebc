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
from imaging.guest.mending.result import MendingResult
from imaging.guest.mending.scripts import run_script, why
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
    "missing": ("is not there, or is not a file", "Probe again."),
    "unreadable": ("could not be read", "Look at it by hand."),
    "differs": ("has changed since it was shown: that line is another one now", "Probe again, and choose anew."),
    "short": ("has too few words in that line for options", "Mend the line by hand."),
    "uncopied": ("could not be copied to keep the old one", "See that the disk is neither full nor read-only."),
    "unwritten": (
        "could not be written anew",
        "See that the disk is neither full nor read-only, and that the file is not immutable (lsattr).",
    ),
}


async def edit_line(shell: GuestShell, action: RemedyAction, *, now: datetime, tell: Telling) -> MendingResult:
    """Comment a line out, or add `nofail` to its options.

    Args:
        shell: the way into the guest.
        action: COMMENT_LINE or ADD_NOFAIL.
        now: the time that the copy's name has.
        tell: whoever shows progress.

    Raises:
        GuestError: the line is another one now, or the guest refused; the file is as it was, if nothing else is said.
    """
    _refuse_vague(action)
    tell(Progress(f"Changing line {action.line} of {action.file}"))
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    arguments = (action.file, str(action.line), _as_shown(action.line_text), _CHANGES[action.kind], stamp)
    result = await run_script(
        shell, "edit_line", "edit", *arguments, doing=f"The change of {action.file}", seconds=_SECONDS
    )
    word, *more = [one_line(line) for line in result.output.decode("utf-8", "replace").splitlines()] or [""]
    if word == "already":
        return MendingResult(f"Line {action.line} of {action.file} was so already.", "There is nothing to undo.")
    if word != "mended" or len(more) < 2:  # noqa: PLR2004  # file and copy
        complaint = f" ({why(result)})" if result.errors.strip() else ""
        raise _refusal(action.file, word, more, complaint)
    return _result(action, more)


def _refuse_vague(action: RemedyAction) -> None:
    if action.file not in _FILES or action.line is None or action.line < 1 or not action.line_text.strip():
        raise GuestError(
            f"It is not clear which line of {one_line(action.file) or 'which file'} is meant.",
            meaning=_UNCHANGED,
            remedy="Probe again, and choose anew.",
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
            f"{file} was written, but reads otherwise now than it was written: somebody else changes it, too.",
            meaning=f"The file as it was before is {more[1]}.",
            remedy=f"Compare them before the next start: sudo diff {shlex.quote(more[1])} {shlex.quote(more[0])}",
        )
    return GuestError(
        f"The guest gave no clear answer to the change of {file}{complaint}.",
        meaning="It may or may not have been changed; a copy would lie beside it.",
        remedy="Probe again, which shows how it is now.",
    )


def _result(action: RemedyAction, more: list[str]) -> MendingResult:
    file, copy, *notes = more
    how = "is commented out" if action.kind is ActionKind.COMMENT_LINE else "has the option nofail"
    done = f"Line {action.line} of {action.file} {how}; the file as it was is kept as {copy}."
    if "reload-failed" in notes:
        done += " systemd could not read it anew (systemctl daemon-reload); it will at the next start."
    undo = f"sudo cp -a {shlex.quote(copy)} {shlex.quote(file)} && sudo systemctl daemon-reload"
    return MendingResult(done, f"As long as nothing else was changed in it: {undo}")

"""Small helpers for evidence and remedies: short, checkable by hand, fit for a narrow screen."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from models.cloud.image import Image
from models.findings import Checklist, InspectionMethod
from models.text import cut

_NAME_SHOWN = 40
"""Characters of a name that are shown; an evidence line has about 150."""
_LISTED = 4
"""How many things are listed by name before the rest is only counted."""


def shown(name: str) -> str:
    """A name, or its beginning."""
    return cut(name, _NAME_SHOWN)


def listed(items: Sequence[str]) -> str:
    """`a, b, c, d and 3 more`."""
    rest = len(items) - _LISTED
    head = ", ".join(items[:_LISTED])
    return f"{head} and {rest} more" if rest > 0 else head


def fitting(items: Sequence[str], room: int = 100) -> str:
    """`a, b and 3 more`: as many as `room` characters hold, but one at least."""
    if not items:
        return ""
    kept = 1
    while kept < len(items) and len(_first(items, kept + 1)) <= room:
        kept += 1
    return cut(_first(items, kept), room)


def _first(items: Sequence[str], kept: int) -> str:
    rest = len(items) - kept
    return ", ".join(items[:kept]) + (f" and {rest} more" if rest else "")


def image_named(image: Image) -> str:
    """An image by name and id."""
    return f"{shown(image.name)} ({image.id})"


def command(*words: str) -> str:
    """A command line, every word quoted as a POSIX shell needs it."""
    return shlex.join(words)


def commands(lines: Iterable[str]) -> str:
    """Several command lines, one below the other."""
    return "\n".join(lines)


_BY_SSH = "inspect the guest by SSH (--probe), as a user who may use sudo"
_BY_HAND = "the remedy of each says how to find out by hand."


def how_to_answer(checklist: Checklist) -> str:
    """A sentence for the rules that block and that the inspection did not answer, by where its facts came from."""
    match checklist.inspected_by:
        case InspectionMethod.DEEP_CHECK:
            return f"A deep check shows the disk and not what runs: {_BY_SSH}, or {_BY_HAND}"
        case InspectionMethod.IMAGE_FILE:
            return f"An image file shows the disk and not what runs: {_BY_HAND}"
        case InspectionMethod.BROUGHT if not checklist.inspected_as_root:
            return f"The report was not made as root: make it again with `sudo sh probe.sh`, or {_BY_SSH}."
        case InspectionMethod.BROUGHT:
            return f"The report does not tell more: {_BY_SSH}, or {_BY_HAND}"
        case _ if not checklist.inspected_as_root:
            return "Inspect the guest as a user who may use sudo, or with --deep."
        case _:
            return f"It was inspected as root: another inspection tells more only where time was up. Else {_BY_HAND}"

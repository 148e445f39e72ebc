"""Small helpers for evidence and remedies: short, checkable by hand, fit for a narrow screen."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from models.cloud.image import Image
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

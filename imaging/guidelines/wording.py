"""Small helpers for evidence and remedies: short, checkable by hand, fit for a narrow screen."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime

from models.image import Image
from models.text import one_line

_NAME_SHOWN = 40
"""Characters of a name that are shown; an evidence line has about 150."""
_LISTED = 4
"""How many things are listed by name before the rest is only counted."""


def shown(name: str) -> str:
    """A name in one short line, without control characters."""
    return one_line(name, _NAME_SHOWN)


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
    while kept < len(items) and len(_cut(items, kept + 1)) <= room:
        kept += 1
    return one_line(_cut(items, kept), room)


def _cut(items: Sequence[str], kept: int) -> str:
    rest = len(items) - kept
    return ", ".join(items[:kept]) + (f" and {rest} more" if rest else "")


def counted(number: int, noun: str) -> str:
    """`1 volume`, `2 volumes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def day(moment: datetime | None) -> str:
    """The day of a time, or a question mark."""
    return moment.strftime("%Y-%m-%d") if moment else "?"


def minute(moment: datetime) -> str:
    """A time to the minute, with its zone."""
    return moment.strftime("%Y-%m-%d %H:%M %Z").rstrip()


def size(size_bytes: int) -> str:
    """A size in GiB, or in MiB where that says more."""
    gib = size_bytes / 1024**3
    return f"{gib:.1f} GiB" if gib >= 1 else f"{size_bytes / 1024**2:.1f} MiB"


def image_named(image: Image) -> str:
    """An image by name and id."""
    return f"{shown(image.name)} ({image.id})"


def command(*words: str) -> str:
    """A command line, every word quoted as a POSIX shell needs it."""
    return shlex.join(words)


def commands(lines: Iterable[str]) -> str:
    """Several command lines, one below the other."""
    return "\n".join(lines)

"""Reads YAML of a guest as YAML, in every style, and bounded: its owner writes what he likes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from imaging.guest.report.rows import Rows
from models.text import one_line

_LARGEST = 100_000
"""Characters: PyYAML takes a second for more."""
_MOST_NODES = 5_000
_DEEPEST = 40


class NotReadError(Exception):
    """It is no YAML, or uses a part of YAML that is not read here."""


def documents(rows: Rows, kind: str) -> dict[str, Any]:
    """What the YAML files of a kind of rows hold, by path; one that could not be read is said, and left out.

    Args:
        rows: those of a part; each of that kind has a line and its file.
        kind: the first word of the rows.
    """
    lines: dict[str, list[str]] = {}
    for line, file in rows.read(kind, lambda line, file: (line, file), fields=2):
        lines.setdefault(file, []).append(line)
    found: dict[str, Any] = {}
    for file, text in lines.items():
        rows.check()
        try:
            found[file] = document("\n".join(text))
        except NotReadError as unread:
            rows.doubt(f"{file} could not be read as YAML ({unread})")
    return found


def document(text: str) -> Any:
    """What a YAML text holds.

    Raises:
        NotReadError: it is not YAML, too large, too deep, or merges mappings, which can swell without end.
    """
    if len(text) > _LARGEST:
        raise NotReadError("too long")
    if "<<" in text:
        raise NotReadError("it merges mappings")
    try:
        read = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as fault:
        raise NotReadError(one_line(str(getattr(fault, "problem", "") or "no YAML"), 60)) from None
    _check_size(read)
    return read


def _check_size(read: Any) -> None:
    """A mapping that an anchor names again and again counts each time."""
    waiting, count = [(read, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > _MOST_NODES or depth > _DEEPEST:
            raise NotReadError("too much")
        waiting += [(each, depth + 1) for each in _inside(value)]


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def plain(value: Any) -> str:
    """A value of one setting as it is shown: `true`, `[OpenStack, None]`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(plain(each) for each in value)}]"
    return "" if value is None else str(value)

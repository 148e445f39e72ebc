"""Reads a pattern of names as the probe's script does: `*` and `?` for anything but a slash, `[…]` for one of several.

In brackets stand letters, digits and ranges of them; anything else means itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.expressions.syntax import Choice, Edge, Node, OneOf, Repeat, Sequence, literal

_WILD: Final = re.compile(rb"\*|\?|\[!?([A-Za-z0-9._-]+)\]")
_NO_SLASH: Final = OneOf(frozenset(range(256)) - {ord("/")})


def any_name(patterns: Iterable[str]) -> Node:
    """A whole name, in small letters, that one of the patterns means; capitals in a pattern mean small letters."""
    return Sequence((Edge.LINE_START, Choice(tuple(_name(each.lower()) for each in patterns)), Edge.LINE_END))


def _name(pattern: str) -> Node:
    return Sequence(tuple(_parts(pattern.encode("utf-8"))))


def _parts(pattern: bytes) -> Iterator[Node]:
    at = 0
    for wild in _WILD.finditer(pattern):
        yield literal(pattern[at : wild.start()])
        yield _meaning(wild)
        at = wild.end()
    yield literal(pattern[at:])


def _meaning(wild: re.Match[bytes]) -> Node:
    if wild[0] == b"*":
        return Repeat(_NO_SLASH, 0, None)
    if wild[0] == b"?":
        return _NO_SLASH
    values = frozenset(_members(wild[1]))
    return OneOf(_NO_SLASH.values - values if wild[0].startswith(b"[!") else values)


def _members(inside: bytes) -> Iterator[int]:
    at = 0
    while at < len(inside):
        is_range = inside[at + 1 : at + 2] == b"-" and at + 2 < len(inside)
        last = inside[at + 2] if is_range else inside[at]
        yield from range(inside[at], last + 1)
        at += 3 if is_range else 1

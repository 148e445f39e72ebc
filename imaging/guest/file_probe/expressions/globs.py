"""Reads patterns of names and paths as the probe's script does: `*` and `?` for anything, `[…]` for one of several.

In brackets stand letters, digits and ranges of them; anything else means itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.expressions.syntax import Choice, Edge, Node, OneOf, Repeat, Sequence, literal

_WILD: Final = re.compile(rb"\*|\?|\[!?([A-Za-z0-9._-]+)\]")
_SIGNS: Final = re.compile(r"[*?\[]")
_ANY: Final = OneOf(frozenset(range(256)))
_NO_SLASH: Final = OneOf(_ANY.values - {ord("/")})


def any_name(patterns: Iterable[str]) -> Node:
    """A whole name, in small letters, that one of the patterns means; capitals in a pattern mean small letters."""
    return _any_of((each.lower() for each in patterns), _NO_SLASH)


def any_path(patterns: Iterable[str]) -> Node:
    """A whole path that one of the patterns means, as find takes them: `*` means slashes, too."""
    return _any_of(patterns, _ANY)


def meaning_only(path: str) -> str:
    """A pattern for the shell that means this path and no other."""
    return _SIGNS.sub(r"[\g<0>]", path)


def _any_of(patterns: Iterable[str], any_byte: OneOf) -> Node:
    branches = (Sequence(tuple(_parts(each.encode("utf-8"), any_byte))) for each in patterns)
    return Sequence((Edge.LINE_START, Choice(tuple(branches)), Edge.LINE_END))


def _parts(pattern: bytes, any_byte: OneOf) -> Iterator[Node]:
    at = 0
    for wild in _WILD.finditer(pattern):
        yield literal(pattern[at : wild.start()])
        yield _meaning(wild, any_byte)
        at = wild.end()
    yield literal(pattern[at:])


def _meaning(wild: re.Match[bytes], any_byte: OneOf) -> Node:
    if wild[0] == b"*":
        return Repeat(any_byte, 0, None)
    if wild[0] == b"?":
        return any_byte
    values = frozenset(_members(wild[1]))
    return OneOf(any_byte.values - values if wild[0].startswith(b"[!") else values)


def _members(inside: bytes) -> Iterator[int]:
    at = 0
    while at < len(inside):
        is_range = inside[at + 1 : at + 2] == b"-" and at + 2 < len(inside)
        last = inside[at + 2] if is_range else inside[at]
        yield from range(inside[at], last + 1)
        at += 3 if is_range else 1

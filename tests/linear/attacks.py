"""Texts that make a pattern slow, made from the pattern itself.

A pattern is slow where it tries again and again what it has tried: from each place of a text, or with each division of
it between two repetitions. So each part of the pattern's own tree is repeated: alone, behind what must stand before it,
and with something behind it that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]  # no other way to a pattern's tree
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any

_ALPHABET = " a0\t\"'\\<>/=:;,.-_@[{(]})#%$!&|*+?~\n\r\x1b\x9b\x01\x07Z~\xe9\u200b"
_KILLERS = ("", "\x02", "\n", " ")
_MOST_PUMPS = 4


class Attack:
    """A text of any size: `before + pump * n + after`."""

    def __init__(self, before: str, pump: str, after: str) -> None:
        self.before, self.pump, self.after = before, pump, after

    def text(self, size: int) -> str:
        return self.before + self.pump * (size // len(self.pump)) + self.after

    def __repr__(self) -> str:
        return f"{self.before!r} + {self.pump!r} * n + {self.after!r}"


def attacks_on(pattern: re.Pattern[Any]) -> list[Attack]:
    """The attacks on one pattern, each once; none on one that repeats nothing, for it cannot be slow."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(source, pattern.flags & ~re.UNICODE & ~re.LOCALE)
    found: dict[tuple[str, str, str], None] = {}
    whole = _sample(tree)
    repeated = list(_repeated(tree, ""))
    pumps = dict.fromkeys(pump for _before, pump in repeated)
    for before, pump in repeated:
        for killer in _KILLERS:
            found[before, pump, killer] = None
            found["", before + pump, killer] = None
    for pump in (whole, f"{whole} ", *pumps, *(whole[:length] for length in range(1, min(len(whole), 24)))):
        if pump:
            found["", pump, "\x02"] = None
    return [Attack(*each) for each in found if each[1]] if repeated else []


def _repeated(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """Each repetition of a pattern: what stands before it, and a thing that it repeats."""
    for op, value in tree:
        if op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            _least, _most, body = value
            for pump in _members(body):
                yield before, pump
            yield from _repeated(body, before)
        elif op is sre.SUBPATTERN:
            yield from _repeated(value[3], before)
        elif op is sre.ATOMIC_GROUP:
            yield from _repeated(value, before)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _repeated(branch, before)
        elif op in {sre.ASSERT, sre.ASSERT_NOT}:
            yield from _repeated(value[1], before)
        before += _sample([(op, value)])


def _members(body: Any) -> list[str]:
    """Things that the body of a repetition may be: of a class of characters several kinds."""
    if len(body) == 1 and body[0][0] in {sre.IN, sre.ANY, sre.NOT_LITERAL, sre.CATEGORY}:
        fitting = [letter for letter in _ALPHABET if _fits(body[0], letter)]
        spread = fitting[:: max(1, len(fitting) // _MOST_PUMPS)][:_MOST_PUMPS]
        return spread or [_sample(body)]
    return [_sample(body), *(_sample(branch) for op, value in body if op is sre.BRANCH for branch in value[1][:6])]


def _sample(tree: Any) -> str:  # one line for each kind of node
    text = ""
    for op, value in tree:
        if op is sre.LITERAL:
            text += chr(value)
        elif op in {sre.IN, sre.ANY, sre.NOT_LITERAL, sre.CATEGORY}:
            text += next((letter for letter in "a0 -" + _ALPHABET if _fits((op, value), letter)), "")
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            text += _sample(value[2]) * min(max(value[0], 1), 64)
        elif op is sre.SUBPATTERN:
            text += _sample(value[3])
        elif op is sre.ATOMIC_GROUP:
            text += _sample(value)
        elif op is sre.BRANCH:
            text += _sample(value[1][0])
    return text


def _fits(node: tuple[Any, Any], letter: str) -> bool:
    op, value = node
    if op is sre.ANY:
        return letter != "\n"
    if op is sre.NOT_LITERAL:
        return bool(ord(letter) != value)
    if op is sre.CATEGORY:
        return _in_category(value, letter)
    negated = value[0][0] is sre.NEGATE
    return negated != any(_in_class(one, letter) for one in value)


def _in_class(one: tuple[Any, Any], letter: str) -> bool:
    kind, value = one
    if kind is sre.LITERAL:
        return bool(ord(letter) == value)
    if kind is sre.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    return kind is sre.CATEGORY and _in_category(value, letter)


def _in_category(category: Any, letter: str) -> bool:
    name = str(category)
    inside = (
        letter.isspace()
        if "SPACE" in name
        else letter.isdigit()
        if "DIGIT" in name
        else letter.isalnum() or letter == "_"
    )
    return inside != ("NOT" in name)

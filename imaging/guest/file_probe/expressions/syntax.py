"""Reads an extended regular expression as GNU grep does in the C locale: byte by byte, `.` is any but a line end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from imaging.files.disk.file_system import NAMES


class ExpressionError(ValueError):
    """An expression that cannot be matched here: it is broken, too large, or remembers what it matched."""


class Edge(Enum):
    """A place between two bytes."""

    LINE_START = auto()
    LINE_END = auto()
    WORD_START = auto()
    WORD_END = auto()
    WORD_EDGE = auto()
    NO_WORD_EDGE = auto()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One byte out of several."""

    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; nothing is an empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same several times."""

    part: Node
    least: int
    most: int | None


Node = OneOf | Sequence | Choice | Repeat | Edge

WORD: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
ANY: Final = frozenset(range(256)) - {ord("\n")}
_SPACE: Final = frozenset(b" \t\n\v\f\r")
_UPPER: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_DIGIT: Final = frozenset(b"0123456789")
_GRAPH: Final = frozenset(range(0x21, 0x7F))
_CLASSES: Final = {
    "alpha": _UPPER | _LOWER,
    "digit": _DIGIT,
    "alnum": _UPPER | _LOWER | _DIGIT,
    "upper": _UPPER,
    "lower": _LOWER,
    "space": _SPACE,
    "blank": frozenset(b" \t"),
    "punct": _GRAPH - _UPPER - _LOWER - _DIGIT,
    "graph": _GRAPH,
    "print": _GRAPH | {0x20},
    "cntrl": frozenset(range(0x20)) | {0x7F},
    "xdigit": frozenset(b"0123456789ABCDEFabcdef"),
}
_ESCAPED: Final[dict[str, Node]] = {
    "w": OneOf(WORD),
    "W": OneOf(ANY - WORD),
    "s": OneOf(_SPACE - {ord("\n")}),
    "S": OneOf(ANY - _SPACE),
    "b": Edge.WORD_EDGE,
    "B": Edge.NO_WORD_EDGE,
    "<": Edge.WORD_START,
    ">": Edge.WORD_END,
    "`": Edge.LINE_START,
    "'": Edge.LINE_END,
}
_SIGNS: Final[dict[str, Node]] = {".": OneOf(ANY), "^": Edge.LINE_START, "$": Edge.LINE_END}
_MOST_TIMES: Final = 255
"""As POSIX allows."""
_MOST_REPEATS: Final = 8
"""Of the same thing, such as `a**`."""
_DEEPEST: Final = 50
"""Groups in groups; the deepest of the tables has five."""


@lru_cache(maxsize=512)
def parsed(expression: str) -> Node:
    """What an expression means.

    Raises:
        ExpressionError: it has no meaning here; the message says why, without the expression.
    """
    return _Reader(expression.encode("utf-8").decode(NAMES)).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._choice()
        if self._at < len(self._text):
            raise ExpressionError("a closing parenthesis without an opening one")
        return node

    def _choice(self) -> Node:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._repeated(self._one()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, node: Node) -> Node:
        for _ in range(_MOST_REPEATS):
            times = self._times()
            if times is None:
                return node
            if isinstance(node, Edge):
                raise ExpressionError("the beginning or end of a line or word is repeated")
            node = Repeat(node, *times)
        raise ExpressionError("too many repetitions of repetitions")

    def _times(self) -> tuple[int, int | None] | None:
        for sign, times in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return times
        return self._counted() if self._text.startswith("{", self._at) else None

    def _counted(self) -> tuple[int, int | None] | None:
        """What braces say; those that are no count stand for themselves."""
        inside, closed, _ = self._text[self._at + 1 :].partition("}")
        least, comma, most = inside.partition(",")
        digits = [part for part in (least, most) if part]
        if not closed or not digits or not all(part.isascii() and part.isdigit() for part in digits):
            return None
        self._at += len(inside) + 2
        low = _count(least) if least else 0
        high = _count(most) if most else None if comma else low
        if high is not None and high < low:
            raise ExpressionError("a count that ends before it begins")
        return low, high

    def _one(self) -> Node:
        sign = self._text[self._at]
        self._at += 1
        if sign == "(":
            return self._group()
        if sign == "[":
            return OneOf(self._bracket())
        if sign == "\\":
            return self._escape()
        if sign in "*+?":
            raise ExpressionError("nothing stands before what is repeated")
        return _SIGNS.get(sign) or _literal(sign)

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError("too many groups in each other")
        node = self._choice()
        if not self._take(")"):
            raise ExpressionError("an opening parenthesis without a closing one")
        self._depth -= 1
        return Sequence((node,))

    def _escape(self) -> Node:
        if self._at >= len(self._text):
            raise ExpressionError("a backslash at the end")
        sign = self._text[self._at]
        self._at += 1
        if sign in "123456789":
            raise ExpressionError("it refers back to what a group matched")
        return _ESCAPED.get(sign) or _literal(sign)

    def _bracket(self) -> frozenset[int]:
        negated = self._take("^")
        found: set[int] = set()
        first = True
        while first or not self._text.startswith("]", self._at):
            found |= self._member()
            first = False
        self._at += 1
        return ANY - found if negated else frozenset(found)

    def _member(self) -> frozenset[int]:
        if self._text.startswith("[:", self._at):
            return self._class()
        low = self._end_of_range()
        if not self._text.startswith("-", self._at) or self._text.startswith("-]", self._at):
            return frozenset({low})
        self._at += 1
        high = self._end_of_range()
        if high < low:
            raise ExpressionError("a range that ends before it begins")
        return frozenset(range(low, high + 1))

    def _class(self) -> frozenset[int]:
        name, closed, _ = self._text[self._at + 2 :].partition(":]")
        if not closed or name not in _CLASSES:
            raise ExpressionError("a class of characters that is not known")
        self._at += len(name) + 4
        return _CLASSES[name]

    def _end_of_range(self) -> int:
        if self._at >= len(self._text):
            raise ExpressionError("an opening bracket without a closing one")
        if self._text.startswith(("[.", "[=", "[:"), self._at):
            raise ExpressionError("a collating element")
        self._at += 1
        return ord(self._text[self._at - 1])

    def _take(self, sign: str) -> bool:
        taken = self._text.startswith(sign, self._at)
        self._at += taken
        return taken


def literal(text: Iterable[int]) -> Node:
    """Exactly these bytes."""
    return Sequence(tuple(OneOf(frozenset({value})) for value in text))


def _literal(sign: str) -> Node:
    return OneOf(frozenset({ord(sign)}))


def _count(digits: str) -> int:
    if len(digits) > len(str(_MOST_TIMES)) or int(digits) > _MOST_TIMES:
        raise ExpressionError("a count that is too large")
    return int(digits)

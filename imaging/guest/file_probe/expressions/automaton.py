"""Matches many expressions at a time: each byte of a text is read once, and alone decides the next state.

A state is the set of all places in all expressions at which a match may have got. The states are found out while a text
is read, each once: behind the first texts there is one step in a table for each byte. Where a text makes more states
than are kept they are found out again, so that time grows with the length of the text and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, Final

from imaging.guest.file_probe.expressions.syntax import (
    WORD,
    Choice,
    Edge,
    ExpressionError,
    Node,
    OneOf,
    Repeat,
    Sequence,
)

_MOST_PLACES: Final = 50_000
"""In all expressions together; those of the tables have some 4,000."""
_MOST_STATES: Final = 5_000
_MOST_STEPS: Final = 200_000
_CHUNK_BYTES: Final = 8_192
_LINE_FEED: Final = ord("\n")
_EMPTY: Final[frozenset[Any]] = frozenset()


class _Before(Enum):
    """What stands before a place."""

    NOTHING = auto()
    WORD = auto()
    OTHER = auto()


class _Places:
    """The places in the expressions, and the ways from one to the next: over a byte, or over nothing."""

    def __init__(self) -> None:
        self.over_byte: list[tuple[frozenset[int], int] | None] = []
        self.over_nothing: list[list[tuple[Edge | None, int]]] = []
        self.tag: list[str] = []
        self.ends: set[int] = set()

    def add_expression(self, tag: str, node: Node) -> int:
        """Its first place."""
        first = self._place(tag)
        self.ends.add(self._add(tag, node, first))
        return first

    def _add(self, tag: str, node: Node, start: int) -> int:
        """Lays the ways of a node from a place on, and tells where they end."""
        match node:
            case OneOf(values):
                end = self._place(tag)
                self.over_byte[start] = (values, end)
                return end
            case Edge():
                return self._way(tag, start, node)
            case Sequence(parts):
                for part in parts:
                    start = self._add(tag, part, self._way(tag, start))
                return start
            case Choice(branches):
                end = self._place(tag)
                for branch in branches:
                    self.over_nothing[self._add(tag, branch, self._way(tag, start))].append((None, end))
                return end
            case Repeat(part, least, most):
                return self._repeat(tag, part, least, most, start)

    def _repeat(self, tag: str, part: Node, least: int, most: int | None, start: int) -> int:
        for _ in range(least):
            start = self._add(tag, part, self._way(tag, start))
        end = self._place(tag)
        if most is None:
            begin = self._way(tag, start)
            again = self._add(tag, part, begin)
            self.over_nothing[again].append((None, begin))
            self.over_nothing[begin].append((None, end))
            return end
        for _ in range(most - least):
            self.over_nothing[start].append((None, end))
            start = self._add(tag, part, self._way(tag, start))
        self.over_nothing[start].append((None, end))
        return end

    def _way(self, tag: str, start: int, edge: Edge | None = None) -> int:
        end = self._place(tag)
        self.over_nothing[start].append((edge, end))
        return end

    def _place(self, tag: str) -> int:
        if len(self.tag) >= _MOST_PLACES:
            raise ExpressionError("the expressions are too large")
        self.over_byte.append(None)
        self.over_nothing.append([])
        self.tag.append(tag)
        return len(self.tag) - 1


class Automaton:
    """Tells which of its expressions fit a text."""

    def __init__(
        self, expressions: Mapping[str, Node], *, by_line: bool = True, check: Callable[[], None] = lambda: None
    ) -> None:
        """Take the expressions in.

        Args:
            expressions: what each means, by the tag that is told where it fits.
            by_line: whether a line feed ends a line, in one of which all of an expression has to fit; else it is a byte
                like any other, and the text is one line.
            check: asked in long work; it raises when time is up.

        Raises:
            ExpressionError: they are too large.
        """
        self._check = check
        self._by_line = by_line
        self._places = _Places()
        self._starts = [self._places.add_expression(tag, node) for tag, node in expressions.items()]
        self._tags = frozenset(expressions)
        self._has_words = any(
            edge not in {None, Edge.LINE_START, Edge.LINE_END} for ways in self._places.over_nothing for edge, _ in ways
        )
        self._kinds, self._examples = self._kinds_of_bytes()
        self._line_end = len(self._examples)
        """What a text is translated to: a number for each kind of byte, this one for the end of a line."""
        self._steps: dict[tuple[int, _Before, int], tuple[frozenset[int], frozenset[str]]] = {}
        self._states: dict[tuple[frozenset[int], _Before, frozenset[str]], list[Any]] = {}
        self._begin_key = (_EMPTY, _Before.NOTHING, _EMPTY)

    def found_in(self, text: bytes) -> frozenset[str]:
        """The tags of all expressions that fit somewhere in the text."""
        if not text and self._by_line:
            return frozenset()
        state = self._state(*self._begin_key)
        step = self._step
        for begin in range(0, len(text), _CHUNK_BYTES):
            for kind in text[begin : begin + _CHUNK_BYTES].translate(self._kinds):
                state = state[kind] or step(state, kind)
            if state[-1][2] == self._tags:
                return self._tags
        if not (self._by_line and text.endswith(b"\n")):
            state = state[self._line_end] or step(state, self._line_end)
        found: frozenset[str] = state[-1][2]
        return found

    def _state(self, places: frozenset[int], before: _Before, found: frozenset[str]) -> list[Any]:
        """A row of the table: the next state by each kind of byte, and last what the state means."""
        key = (places, before, found)
        state = self._states.get(key)
        if state is None:
            if len(self._states) >= _MOST_STATES:
                self._states.clear()
            state = self._states[key] = [None] * (self._line_end + 1) + [key]
        return state

    def _step(self, state: list[Any], kind: int) -> list[Any]:
        places, before, found = state[-1]
        self._check()
        reached: set[int] = set()
        fitted: set[str] = set()
        for place in (*self._starts, *places):
            if self._places.tag[place] not in found:
                onward, tags = self._step_from(place, before, kind)
                reached |= onward
                fitted |= tags
        found = found | fitted if fitted else found
        if kind == self._line_end:
            following = self._state(_EMPTY, _Before.NOTHING, found)
        else:
            onward = frozenset(place for place in reached if self._places.tag[place] not in found)
            following = self._state(onward, self._after(kind), found)
        state[kind] = following
        return following

    def _after(self, kind: int) -> _Before:
        return _Before.WORD if self._has_words and self._examples[kind] in WORD else _Before.OTHER

    def _step_from(self, place: int, before: _Before, kind: int) -> tuple[frozenset[int], frozenset[str]]:
        """Where one byte leads from a place, and what fits before that byte."""
        key = (place, before, kind)
        if (known := self._steps.get(key)) is not None:
            return known
        byte = None if kind == self._line_end else self._examples[kind]
        onward: set[int] = set()
        tags: set[str] = set()
        for each in self._over_nothing(place, before, byte):
            if each in self._places.ends:
                tags.add(self._places.tag[each])
            way = self._places.over_byte[each]
            if way is not None and byte in way[0]:
                onward.add(way[1])
        if len(self._steps) >= _MOST_STEPS:
            self._steps.clear()
        self._steps[key] = frozenset(onward), frozenset(tags)
        return self._steps[key]

    def _over_nothing(self, place: int, before: _Before, byte: int | None) -> set[int]:
        seen = {place}
        waiting = [place]
        while waiting:
            for edge, onward in self._places.over_nothing[waiting.pop()]:
                if onward not in seen and (edge is None or _holds(edge, before, byte)):
                    seen.add(onward)
                    waiting.append(onward)
        return seen

    def _kinds_of_bytes(self) -> tuple[bytes, list[int]]:
        """Bytes that no expression tells apart are one kind: a table of kinds, and an example of each."""
        sets = {way[0] for way in self._places.over_byte if way is not None} | ({WORD} if self._has_words else set())
        members = [set(each) for each in sorted(sets, key=sorted)]
        kinds: dict[tuple[bool, ...], int] = {}
        table = bytearray(256)
        examples: list[int] = []
        for value in range(256):
            if value == _LINE_FEED and self._by_line:
                continue
            signature = tuple(value in each for each in members)
            if signature not in kinds:
                kinds[signature] = len(examples)
                examples.append(value)
            table[value] = kinds[signature]
        if self._by_line:
            table[_LINE_FEED] = len(examples)
        return bytes(table), examples


def _holds(edge: Edge, before: _Before, byte: int | None) -> bool:
    """Whether a place between two bytes is of that kind."""
    left, right = before is _Before.WORD, byte is not None and byte in WORD
    match edge:
        case Edge.LINE_START:
            return before is _Before.NOTHING
        case Edge.LINE_END:
            return byte is None
        case Edge.WORD_START:
            return right and not left
        case Edge.WORD_END:
            return left and not right
        case Edge.WORD_EDGE:
            return left is not right
        case Edge.NO_WORD_EDGE:
            return left is right

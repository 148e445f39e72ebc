"""How many bytes reach the terminal for what a person does, beside how many cells really changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyte

from bench.ground import COMPLETE, CONSOLE, Settings, demonstration, somebody
from bench.results import Number
from bench.terminal import Terminal

_SIZE = (24, 80)
_SETTLE_SECONDS = 2.5
_TRUE_COLOURS_COST = 1.5
"""How many times as much may be sent where colours have three numbers each."""


@dataclass(frozen=True)
class _Act:
    """Something that a person does."""

    what: str
    key: bytes
    most: int
    """How many bytes it may send."""
    seconds: float = _SETTLE_SECONDS


_ACTS = (
    _Act("the cursor moves, the list alone", b"j", 1_000, 0.15),
    _Act("the checklist follows it", b"", 4_000),
    _Act("to the checklist", b"\t", 4_000),
    _Act("a finding opens", b"\r", 6_000),
    _Act("the finding closes", b"\x1b", 4_000),
    _Act("the help opens", b"?", 6_000),
    _Act("the help closes", b"\x1b", 4_000),
    _Act("to the images", b"2", 8_000),
    _Act("to the runs", b"3", 8_000),
    _Act("back to the instances", b"1", 8_000),
    _Act("nothing happens", b"", 0),
)
_START = _Act("start to the complete first screen", b"", 12_000)


class _Screen:
    """The terminal's cells, as they were when last asked."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(_SIZE[1], _SIZE[0])
        self._stream = pyte.ByteStream(self._screen)
        self._read = 0
        self._cells: list[tuple[object, ...]] = []

    def changed(self, written: bytes) -> int:
        """How many cells differ now, after all that was written."""
        self._stream.feed(written[self._read :])
        self._read = len(written)
        now = [_seen(self._screen.buffer[y][x]) for y in range(_SIZE[0]) for x in range(_SIZE[1])]
        before, self._cells = self._cells or [(" ",)] * len(now), now
        return sum(was != one for was, one in zip(before, now, strict=True))


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    if cell.data == " " and not (cell.reverse or cell.underscore):
        return (" ", cell.bg)
    return (cell.data, cell.fg, cell.bg, cell.bold, cell.reverse, cell.underscore)


def measure(settings: Settings) -> list[Number]:
    """The same acts with 256 colours and with all of them; the aim of the second is a multiple of the first's."""
    with demonstration() as cloud, somebody(cloud) as environment:
        cloud.hold()
        few = _session({**environment, "COLORTERM": ""})
        numbers = [_number(act, sent, cells, act.most, "") for act, sent, cells in few]
        if not settings.quick:
            many = _session({**environment, "COLORTERM": "truecolor"})
            numbers += [
                _number(act, sent, cells, act.most * _TRUE_COLOURS_COST, ", true colours") for act, sent, cells in many
            ]
    return numbers


def _session(environment: Mapping[str, str]) -> list[tuple[_Act, int, int]]:
    screen, found = _Screen(), []
    with Terminal(CONSOLE, environment, size=_SIZE) as terminal:
        terminal.until(COMPLETE)
        terminal.rest(_SETTLE_SECONDS)
        found.append((_START, len(terminal.written), screen.changed(bytes(terminal.written))))
        for act in _ACTS:
            if act.key:
                terminal.type(act.key)
            sent = terminal.rest(act.seconds)
            found.append((act, sent, screen.changed(bytes(terminal.written))))
        terminal.type(b"q")
    return found


def _number(act: _Act, sent: int, cells: int, most: float, colours: str) -> Number:
    return Number(f"bytes sent: {act.what}{colours}", sent, "bytes", f"<= {most:.0f}", f"{cells} cells changed")

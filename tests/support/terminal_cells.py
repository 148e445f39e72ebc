"""A terminal that shows what it was sent, cell by cell, and is asked what a person could not read."""

from __future__ import annotations

from dataclasses import dataclass

import pyte
from pyte.screens import Char
from rich.cells import cell_len


@dataclass(frozen=True)
class Seen:
    """A cell as a person sees it: what nobody sees is left out, so that two cells that look alike are equal."""

    text: str
    fore: str
    back: str
    marks: tuple[bool, ...]


class Cells:
    """A terminal of so many columns and lines."""

    def __init__(self, columns: int, lines: int) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._seen: list[list[Seen]] | None = None

    def show(self, written: bytes) -> None:
        """Take what a program writes."""
        self._stream.feed(written)
        self._seen = None

    @property
    def seen(self) -> list[list[Seen]]:
        """All cells, line by line."""
        if self._seen is None:
            buffer, columns = self._screen.buffer, self._screen.columns
            self._seen = [_line([buffer[y][x] for x in range(columns)]) for y in range(self._screen.lines)]
        return self._seen

    @property
    def lines(self) -> list[str]:
        """The letters, line by line."""
        return ["".join(cell.text for cell in line).rstrip() for line in self.seen]

    def unreadable(self) -> list[tuple[int, int, Seen]]:
        """The letters whose colour is the one behind them, with column and line; lines and blocks are no letters."""
        found = []
        for y, line in enumerate(self.seen):
            for x, cell in enumerate(line):
                if cell.text.strip() and not _is_frame(cell.text) and cell.fore == cell.back:
                    found.append((x, y, cell))
        return found

    def colours(self) -> set[str]:
        """All colours that are used, beside the terminal's own."""
        used = {colour for line in self.seen for cell in line for colour in (cell.fore, cell.back)}
        return used - {"default letters", "default ground"}


def _is_frame(text: str) -> bool:
    return "\u2500" <= text <= "\u259f"


def _line(cells: list[Char]) -> list[Seen]:
    """A line as terminals show it: half of a wide letter, whose other half was overwritten, is a blank.

    pyte leaves it as it was.
    """
    found = []
    for x, cell in enumerate(cells):
        is_left = cell_len(cell.data) > 1
        covered = x > 0 and cell_len(cells[x - 1].data) > 1
        if (is_left and (x + 1 == len(cells) or cells[x + 1].data)) or (not cell.data and not covered):
            cell = cell._replace(data=" ")  # noqa: PLW2901  # what is seen of it
        found.append(_seen(cell))
    return found


def _seen(cell: Char) -> Seen:
    fore = "default letters" if cell.fg == "default" else cell.fg
    back = "default ground" if cell.bg == "default" else cell.bg
    if cell.reverse:
        fore, back = back, fore
    lined = (cell.underscore, cell.strikethrough)
    if cell.data == " " and not any(lined):
        return Seen(" ", "", back, ())
    return Seen(cell.data, fore, back, (cell.bold, cell.italics, *lined))

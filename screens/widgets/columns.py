"""How wide the columns of a list are: fixed or growing, and dropped by priority where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from screens.style.tones import Tone

_NO_LIMIT = 10_000
GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True)
class Cell:
    """What stands in one column of one row; the text is shown as it is."""

    text: str
    tone: Tone = Tone.PLAIN
    span: int = 1
    """Over how many columns it reaches; the cells that belong to the others are left out of the row."""


@dataclass(frozen=True)
class Column:
    """One column of a list."""

    title: str
    width: int
    """In cells; for a growing column the least."""
    grow: int = 0
    """Its share of the cells that are left over; 0 keeps its width."""
    most: int | None = None
    """In cells, for a growing column: what is left over beyond it goes to the others. None: there is no such limit."""
    drop: int = 0
    """Where it is narrow the column with the greatest number goes first; 0 stays always."""
    right: bool = False
    """Whether its texts stand at its right edge, as numbers should."""


def widths(columns: Sequence[Column], available: int) -> tuple[int, ...]:
    """The width of each column in cells, 0 for one that was dropped."""
    kept = list(columns)
    while _least(kept) > available and any(column.drop for column in kept):
        kept.remove(max(kept, key=lambda column: column.drop))
    rest = max(0, available - _least(kept))
    shares = sum(column.grow for column in kept)
    given = {id(column): column.width for column in kept}
    # Those with a limit first, the tightest before the others: what they leave is shared by the rest.
    for column in sorted((each for each in kept if each.grow), key=_room):
        extra = min(rest * column.grow // shares, _room(column))
        rest, shares = rest - extra, shares - column.grow
        given[id(column)] += extra
    return tuple(given.get(id(column), 0) for column in columns)


def _room(column: Column) -> int:
    """How many cells more a growing column may take."""
    return _NO_LIMIT if column.most is None else max(0, column.most - column.width)


def titles(columns: Sequence[Column], marked: str, sign: str) -> Sequence[Cell]:
    """The header; behind the title of one column stands a sign."""
    return [Cell(column.title + sign if column.title == marked else column.title) for column in columns]


def spanned(cells: Sequence[Cell], sizes: Sequence[int]) -> tuple[int, ...]:
    """The width of each cell of a row, whose cells may reach over several columns; 0 for one that was dropped."""
    found, place = [], 0
    for cell in cells:
        own = [size for size in sizes[place : place + cell.span] if size]
        found.append(sum(own) + GAP * max(0, len(own) - 1))
        place += cell.span
    return tuple(found)


def _least(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + GAP * max(0, len(columns) - 1)


def fitted(text: str, width: int, *, cut: str, right: bool = False) -> str:
    """The text in exactly `width` cells: filled with blanks, or cut with the sign `cut`, wide characters counted."""
    length = cell_len(text)
    if length <= width:
        blanks = " " * (width - length)
        return blanks + text if right else text + blanks
    return set_cell_size(text, max(0, width - 1)) + cut if width else ""


def shortened(text: str, width: int, *, cut: str) -> str:
    """The text in at most `width` cells: as it is, or cut with the sign `cut`, wide characters counted."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + cut if width > 0 else ""

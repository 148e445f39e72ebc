"""Tables: for eyes on a terminal, for other programs in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import click

from imaging.commands.output import streams
from imaging.commands.output.streams import fitting
from imaging.reports.escaping import without_commands
from models.text import one_line


@dataclass(frozen=True)
class Column:
    """A column of a table. Its place and its name in a pipe are a promise to scripts: new ones come at the end."""

    name: str
    """In a pipe: capitals and underscores, with the unit where there is one."""
    heading: str = ""
    """On a terminal, where it differs."""
    is_number: bool = False
    """Aligned to the right."""
    spared: int = 0
    """Left out where a terminal is too narrow, the highest first; 0 stays."""

    @property
    def shown(self) -> str:
        """The heading on a terminal."""
        return self.heading or self.name.replace("_", " ")


def write_table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table: aligned and cut to the screen on a terminal, else one row per line with tabs between the cells.

    In both, the first line holds the names of the columns.

    Args:
        columns: from left to right.
        rows: the cells of each row.
    """
    cells = [list(row) for row in rows]
    if streams.on_terminal():
        _write_rich_table(list(columns), cells)
        return
    for line in ([column.name for column in columns], *([cell.data for cell in row] for row in cells)):
        click.echo(fitting(sys.stdout.encoding, without_commands("\t".join(line))))


class Cell:
    """A text of a table, cleaned to one line, with a style for terminals that have colours."""

    def __init__(self, text: object, style: str = "", *, whole: bool = False, data: object = None) -> None:
        """Take the text as it came.

        Args:
            text: the text.
            style: such as `green`; never the only thing that tells something.
            whole: never cut, for ids that are to be copied.
            data: what stands in a pipe instead, such as a number of bytes.
        """
        self.text = one_line(text)
        self.style = style
        self.whole = whole
        self.data = self.text if data is None else one_line(data)


_LEAST_WIDTH = 10
"""To how many columns of the screen a text may be cut at worst."""
_GOOD_WIDTH = 24
"""To how many it may be cut before a column that can be spared goes."""
_GAP = 2


def _write_rich_table(columns: list[Column], rows: Sequence[list[Cell]]) -> None:
    # Rich costs time to import and is of use on a terminal alone.
    from rich.console import Console  # noqa: PLC0415  # see above
    from rich.table import Table  # noqa: PLC0415  # see above
    from rich.text import Text  # noqa: PLC0415  # see above

    console = Console(highlight=False, markup=False, emoji=False, force_terminal=True)
    _leave_out(columns, rows, console.width)
    widths = _widths(columns, rows, console.width, _LEAST_WIDTH)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(Text(column.shown), width=width, no_wrap=True, overflow="ellipsis", justify=justify)
    for row in rows:
        table.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    # On a screen too narrow for what must not be cut the terminal itself wraps the lines.
    console.width = max(console.width, _total(widths))
    console.print(table)


def _leave_out(columns: list[Column], rows: Sequence[list[Cell]], available: int) -> None:
    for column in sorted((one for one in columns if one.spared), key=lambda one: -one.spared):
        if _total(_widths(columns, rows, available, _GOOD_WIDTH)) <= available:
            return
        place = columns.index(column)
        del columns[place]
        for row in rows:
            del row[place]


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], available: int, least: int) -> list[int]:
    """How wide each column is: as it needs, the widest that may be cut made narrower until all fit."""
    from rich.cells import cell_len  # noqa: PLC0415  # as above

    widths = [
        max(cell_len(column.shown), *(cell_len(row[place].text) for row in rows), 0)
        for place, column in enumerate(columns)
    ]
    yielding = [place for place in range(len(columns)) if not any(row[place].whole for row in rows)]
    while _total(widths) > available:
        widest = max(yielding, key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= least:
            break
        second = max((widths[place] for place in yielding if place != widest), default=0)
        fitting = widths[widest] - (_total(widths) - available)
        widths[widest] = max(least, fitting, min(second, widths[widest] - 1))
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)

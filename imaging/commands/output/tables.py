"""Tables: for eyes on a terminal, for other programs in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

from imaging.commands.output import streams
from imaging.commands.output.streams import fitting
from models.text import one_line


def write_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, spare: Sequence[str] = ()) -> None:
    """Write a table: aligned and cut to the screen on a terminal, else one row per line with tabs between the cells.

    Args:
        headings: the names of the columns.
        rows: the cells of each row.
        spare: columns that are left out, one after the other, while a terminal is too narrow for all.
    """
    cells = [list(row) for row in rows]
    if streams.on_terminal():
        _write_rich_table(list(headings), cells, spare)
        return
    for line in (headings, *([cell.text for cell in row] for row in cells)):
        click.echo(fitting(sys.stdout.encoding, "\t".join(line)))


class Cell:
    """A text of a table, cleaned to one line, with a style for terminals that have colours."""

    def __init__(self, text: object, style: str = "", *, whole: bool = False, fold: bool = False) -> None:
        """Take the text as it came.

        Args:
            text: the text.
            style: such as `green`; never the only thing that tells something.
            whole: never cut, for ids that are to be copied.
            fold: continues in the next line where it is too long, instead of being cut.
        """
        self.text = one_line(text)
        self.style = style
        self.whole = whole
        self.fold = fold


_LEAST_WIDTH = 10
"""To how many columns of the screen a text may be cut at worst."""
_GOOD_WIDTH = 24
"""To how many it may be cut before a column that can be spared goes."""
_GAP = 2


def _write_rich_table(headings: list[str], rows: Sequence[list[Cell]], spare: Sequence[str]) -> None:
    # Rich costs time to import and is of use on a terminal alone.
    from rich.console import Console  # noqa: PLC0415  # see above
    from rich.table import Table  # noqa: PLC0415  # see above
    from rich.text import Text  # noqa: PLC0415  # see above

    console = Console(highlight=False, markup=False, emoji=False, force_terminal=True)
    _leave_out(headings, rows, spare, console.width)
    widths = _widths(headings, rows, console.width, _LEAST_WIDTH)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        fold = any(row[place].fold for row in rows)
        table.add_column(Text(heading), width=width, no_wrap=not fold, overflow="fold" if fold else "ellipsis")
    for row in rows:
        table.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    # On a screen too narrow for what must not be cut the terminal itself wraps the lines.
    console.width = max(console.width, _total(widths))
    console.print(table)


def _leave_out(headings: list[str], rows: Sequence[list[Cell]], spare: Sequence[str], available: int) -> None:
    for heading in spare:
        if _total(_widths(headings, rows, available, _GOOD_WIDTH)) <= available:
            return
        place = headings.index(heading)
        del headings[place]
        for row in rows:
            del row[place]


def _widths(headings: Sequence[str], rows: Sequence[Sequence[Cell]], available: int, least: int) -> list[int]:
    """How wide each column is: as it needs, the widest that may be cut or folded made narrower until all fit."""
    from rich.cells import cell_len  # noqa: PLC0415  # as above

    widths = [
        max(cell_len(heading), *(cell_len(row[place].text) for row in rows), 0)
        for place, heading in enumerate(headings)
    ]
    yielding = [place for place in range(len(headings)) if not any(row[place].whole for row in rows)]
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

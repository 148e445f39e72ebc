"""Data on standard output, messages on standard error, and nothing from a cloud that a terminal would obey."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

import click
from pydantic import BaseModel

from models.text import many_lines, one_line


def say(message: str = "") -> None:
    """Tell the user something on standard error; the lines of the message are kept, what else is odd is cleaned."""
    click.echo(_for(sys.stderr.encoding, many_lines(message)), err=True)


def write(text: str = "") -> None:
    """Write lines of data to standard output, cleaned."""
    click.echo(_for(sys.stdout.encoding, many_lines(text)))


def on_terminal() -> bool:
    """Whether somebody looks at the data, rather than another program."""
    return sys.stdout.isatty()


def write_json(document: BaseModel | Sequence[BaseModel]) -> None:
    """Write one document, or a list of them, for a machine to read and a person to look at.

    What is not ASCII is escaped, so that it arrives whatever the locale and no terminal obeys it.
    """
    click.echo(json.dumps(_plain(document), indent=2))


def write_json_line(document: BaseModel) -> None:
    """Write one document on one line, at once: for those who follow a run."""
    click.echo(json.dumps(_plain(document), separators=(",", ":")))
    sys.stdout.flush()


def _plain(document: BaseModel | Sequence[BaseModel]) -> object:
    if isinstance(document, BaseModel):
        return document.model_dump(mode="json", by_alias=True)
    return [part.model_dump(mode="json", by_alias=True) for part in document]


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str | Cell]]) -> None:
    """Write a table: aligned and cut to the screen on a terminal, else one row per line with tabs between the cells."""
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    if on_terminal():
        _write_rich_table(headings, cells)
        return
    for line in (headings, *([cell.text for cell in row] for row in cells)):
        click.echo(_for(sys.stdout.encoding, "\t".join(line)))


class Cell:
    """A text of a table, cleaned to one line, with a style for terminals that have colours."""

    def __init__(self, text: object, style: str = "", *, whole: bool = False, fold: bool = False) -> None:
        """Take the text as it came.

        Args:
            text: the text.
            style: such as `green`; never the only thing that tells something.
            whole: never cut, for ids that are to be copied.
            fold: goes on in the next line where it is too long, instead of being cut.
        """
        self.text = one_line(text)
        self.style = style
        self.whole = whole
        self.fold = fold


_LEAST_WIDTH = 10
"""To how many columns of the screen a text may be cut."""
_GAP = 2


def _write_rich_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    # Rich costs time to import and is of use on a terminal alone.
    from rich.console import Console  # noqa: PLC0415  # see above
    from rich.table import Table  # noqa: PLC0415  # see above
    from rich.text import Text  # noqa: PLC0415  # see above

    console = Console(highlight=False, markup=False, emoji=False, force_terminal=True)
    widths = _widths(headings, rows, console.width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        fold = any(row[place].fold for row in rows)
        table.add_column(Text(heading), width=width, no_wrap=not fold, overflow="fold" if fold else "ellipsis")
    for row in rows:
        table.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    # On a screen too narrow for what must not be cut the terminal itself wraps the lines.
    console.width = max(console.width, sum(widths) + _GAP * len(widths))
    console.print(table)


def _widths(headings: Sequence[str], rows: Sequence[Sequence[Cell]], available: int) -> list[int]:
    """How wide each column is: as it needs, the widest that may be cut or folded made narrower until all fit."""
    from rich.cells import cell_len  # noqa: PLC0415  # as above

    widths = [
        max(cell_len(heading), *(cell_len(row[place].text) for row in rows), 0)
        for place, heading in enumerate(headings)
    ]
    yielding = [place for place in range(len(headings)) if not any(row[place].whole for row in rows)]
    while sum(widths) + _GAP * len(widths) > available:
        widest = max(yielding, key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= _LEAST_WIDTH:
            break
        excess = sum(widths) + _GAP * len(widths) - available
        second = max((widths[place] for place in yielding if place != widest), default=0)
        widths[widest] = max(_LEAST_WIDTH, widths[widest] - excess, min(second, widths[widest] - 1))
    return widths


def _for(encoding: str | None, text: str) -> str:
    """The text as a stream of that encoding can carry it."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, errors="replace").decode(encoding)

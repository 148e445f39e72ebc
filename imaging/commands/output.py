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
    if sys.stdout.isatty():
        _write_rich_table(headings, cells)
        return
    for line in (headings, *([cell.text for cell in row] for row in cells)):
        click.echo(_for(sys.stdout.encoding, "\t".join(line)))


class Cell:
    """A text of a table, cleaned to one line, with a style for terminals that have colours."""

    def __init__(self, text: object, style: str = "", *, whole: bool = False) -> None:
        """Take the text as it came; `whole` keeps it from being cut, for ids that are to be copied."""
        self.text = one_line(text)
        self.style = style
        self.whole = whole


def _write_rich_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    # Rich costs time to import and is of use on a terminal alone.
    from rich.console import Console  # noqa: PLC0415  # see above
    from rich.table import Table  # noqa: PLC0415  # see above
    from rich.text import Text  # noqa: PLC0415  # see above

    table = Table(box=None, pad_edge=False, header_style="bold", highlight=False)
    for place, heading in enumerate(headings):
        whole = bool(rows) and all(row[place].whole for row in rows)
        table.add_column(
            Text(heading),
            no_wrap=True,
            overflow="fold" if whole else "ellipsis",
            min_width=_least(rows, place, heading) if whole else None,
        )
    for row in rows:
        table.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    Console(highlight=False, markup=False, emoji=False).print(table)


def _least(rows: Sequence[Sequence[Cell]], place: int, heading: str) -> int:
    return max(len(heading), *(len(row[place].text) for row in rows))


def _for(encoding: str | None, text: str) -> str:
    """The text as a stream of that encoding can carry it."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, errors="replace").decode(encoding)

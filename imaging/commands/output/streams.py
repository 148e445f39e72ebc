"""Data on standard output, messages on standard error, and nothing from a cloud that a terminal or pipeline would obey.

A pipeline reads commands from both (`::error::…`, `##[error]…`).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click
from pydantic import BaseModel

from imaging.reports.escaping import without_commands, without_commands_in_json
from imaging.runtime.redaction import redactor
from models.text import many_lines, one_line
from screens.style.glyphs import Glyphs, glyphs_for

_NARROWEST, _WIDEST = 60, 100
_IN_A_PIPE = 80
_LONGEST_LINE = 8_192


@dataclass(frozen=True)
class Line:
    """A line of a page, with a style for terminals that have colours; it never tells something alone."""

    text: str = ""
    style: str = ""
    """The name of a colour, `bold` or `dim`."""
    hanging: int | None = None
    """Blanks before what continues on a further line; None leaves them to the line's own indentation."""


def say(message: str = "", *, hanging: int | None = None) -> None:
    """Tell the user something on standard error; its lines are kept, secrets and what else is odd are cleaned out.

    Args:
        message: one or more lines.
        hanging: blanks before what continues on a further line; None leaves them to each line's own indentation.
    """
    text = without_commands(many_lines(redactor.clean_known(message)))
    click.echo(fitting(sys.stderr.encoding, _wrapped(text, hanging) if sys.stderr.isatty() else text), err=True)


def write(text: str = "") -> None:
    """Write lines of data to standard output, cleaned."""
    text = without_commands(many_lines(text))
    click.echo(fitting(sys.stdout.encoding, _wrapped(text) if on_terminal() else text))


def write_page(lines: Iterable[Line]) -> None:
    """Write a text that people read to standard output, cleaned, in lines of `page_width` cells also in a pipe."""
    from imaging.commands.output.wrapping import wrap_line  # noqa: PLC0415  # Rich's table of widths: not for a `--help`

    width, coloured = page_width(), _has_colours()
    for line in lines:
        for part in wrap_line(one_line(line.text, _LONGEST_LINE), width, line.hanging):
            shown = fitting(sys.stdout.encoding, without_commands(part))
            click.echo(_styled(shown, line.style) if coloured and line.style else shown)


def stdout_glyphs() -> Glyphs:
    """The signs that standard output can carry: by the locale at a terminal, by the stream's encoding in a pipe."""
    return glyphs_for(None if on_terminal() else sys.stdout.encoding)


def page_width() -> int:
    """The cells of a line of text: the terminal's, within what can be read well; 80 where it goes into a pipe."""
    return _terminal_width() if on_terminal() else _IN_A_PIPE


def message_width() -> int:
    """The same for messages."""
    return _terminal_width() if sys.stderr.isatty() else _IN_A_PIPE


def _terminal_width() -> int:
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))


def _has_colours() -> bool:
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _styled(text: str, style: str) -> str:
    if style in {"bold", "dim"}:
        return click.style(text, bold=style == "bold" or None, dim=style == "dim" or None)
    return click.style(text, fg=style)


def write_raw(text: str) -> None:
    """Write a text of our own as it is, such as a script that is to be read or kept."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def _wrapped(text: str, hanging: int | None = None) -> str:
    """Lines that fit the terminal, broken between words; a command line stays one that can be copied."""
    from imaging.commands.output.wrapping import wrap_line  # noqa: PLC0415  # as above

    width = _terminal_width()
    return "\n".join(part for line in text.split("\n") for part in wrap_line(line, width, hanging))


def on_terminal() -> bool:
    """Whether somebody reads the data, rather than another program."""
    return sys.stdout.isatty()


def write_json(document: BaseModel | Sequence[BaseModel]) -> None:
    """Write one document, or a list of them, for a machine to read and a person to see.

    What is not ASCII is escaped, so that it arrives in any locale, and no terminal obeys it.
    """
    click.echo(without_commands_in_json(json.dumps(_plain(document), indent=2)))


def write_json_line(document: BaseModel) -> None:
    """Write one document on one line, at once: for those who follow a run."""
    click.echo(without_commands_in_json(json.dumps(_plain(document), separators=(",", ":"))))
    sys.stdout.flush()


def _plain(document: BaseModel | Sequence[BaseModel]) -> object:
    if isinstance(document, BaseModel):
        return document.model_dump(mode="json", by_alias=True)
    return [part.model_dump(mode="json", by_alias=True) for part in document]


def fitting(encoding: str | None, text: str) -> str:
    """The text as a stream of that encoding can carry it."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, errors="replace").decode(encoding)

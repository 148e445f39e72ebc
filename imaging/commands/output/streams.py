"""Data on standard output, messages on standard error, and nothing from a cloud that a terminal would obey."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence

import click
from pydantic import BaseModel

from imaging.runtime.redaction import redactor
from models.text import many_lines


def say(message: str = "") -> None:
    """Tell the user something on standard error; its lines are kept, secrets and what else is odd are cleaned out."""
    text = many_lines(redactor.clean_known(message))
    click.echo(fitting(sys.stderr.encoding, _wrapped(text) if sys.stderr.isatty() else text), err=True)


def write(text: str = "") -> None:
    """Write lines of data to standard output, cleaned."""
    text = many_lines(text)
    click.echo(fitting(sys.stdout.encoding, _wrapped(text) if on_terminal() else text))


def write_raw(text: str) -> None:
    """Write a text of our own as it is, such as a script that is to be read or kept."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def _wrapped(text: str) -> str:
    """Lines that fit the terminal, broken between words; a command line stays whole, so that it can be copied."""
    width = shutil.get_terminal_size().columns
    lines = []
    for line in text.split("\n"):
        start = line.lstrip(" ")
        indent = " " * (len(line) - len(start) + 2)
        whole = len(line) <= width or start.startswith("$ ")
        lines += (
            [line]
            if whole
            else textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        )
    return "\n".join(lines)


def on_terminal() -> bool:
    """Whether somebody reads the data, rather than another program."""
    return sys.stdout.isatty()


def write_json(document: BaseModel | Sequence[BaseModel]) -> None:
    """Write one document, or a list of them, for a machine to read and a person to see.

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


def fitting(encoding: str | None, text: str) -> str:
    """The text as a stream of that encoding can carry it."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, errors="replace").decode(encoding)

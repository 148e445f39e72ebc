"""Texts from a cloud or a guest are untrusted: what makes them fit to be shown on a terminal."""

from __future__ import annotations

import re

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def one_line(text: object, limit: int = 1024) -> str:
    """Make one printable line of an untrusted text.

    Escape sequences go; other control characters, line ends and marks that turn the writing direction become
    U+FFFD, so that something odd stays visible. What is longer than `limit` characters is cut with `…`.
    """
    printable = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _ANSI.sub("", str(text)))
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"


def many_lines(text: object) -> str:
    """Make printable lines of a console log: no escape sequences, no control characters but the line end.

    A carriage return inside a line means that the terminal overwrote it, so only what came last is kept.
    """
    plain = _ANSI.sub("", str(text)).replace("\r\n", "\n")
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in plain.split("\n"))
    return _CONTROL_BUT_NEWLINE.sub("\N{REPLACEMENT CHARACTER}", "\n".join(lines))

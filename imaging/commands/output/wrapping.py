"""Text in lines of the terminal's width, measured in the cells that its characters take, broken between words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells

_LEAST_ROOM = 10
_UNBROKEN = re.compile(r"[^\s`]{0,8}`[^`\n]{1,60}`\S*|\S+")
_COLUMN_GAP = re.compile(r"  (?=\S)")
_UNSAFE_TO_BREAK = ("\\", " #", "<<")
"""In a command: an escape, a comment or a document, where a line end means something else."""


def wrap(text: str, width: int, *, indent: str = "", hanging: str | None = None) -> list[str]:
    """One paragraph in lines of at most so many cells.

    Args:
        text: clean text without line ends.
        width: cells of a line, its indentation included.
        indent: before the first line.
        hanging: before each further line; the same if None.
    """
    hanging = indent if hanging is None else hanging
    longest = max(_LEAST_ROOM, width - max(cell_len(indent), cell_len(hanging)))
    return _filled(_words(text, longest), width, indent, hanging)


def _filled(words: Iterable[str], width: int, indent: str, hanging: str) -> list[str]:
    lines: list[str] = []
    line, begun = indent, False
    for word in words:
        if begun and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line.rstrip())
            line, begun = hanging, False
        line += f" {word}" if begun else word
        begun = True
    return [*lines, line] if begun else lines


def _words(text: str, longest: int) -> Iterator[str]:
    """What a line is not broken within: a word, and a short command between backquotes, so that it can be copied."""
    for word in _UNBROKEN.findall(text):
        if cell_len(word) <= longest:
            yield word
            continue
        for part in word.split():
            yield from chop_cells(part, longest) if cell_len(part) > longest else (part,)


def wrap_command(command: str, width: int, *, indent: str = "") -> list[str]:
    r"""A command line behind a `$`, continued behind `\` where it is too long, so that it can still be copied whole.

    It is broken between its words alone, never inside a quoted one; where a line end could mean something else it
    stays whole.
    """
    whole = f"{indent}$ {command}"
    if cell_len(whole) <= width or any(mark in command for mark in _UNSAFE_TO_BREAK):
        return [whole]
    lines: list[str] = []
    line = f"{indent}$"
    for word in _shell_words(command):
        if lines_full := cell_len(line) + cell_len(word) + len("  \\") > width and line.strip() not in {"", "$"}:
            lines.append(f"{line} \\")
        line = f"{indent}      {word}" if lines_full else f"{line} {word}"
    return [*lines, line]


def _shell_words(command: str) -> Sequence[str]:
    """The words of a command as it is written, quotes included."""
    words: list[str] = []
    quote, word = "", ""
    for letter in command:
        if letter == " " and not quote:
            words.append(word)
            word = ""
            continue
        word += letter
        if letter == quote:
            quote = ""
        elif letter in "'\"" and not quote:
            quote = letter
    return [each for each in (*words, word) if each]


def _columns(line: str, width: int) -> str:
    """What stands before the text of a line in columns, its blanks included; empty for a plain paragraph.

    A column ends with two blanks or more. The text keeps at least half of the width.
    """
    start = len(line) - len(line.lstrip(" "))
    fronts = [line[: gap.end()] for gap in _COLUMN_GAP.finditer(line, start)]
    return max((front for front in fronts if cell_len(front) <= width // 2), key=len, default="")


def wrap_line(line: str, width: int, hanging: int | None = None) -> list[str]:
    """A line of a longer text: a command behind its `$`, anything else as a paragraph with its own indentation.

    The last column of a line in columns continues below itself, where its words have room there.

    Args:
        line: clean text.
        width: cells.
        hanging: blanks before each further line; None for the line's own indentation, or two.
    """
    start = line.lstrip(" ")
    indent = line[: len(line) - len(start)]
    if start.startswith("$ "):
        return wrap_command(start.removeprefix("$ "), width, indent=indent)
    if cell_len(line) <= width:
        return [line]
    if hanging is None and (columns := _columns(line, width)):
        text, below = line[len(columns) :], indent or "  "
        if all(cell_len(word) <= width - cell_len(columns) for word in text.split()):
            return wrap(text, width, indent=columns, hanging=" " * cell_len(columns))
        words = _words(text, max(_LEAST_ROOM, width - cell_len(below)))
        return _filled([columns[len(indent) : -1], *words], width, indent, below)
    return wrap(start, width, indent=indent, hanging=(indent or "  ") if hanging is None else " " * hanging)

"""Texts from a cloud or a guest are untrusted: what makes them fit to be shown on a terminal, and to be encoded.

What no eye sees is not let through: control codes, characters that turn the writing direction, that take no room, or
that are no characters at all. Letters of every script, emoji and private glyphs stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

_ODD = "\N{REPLACEMENT CHARACTER}"

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"
    r"|\][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)|[PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
    r"|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
"""Escape sequences. A string that is not closed on its line hides nothing: only its first two characters go."""
_INVISIBLE = (
    r"\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Delete and C1, direction marks and isolates, joiners, fillers, tags, variation selectors, annotation marks."""
_NO_CHARACTER = r"\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"\\U{plane:04x}fffe\\U{plane:04x}ffff" if plane else r"\ufffe\uffff" for plane in range(17)
)
"""Half a pair of UTF-16, which no stream, file or database can encode; and code points that never are characters."""
UNSEEN = _INVISIBLE + _NO_CHARACTER
"""Both, as the inside of a character class: what may also stand between the letters of an echoed secret."""
_SYMBOL = r"\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_ASTRAY_SELECTOR = rf"(?<![{_SYMBOL}])[\ufe0e\ufe0f]"
"""Text and emoji style, anywhere but behind a symbol that has both: there it is how people write."""
_CONTROL = re.compile(rf"[\x00-\x1f{_INVISIBLE}{_NO_CHARACTER}]|{_ASTRAY_SELECTOR}")
_CONTROL_BUT_NEWLINE = re.compile(rf"[\x00-\x09\x0b-\x1f{_INVISIBLE}{_NO_CHARACTER}]|{_ASTRAY_SELECTOR}")

_ASCII_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ASCII_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")

MAX_MARKS = 6
"""Accents on one letter; pointed Hebrew and Tibetan stacks need five. More are drawn over the lines above and below."""
_MAY_BE_MARKS = re.compile(
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f-\u2dff\u302a-\u302f\u3099\u309a"
    rf"\ua66f-\uabed\ufb1e\ufe20-\ufe2f\U000101fd-\U0001e94a]{{{MAX_MARKS + 1},}}"
)
"""Runs in the blocks that hold all combining marks, so that most texts are not read letter by letter."""


LONGEST_LINE = 4_096
"""Characters of a line that a model holds; a value of metadata and a path have fewer."""
SLACK = 8_192
"""Characters beyond the limit of a line that are read: so many may be escape sequences and still hide nothing."""


def one_line(text: object, limit: int = 1024) -> str:
    """Make one printable line of an untrusted text.

    Escape sequences go; other control characters, line ends, what is invisible and what turns the writing direction
    become U+FFFD, so that something odd stays visible. What is longer than `limit` characters is cut with `…`; of an
    endless text no more than its beginning is read.
    """
    whole = str(text)
    if len(whole) <= limit and whole.isascii() and whole.isprintable():
        return whole  # nearly every text there is
    beginning = whole[: limit + SLACK]
    printable = _printable(_ANSI.sub("", beginning), _ASCII_CONTROL, _CONTROL)
    fits = len(printable) <= limit and len(beginning) == len(whole)
    return printable if fits else printable[: limit - 1] + "…"


def many_lines(text: object) -> str:
    """Make printable lines of a console log: no escape sequences, no control characters but the line end.

    A carriage return inside a line means that the terminal overwrote it, so only what came last is kept.
    """
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    plain = _ANSI.sub("", whole).replace("\r\n", "\n")
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in plain.split("\n"))
    return _printable("\n".join(lines), _ASCII_CONTROL_BUT_NEWLINE, _CONTROL_BUT_NEWLINE)


def cut(text: str, limit: int) -> str:
    """The beginning of a clean text where it has more than `limit` characters, with `…` at its end."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def sentence(text: str) -> str:
    """The text with a full stop, where it does not end as a sentence does."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _line_of(value: object) -> object:
    # Seen here, without another call: a list of ten thousand instances has 160,000 texts.
    if isinstance(value, str) and len(value) <= LONGEST_LINE and value.isascii() and value.isprintable():
        return value
    return one_line(_text(value), LONGEST_LINE)


def _lines_of(value: object) -> object:
    return many_lines(_text(value))


def _text(value: object) -> str:
    """The value if it is a text; pydantic alone would take bytes for one."""
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004  # what a validator of pydantic raises
    return value


CleanText = Annotated[str, BeforeValidator(_line_of)]
"""The type of a model's field that may hold somebody else's text: one printable line, of at most `LONGEST_LINE`.

The model cleans what it is made of, by whomever: a reader, a file, a row of the journal. What shows it need not.
"""
CleanLines = Annotated[str, BeforeValidator(_lines_of)]
"""As `CleanText`, of a field that may have several lines: a command, the description of an image."""


def _printable(text: str, if_ascii: re.Pattern[str], otherwise: re.Pattern[str]) -> str:
    if text.isascii():
        return if_ascii.sub(_ODD, text)
    return _MAY_BE_MARKS.sub(_few_marks, otherwise.sub(_ODD, text))


def _few_marks(run: re.Match[str]) -> str:
    """The run with no more than so many marks on a letter; one U+FFFD stands for the others."""
    kept: list[str] = []
    marks = 0
    for letter in run[0]:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= MAX_MARKS:
            kept.append(letter)
        elif marks == MAX_MARKS + 1:
            kept.append(_ODD)
    return "".join(kept)

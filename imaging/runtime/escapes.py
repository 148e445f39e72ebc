"""The escapes by which a text writes characters: those of URLs, JSON, Python, C, HTML and mail."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable

_REST_AFTER = {
    "%": r"[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*",
    r"\\": r"u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*"
    r"|[0-3][0-7]{2}(?:\\[0-3][0-7]{2})*|[abfnrtv0]|[^\w\s<=]",
    "&": r"#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z]{2,8};",
    "<": r"/?[A-Za-z][^<>]{0,60}>",
    "=": r"\r?\n",
    r"\u00c2-\u00f4": r"[\u0080-\u00bf\ufffd]{1,3}(?:[\u00c2-\u00f4][\u0080-\u00bf\ufffd]{1,3})*",
}
"""What follows the first letter of an escape, which is one of a set.

The last is UTF-8 that was read as Latin-1, as HTTP libraries do with a page that names no character set.
"""


def _beginning_with(*firsts: str) -> re.Pattern[str]:
    """One escape that begins with such a letter, or a row of those that stand for the bytes of one text.

    The set of all first letters stands before what depends on them: such a pattern is searched for quickly.
    """
    rests = "|".join(f"(?<=[{first}])(?:{_REST_AFTER[first]})" for first in firsts)
    return re.compile(f"[{''.join(firsts)}](?:{rests})")


KINDS = tuple(_beginning_with(*firsts) for firsts in ("%", (r"\\",), "&<", "=", (r"\u00c2-\u00f4",)))
"""Those of URLs; of programming languages; of markup; of mail; of misread UTF-8."""
ESCAPES = _beginning_with(*_REST_AFTER)
"""One of any kind."""


def meaning_of(escape: re.Match[str]) -> str:
    """What a match of `ESCAPES` or of one of `KINDS` stands for; a tag and a line end of mail stand for nothing."""
    written = escape[0]
    if not written[0].isascii():
        return written.encode("latin-1", "replace").decode("utf-8", "ignore")
    kind = written[:2] if written[0] == "\\" else written[0]
    return _MEANINGS.get(kind, _of_backslash)(written)


def _of_backslash(written: str) -> str:
    if len(written) > len(r"\n"):  # octal
        return _of_bytes(bytes(int(digits, 8) for digits in written.split("\\")[1:]))
    return " " if written[1] in "abfnrtv0" else written[1]


def _of_code_point(written: str) -> str:
    code = int(written[2:], 16)  # noqa: FURB166  # an escape of Python's, not its prefix of a number
    return chr(code) if code <= sys.maxunicode else ""


def _of_bytes(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        return encoded.decode("latin-1")


_MEANINGS: dict[str, Callable[[str], str]] = {
    "%": lambda written: _of_bytes(bytes.fromhex(written.replace("%", ""))),
    "&": html.unescape,
    "<": lambda _written: "",
    "=": lambda _written: "",
    "\\u": lambda written: bytes.fromhex(written.replace("\\u", "")).decode("utf-16-be", "replace"),
    "\\U": _of_code_point,
    "\\x": lambda written: _of_bytes(bytes.fromhex(written.replace("\\x", ""))),
}

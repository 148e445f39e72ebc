"""The order of Debian versions: epoch, upstream version, revision; what `~` begins comes before the end of a text."""

from __future__ import annotations

import re
from typing import Final

from imaging.guest.file_probe.people import number

Order = tuple[int, tuple[tuple[tuple[int, ...], int, str], ...], tuple[tuple[tuple[int, ...], int, str], ...]]
_PIECE: Final = re.compile(r"([^0-9]*)([0-9]*)")
_NOTHING: Final[tuple[tuple[int, ...], int, str]] = ((0,), 0, "")
_BEHIND_LETTERS: Final = 256


def by_deb_version(version: str) -> Order:
    """A key to compare by."""
    epoch, colon, rest = version.strip().partition(":")
    if not colon:
        epoch, rest = "", version.strip()
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return number(epoch) or 0, _order(upstream), _order(revision)


def _order(text: str) -> tuple[tuple[tuple[int, ...], int, str], ...]:
    """Nothing at the end counts as much as a zero does."""
    pieces = [_piece(letters, digits.lstrip("0")) for letters, digits in _PIECE.findall(text)]
    while pieces and pieces[-1] == _NOTHING:
        pieces.pop()
    return (*pieces, _NOTHING)


def _piece(letters: str, digits: str) -> tuple[tuple[int, ...], int, str]:
    return (*map(_letter, letters), 0), len(digits), digits


def _letter(letter: str) -> int:
    if letter == "~":
        return -1
    return ord(letter) if letter.isascii() and letter.isalpha() else ord(letter) + _BEHIND_LETTERS

"""The order of versions as `sort -V` has it: numbers in them by their value, what `~` begins before everything."""

from __future__ import annotations

import re
from typing import Final

Order = tuple[tuple[tuple[int, ...], int, str], ...]
_PIECE: Final = re.compile(r"([^0-9]*)([0-9]*)")
_ENDING: Final = re.compile(r"[A-Za-z~][A-Za-z0-9~]*")
_BEHIND_LETTERS: Final = 256


def by_version(text: str) -> tuple[Order, Order, str]:
    """A key to sort by: without the endings of a file's name first, then with them."""
    return _order(_without_endings(text)), _order(text), text


def _order(text: str) -> Order:
    return tuple(_piece(letters, digits.lstrip("0")) for letters, digits in _PIECE.findall(text))


def _piece(letters: str, digits: str) -> tuple[tuple[int, ...], int, str]:
    return (*map(_letter, letters), 0), len(digits), digits


def _letter(letter: str) -> int:
    if letter == "~":
        return -1
    return ord(letter) if letter.isascii() and letter.isalpha() else ord(letter) + _BEHIND_LETTERS


def _without_endings(text: str) -> str:
    """`.el9.aarch64` is an ending; `.el9_4.x86_64` is not, for it holds another sign."""
    pieces = text.split(".")
    while len(pieces) > 1 and _ENDING.fullmatch(pieces[-1]):
        pieces.pop()
    return ".".join(pieces)

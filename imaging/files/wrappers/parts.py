"""A directory with the parts of one file: pieces of one row of bytes, by names that count up."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from imaging.files.formats import OpenedFile, RefusedFileError, open_image_file
from models.image_file.refusal import Refusal, RefusalCode

_MOST_PARTS: Final = 10_000
_DIGITS: Final = "0123456789"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_MOST_DIGITS: Final = 8
_LETTER_COUNTS: Final = range(2, 6)
_SPLIT_STEM: Final = "x"
"""How `split` begins the names of its parts unless it is told otherwise: xaa, xab."""


def open_parts(folder: Path, opened: ExitStack) -> list[OpenedFile]:
    """Open all parts in their order.

    Args:
        folder: with the parts and nothing else; names that begin with a dot are left out.
        opened: closes them.

    Raises:
        RefusedFileError: one is missing in the row, two rows are mixed, or one cannot be opened.
    """
    try:
        names = sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))
    except OSError as error:
        raise RefusedFileError(folder, Refusal(code=RefusalCode.UNREADABLE, detail=error.strerror or "")) from None
    if not names or len(names) > _MOST_PARTS:
        raise _broken(folder, f"it holds {len(names):,} files")
    return [opened.enter_context(open_image_file(folder / name)) for name in _in_order(folder, names)]


def _in_order(folder: Path, names: list[str]) -> list[str]:
    for numbers in (_by_digits(names), _by_letters(names)):
        if numbers is not None:
            return _unbroken(folder, numbers)
    raise _broken(folder, f"what follows {names[0]}?")


def _unbroken(folder: Path, numbered: dict[int, str]) -> list[str]:
    first, last = min(numbered), max(numbered)
    if first not in {0, 1}:
        raise _broken(folder, f"the first one is {numbered[first]}")
    missing = next((number for number in range(first, last + 1) if number not in numbered), None)
    if missing is not None:
        raise _broken(folder, f"none follows {numbered[missing - 1]}")
    return [numbered[number] for number in range(first, last + 1)]


def _by_digits(names: list[str]) -> dict[int, str] | None:
    """`image.000`, `part1`: the digits at the end count, and what stands before them is the same in all."""
    return _all([_numbered(name) for name in names])


def _numbered(name: str) -> tuple[str, int, str] | None:
    stem = name.rstrip(_DIGITS)
    digits = name[len(stem) :]
    return (stem, int(digits), name) if 0 < len(digits) <= _MOST_DIGITS else None


def _by_letters(names: list[str]) -> dict[int, str] | None:
    """`image.aa`, `xab`: as split writes them."""
    return _all([_lettered(name) for name in names])


def _lettered(name: str) -> tuple[str, int, str] | None:
    stem = name.rstrip(_LETTERS)
    if not stem and name.startswith(_SPLIT_STEM):
        stem = _SPLIT_STEM
    letters = name[len(stem) :]
    if len(letters) not in _LETTER_COUNTS or not (stem == _SPLIT_STEM or stem.endswith((".", "_", "-"))):
        return None
    return stem, _number(letters), name


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = 26 * value + ord(letter) - ord("a")
    return value


def _all(found: list[tuple[str, int, str] | None]) -> dict[int, str] | None:
    """By number, where all names have one, and the same stem."""
    known = [each for each in found if each is not None]
    if len(known) < len(found) or len({stem for stem, _, _ in known}) != 1:
        return None
    numbered = {number: name for _, number, name in known}
    return numbered if len(numbered) == len(known) else None


def _broken(folder: Path, detail: str) -> RefusedFileError:
    return RefusedFileError(folder, Refusal(code=RefusalCode.PARTS_MISSING, detail=detail))

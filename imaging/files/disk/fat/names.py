"""The entries of a directory of a FAT, with their long names."""

from __future__ import annotations

import calendar
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.fat.form import DIRECTORY_ENTRY_BYTES
from imaging.files.disk.file_system import NAMES

_ENTRY: Final = struct.Struct("<11sBBBHHHHHHHI")
_LONG: Final = struct.Struct("<B10sBBB12sH4s")
_READ_ONLY, _VOLUME, _DIRECTORY, _LONG_NAME = 0x01, 0x08, 0x10, 0x0F
_REMOVED: Final = 0xE5
_LAST: Final = 0x40
_MOST_PIECES: Final = 20
_SMALL_STEM, _SMALL_ENDING = 0x08, 0x10


@dataclass(frozen=True, slots=True)
class FatEntry:
    """One name and where it leads."""

    name: str
    is_directory: bool
    is_read_only: bool
    cluster: int
    size_bytes: int
    modified_at: int
    """As if its clock had been UTC, for FAT does not say which zone it was."""


def entries_in(raw: bytes) -> Iterator[FatEntry]:
    """The entries of a directory, without its own and the one above."""
    pieces: list[tuple[int, int, bytes]] = []
    for at in range(0, len(raw) - DIRECTORY_ENTRY_BYTES + 1, DIRECTORY_ENTRY_BYTES):
        short, kind, small, _, _, _, _, high, time, date, low, size = _ENTRY.unpack_from(raw, at)
        if short[0] == 0:
            return
        if kind & _LONG_NAME == _LONG_NAME:
            order, first, _, _, checksum, second, _, third = _LONG.unpack_from(raw, at)
            pieces = [] if order & _LAST else pieces
            if len(pieces) < _MOST_PIECES:
                pieces.append((order & ~_LAST, checksum, first + second + third))
            continue
        long, pieces = _long_name(pieces, short), []
        if short[0] == _REMOVED or kind & _VOLUME or short.rstrip() in {b".", b".."}:
            continue
        yield FatEntry(
            name=long or _short_name(short, small),
            is_directory=bool(kind & _DIRECTORY),
            is_read_only=bool(kind & _READ_ONLY),
            cluster=high << 16 | low,
            size_bytes=size,
            modified_at=_seconds(date, time),
        )


def _long_name(pieces: list[tuple[int, int, bytes]], short: bytes) -> str:
    """The pieces stand before their entry, the last one first; those of another entry are left over."""
    orders = [order for order, _, _ in pieces]
    if orders != list(range(len(pieces), 0, -1)) or any(checksum != _checksum(short) for _, checksum, _ in pieces):
        return ""
    units = b"".join(piece for _, _, piece in reversed(pieces)).decode("utf-16-le", "replace")
    return units.partition("\0")[0].encode("utf-8", "replace").decode(NAMES)


def _checksum(short: bytes) -> int:
    total = 0
    for each in short:
        total = ((total >> 1) | (total & 1) << 7) + each & 0xFF
    return total


def _short_name(short: bytes, small: int) -> str:
    stem, ending = short[:8].rstrip(), short[8:].rstrip()
    if stem[:1] == b"\x05":
        stem = b"\xe5" + stem[1:]
    stem = stem.lower() if small & _SMALL_STEM else stem
    ending = ending.lower() if small & _SMALL_ENDING else ending
    return (stem + (b"." + ending if ending else b"")).decode(NAMES)


def _seconds(date: int, time: int) -> int:
    year, month, day = 1980 + (date >> 9), date >> 5 & 0xF, date & 0x1F
    hour, minute, second = time >> 11, time >> 5 & 0x3F, (time & 0x1F) * 2
    if not 1 <= month <= 12 or not day:  # noqa: PLR2004  # months
        return 0
    return calendar.timegm((year, month, day, hour, minute, second))

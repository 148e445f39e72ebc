"""Whether the log of an XFS holds changes that were not carried out.

The log is a ring of sectors, each of which begins with the number of the round in which it was written. Its head is
where the number changes; the log is clean if what was written last is the record of an unmount.
"""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.content import Content

_SECTOR: Final = 512
_MARK: Final = 0xFEEDBABE
_RECORD: Final = struct.Struct(">IIIIQQIII")
"""Mark, round, version, length, its own place, that of the tail, checksum, the record before, operations."""
_LARGEST_BUFFER_AT: Final = 320
_BUFFER_OF_A_HEADER: Final = 32 * 1024
_LARGEST_RECORD: Final = 1 + 8 + 512
"""Sectors: with its headers, of the largest buffer (256 KB)."""
_UNMOUNT: Final = 0x20


def is_clean(blocks: Content, start: int, size: int) -> bool:
    """Whether the log at a place was closed; False also where that cannot be told."""
    sectors = min(size, max(0, blocks.size_bytes - start)) // _SECTOR
    return sectors > 1 and _Log(blocks, start, sectors).is_clean()


class _Log:
    def __init__(self, blocks: Content, start: int, sectors: int) -> None:
        self._blocks = blocks
        self._start = start
        self._sectors = sectors

    def is_clean(self) -> bool:
        head = self._head()
        for back in range(1, _LARGEST_RECORD + 1):
            place = (head - back) % self._sectors
            raw = self._sector(place)
            if int.from_bytes(raw[:4], "big") == _MARK:
                return self._is_unmount(raw, place, head)
        return False

    def _is_unmount(self, raw: bytes, place: int, head: int) -> bool:
        """One operation, which is an unmount, and nothing was written behind it."""
        _, _, version, length, _, _, _, _, operations = _RECORD.unpack_from(raw)
        largest = int.from_bytes(raw[_LARGEST_BUFFER_AT : _LARGEST_BUFFER_AT + 4], "big")
        headers = max(1, -(-largest // _BUFFER_OF_A_HEADER)) if version > 1 and largest > _BUFFER_OF_A_HEADER else 1
        operation = self._sector(place + headers)
        ends_at_head = (place + headers + -(-length // _SECTOR)) % self._sectors == head % self._sectors
        return operations == 1 and ends_at_head and bool(operation[9] & _UNMOUNT)

    def _head(self) -> int:
        """The first sector that was not written in the last round."""
        first, last = self._round(0), self._round(self._sectors - 1)
        if first == last:
            return self._sectors if first else 0
        low, high = 0, self._sectors - 1  # the first is of its own round, the last is not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._round(middle) == first else (low, middle)
        return high

    def _round(self, place: int) -> int:
        """The number of a sector's round; a record's header has it behind its mark."""
        raw = self._sector(place)
        first = int.from_bytes(raw[:4], "big")
        return int.from_bytes(raw[4:8], "big") if first == _MARK else first

    def _sector(self, place: int) -> bytes:
        return self._blocks.read(self._start + place % self._sectors * _SECTOR, _SECTOR).ljust(_SECTOR, b"\0")

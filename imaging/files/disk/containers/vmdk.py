"""VMDK in one file: grains that two levels of tables place, compressed where it is `streamOptimized`.

Source: VMware Virtual Disk Format 5.0.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from models.errors import DiskFault, DiskUnreadableError

_SECTOR: Final = 512
_HEADER: Final = struct.Struct("<4sIIQQQQIQQQB4sH")
"""Mark, version, flags, sectors, of a grain, descriptor, its length, entries of a table, spare directory, directory,
…, compression."""
_AT_END: Final = 0xFFFF_FFFF_FFFF_FFFF
_FOOTER_FROM_END: Final = 2 * _SECTOR
_COMPRESSED: Final = 0x10000
_DEFLATE: Final = 1
_HOLE, _ZEROS = 0, 1
_GRAIN_HEAD: Final = struct.Struct("<QI")
_MOST_TABLES: Final = 2**22
_LARGEST_GRAIN: Final = 2**23
_KEPT: Final = 64


class VmdkBlocks:
    """The disk in a VMDK whose only extent lies in the file itself."""

    def __init__(self, blocks: Content) -> None:
        """Read the header and the directory of its tables.

        Raises:
            DiskUnreadableError: it is damaged, or uses what is not read here.
        """
        head = _HEADER.unpack_from(exactly(blocks, 0, _SECTOR))
        if head[9] == _AT_END:
            head = _HEADER.unpack_from(exactly(blocks, blocks.size_bytes - _FOOTER_FROM_END, _SECTOR))
        mark, version, flags, sectors, grain, _, _, self._entries, _, directory_at, _, _, _, compression = head
        if mark != b"KDMV" or not 1 <= version <= 3:  # noqa: PLR2004  # of the format
            raise DiskUnreadableError("The header of the VMDK is damaged.")
        self._is_compressed = bool(flags & _COMPRESSED)
        if self._is_compressed and compression != _DEFLATE:
            raise DiskUnreadableError("The VMDK is compressed in an unknown way.", fault=DiskFault.UNKNOWN_FORM)
        self._grain_bytes = grain * _SECTOR
        is_power = grain & (grain - 1) == 0
        if not (is_power and 0 < self._grain_bytes <= _LARGEST_GRAIN and 0 < self._entries <= 2**16):
            raise DiskUnreadableError("The header of the VMDK is damaged.")
        tables = -(-sectors // (grain * self._entries))
        if tables > _MOST_TABLES:
            raise DiskUnreadableError("The VMDK is larger than is read.", fault=DiskFault.TOO_LARGE)
        self._blocks = blocks
        self._directory = exactly(blocks, directory_at * _SECTOR, 4 * tables)
        self.size_bytes = sectors * _SECTOR
        self._table = lru_cache(maxsize=_KEPT)(self._read_table)
        self._inflated = lru_cache(maxsize=_KEPT)(self._inflate)

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        end = min(offset + size, self.size_bytes)
        pieces = []
        while offset < end:
            number, inside = divmod(offset, self._grain_bytes)
            length = min(self._grain_bytes - inside, end - offset)
            pieces.append(self._in_grain(number, inside, length))
            offset += length
        return b"".join(pieces)

    def _in_grain(self, number: int, inside: int, length: int) -> bytes:
        table, place = divmod(number, self._entries)
        table_at = _entry(self._directory, table)
        sector = _entry(self._table(table_at), place) if table_at else _HOLE
        if sector in {_HOLE, _ZEROS}:
            return bytes(length)
        if self._is_compressed:
            return self._inflated(sector).ljust(self._grain_bytes, b"\0")[inside : inside + length]
        return exactly(self._blocks, sector * _SECTOR + inside, length)

    def _read_table(self, sector: int) -> bytes:
        return exactly(self._blocks, sector * _SECTOR, 4 * self._entries)

    def _inflate(self, sector: int) -> bytes:
        at = sector * _SECTOR
        _, size = _GRAIN_HEAD.unpack(exactly(self._blocks, at, _GRAIN_HEAD.size))
        if size > 2 * self._grain_bytes + _SECTOR:
            raise DiskUnreadableError("A compressed grain of the VMDK is damaged.")
        try:
            stream = zlib.decompressobj()
            found = stream.decompress(exactly(self._blocks, at + _GRAIN_HEAD.size, size), self._grain_bytes)
        except zlib.error:
            raise DiskUnreadableError("A compressed grain of the VMDK is damaged.") from None
        if not stream.eof and len(found) < self._grain_bytes:
            raise DiskUnreadableError("A compressed grain of the VMDK ends early.", fault=DiskFault.ENDS_EARLY)
        return found


def _entry(table: bytes, place: int) -> int:
    return int.from_bytes(table[4 * place : 4 * place + 4], "little")

"""VHDX: blocks that a table places, which a table of regions places.

Source: [MS-VHDX].
"""

from __future__ import annotations

import struct
import uuid
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from models.errors import DiskFault, DiskUnreadableError

_KIB: Final = 1024
_HEADERS_AT: Final = (64 * _KIB, 128 * _KIB)
_REGIONS_AT: Final = (192 * _KIB, 256 * _KIB)
_TABLE_BYTES: Final = 64 * _KIB
_ENTRY_BYTES: Final = 32
_MOST_ENTRIES: Final = 2047
_BLOCKS: Final = uuid.UUID("2DC27766-F623-4200-9D64-115E9BFD4A08").bytes_le
_METADATA: Final = uuid.UUID("8B7CA206-4790-4B9A-B8FE-575F050F886E").bytes_le
_PARAMETERS: Final = uuid.UUID("CAA16737-FA36-4D43-B3B6-33F0AA44E76B").bytes_le
_SIZE: Final = uuid.UUID("2FA54224-CD1B-4876-B211-5DBED83BF4B8").bytes_le
_SECTOR: Final = uuid.UUID("8141BF1D-A96F-4709-BA47-F233A8FAAB5F").bytes_le
_HAS_PARENT: Final = 2
_PRESENT: Final = 6
_PARTLY: Final = 7
_STATE: Final = 7
_PLACE: Final = ~0xFFFFF
_SECTORS_OF_MAP: Final = 2**23
_LARGEST_BLOCK: Final = 2**28


class VhdxBlocks:
    """The disk in a VHDX that lives on no other one and was closed."""

    def __init__(self, blocks: Content) -> None:
        """Read its tables.

        Raises:
            DiskUnreadableError: it is damaged, needs another file, or was not closed.
        """
        self._blocks = blocks
        if _has_log(blocks):
            raise DiskUnreadableError("The VHDX was not closed: convert it first.", fault=DiskFault.CONVERT_FIRST)
        regions = next((found for at in _REGIONS_AT if _BLOCKS in (found := _regions(blocks, at))), {})
        metadata_at, _ = regions.get(_METADATA, (0, 0))
        table_at, table_bytes = regions.get(_BLOCKS, (0, 0))
        items = _items(exactly(blocks, metadata_at, _TABLE_BYTES)) if metadata_at else {}
        if not {_PARAMETERS, _SIZE, _SECTOR} <= items.keys():
            raise DiskUnreadableError("The tables of the VHDX are damaged.")
        self._block_bytes, flags = struct.unpack("<II", exactly(blocks, metadata_at + items[_PARAMETERS], 8))
        self.size_bytes = int.from_bytes(exactly(blocks, metadata_at + items[_SIZE], 8), "little")
        sector = int.from_bytes(exactly(blocks, metadata_at + items[_SECTOR], 4), "little")
        if flags & _HAS_PARENT:
            raise DiskUnreadableError("The VHDX lives on another one.", fault=DiskFault.OTHER_FILE)
        is_power = self._block_bytes & (self._block_bytes - 1) == 0
        if not is_power or not 2**20 <= self._block_bytes <= _LARGEST_BLOCK or sector not in {512, 4096}:
            raise DiskUnreadableError("The VHDX has impossible sizes.")
        self._between_maps = _SECTORS_OF_MAP * sector // self._block_bytes
        count = -(-self.size_bytes // self._block_bytes)
        needed = 8 * (count + (count - 1) // self._between_maps if count else 0)
        if needed > table_bytes:
            raise DiskUnreadableError("The table of the VHDX does not suit its size.")
        self._table = exactly(blocks, table_at, needed)

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        end = min(offset + size, self.size_bytes)
        pieces = []
        while offset < end:
            number, inside = divmod(offset, self._block_bytes)
            length = min(self._block_bytes - inside, end - offset)
            pieces.append(self._in_block(number, inside, length))
            offset += length
        return b"".join(pieces)

    def _in_block(self, number: int, inside: int, length: int) -> bytes:
        """Behind each so many blocks the table has the place of a map, which only a disk on another one uses."""
        place = 8 * (number + number // self._between_maps)
        entry = int.from_bytes(self._table[place : place + 8], "little")
        if entry & _STATE == _PARTLY:
            raise DiskUnreadableError("A block of the VHDX lies in another file.", fault=DiskFault.OTHER_FILE)
        if entry & _STATE != _PRESENT:
            return bytes(length)
        return exactly(self._blocks, (entry & _PLACE) + inside, length)


def _has_log(blocks: Content) -> bool:
    """Whether the newer of its two headers names a log that has to be replayed first."""
    headers = [header for at in _HEADERS_AT if (header := exactly(blocks, at, 96)).startswith(b"head")]
    newest = max(headers, key=lambda header: int.from_bytes(header[8:16], "little"), default=b"")
    return any(newest[48:64])


def _regions(blocks: Content, at: int) -> dict[bytes, tuple[int, int]]:
    """Where the regions lie, and how large they are."""
    raw = exactly(blocks, at, _TABLE_BYTES)
    if not raw.startswith(b"regi"):
        return {}
    count = min(int.from_bytes(raw[8:12], "little"), _MOST_ENTRIES)
    entries = (raw[16 + _ENTRY_BYTES * place :][:_ENTRY_BYTES] for place in range(count))
    return {
        entry[:16]: (int.from_bytes(entry[16:24], "little"), int.from_bytes(entry[24:28], "little"))
        for entry in entries
    }


def _items(raw: bytes) -> dict[bytes, int]:
    """Where the items lie in the region of metadata."""
    if not raw.startswith(b"metadata"):
        return {}
    count = min(int.from_bytes(raw[10:12], "little"), _MOST_ENTRIES)
    entries = (raw[32 + _ENTRY_BYTES * place :][:_ENTRY_BYTES] for place in range(count))
    return {entry[:16]: int.from_bytes(entry[16:20], "little") for entry in entries}

"""VHD: a raw disk with a footer behind it, or blocks that a table places.

Read here, for libvhdi reads a sector at a time: 600 MB took it 44 s. Source: Virtual Hard Disk Image Format
Specification, 1.0.
"""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.content import Content, Window
from imaging.files.disk.blocks import exactly
from models.errors import DiskFault, DiskUnreadableError

_SECTOR: Final = 512
_FOOTER: Final = struct.Struct(">8sIIQ16xQQ4xI")
"""Mark, features, version, where the header lies, original size, size, kind."""
_HEADER: Final = struct.Struct(">8sQQIII")
"""Mark, nothing, where the table lies, version, entries, bytes of a block."""
_FIXED, _DYNAMIC = 2, 3
_HOLE: Final = 0xFFFF_FFFF
_MOST_ENTRIES: Final = 2**22


def open_vhd(content: Content) -> Content:
    """The disk in a VHD that lives on no other one.

    Raises:
        DiskUnreadableError: it is damaged, or needs another file.
    """
    footer = exactly(content, content.size_bytes - _SECTOR, _SECTOR)
    mark, _, _, header_at, _, size, kind = _FOOTER.unpack_from(footer)
    if mark != b"conectix":
        raise DiskUnreadableError("The footer of the VHD is damaged.")
    if kind == _FIXED:
        return Window(content, 0, min(size, content.size_bytes - _SECTOR))
    if kind != _DYNAMIC:
        raise DiskUnreadableError("The VHD lives on another one.", fault=DiskFault.OTHER_FILE)
    return VhdBlocks(content, header_at, size)


class VhdBlocks:
    """A dynamic VHD: each block has a map of its sectors before it."""

    def __init__(self, blocks: Content, header_at: int, size_bytes: int) -> None:
        """Read the table.

        Raises:
            DiskUnreadableError: it is damaged.
        """
        mark, _, table_at, _, entries, self._block_bytes = _HEADER.unpack_from(exactly(blocks, header_at, _SECTOR))
        is_power = self._block_bytes & (self._block_bytes - 1) == 0
        if mark != b"cxsparse" or not is_power or not _SECTOR <= self._block_bytes <= 2**28 or entries > _MOST_ENTRIES:
            raise DiskUnreadableError("The header of the VHD is damaged.")
        if entries * self._block_bytes < size_bytes:
            raise DiskUnreadableError("The table of the VHD does not suit its size.")
        self._blocks = blocks
        self._table = exactly(blocks, table_at, 4 * entries)
        self._map_bytes = -(-self._block_bytes // (_SECTOR * 8 * _SECTOR)) * _SECTOR
        self.size_bytes = size_bytes

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        end = min(offset + size, self.size_bytes)
        pieces = []
        while offset < end:
            number, inside = divmod(offset, self._block_bytes)
            length = min(self._block_bytes - inside, end - offset)
            sector = int.from_bytes(self._table[4 * number : 4 * number + 4], "big")
            at = sector * _SECTOR + self._map_bytes + inside
            pieces.append(bytes(length) if sector == _HOLE else exactly(self._blocks, at, length))
            offset += length
        return b"".join(pieces)

"""Where things are on an XFS: what the superblock says."""

from __future__ import annotations

from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from models.errors import DiskFault, DiskUnreadableError

_SUPERBLOCK_BYTES: Final = 512
_VERSION: Final = 0xF
_KNOWN: Final = 0x1FF
"""Incompatible features that reading knows or need not know: ftype, sparse inodes, UUID, bigtime, repair, large
counters, exchange, parents, metadata directory."""
_FILE_TYPE, _FILE_TYPE_OF_4 = 0x1, 0x200
_NEEDS_REPAIR: Final = 0x10
_LARGEST_BLOCK: Final = 2**16
_LEAVES_AT: Final = 2**35
"""Where the sorted names of a directory begin; below are the names themselves."""


class Layout:
    """The numbers of one file system."""

    def __init__(self, blocks: Content) -> None:
        """Read them.

        Raises:
            DiskUnreadableError: they contradict each other, or it uses features that are not known.
        """
        raw = exactly(blocks, 0, _SUPERBLOCK_BYTES)
        self.is_5 = _number(raw, 100, 2) & _VERSION == 5  # noqa: PLR2004  # of the format
        incompatible = _number(raw, 216, 4) if self.is_5 else 0
        if raw[:4] != b"XFSB" or not (self.is_5 or _number(raw, 100, 2) & _VERSION == 4):  # noqa: PLR2004  # the same
            raise _damaged()
        if incompatible & ~_KNOWN or incompatible & _NEEDS_REPAIR:
            raise DiskUnreadableError("The XFS uses unknown features, or needs repair.", fault=DiskFault.UNKNOWN_FORM)
        self.block_bytes = _number(raw, 4, 4)
        self.root = _number(raw, 56, 8)
        self._group_blocks, self._groups = _number(raw, 84, 4), _number(raw, 88, 4)
        self.inode_bytes = _number(raw, 104, 2)
        self._in_block_log, self._group_log = raw[123], raw[124]
        self.directory_blocks = 1 << min(raw[192], 7)
        self.has_types = bool(incompatible & _FILE_TYPE if self.is_5 else _number(raw, 200, 4) & _FILE_TYPE_OF_4)
        self._check(raw)

    @property
    def leaves_at(self) -> int:
        """The block of a directory where its names end."""
        return _LEAVES_AT // self.block_bytes

    def block_at(self, block: int) -> int:
        """Where a block lies; its number tells the group and the place in it.

        Raises:
            DiskUnreadableError: there is none of that number.
        """
        group, place = block >> self._group_log, block & ((1 << self._group_log) - 1)
        if group >= self._groups or place >= self._group_blocks:
            raise DiskUnreadableError("A block on the disk lies beyond the end of its file system.")
        return (group * self._group_blocks + place) * self.block_bytes

    def inode_at(self, number: int) -> int:
        """Where an inode lies.

        Raises:
            DiskUnreadableError: there is no place of that number.
        """
        place = number & ((1 << self._in_block_log) - 1)
        return self.block_at(number >> self._in_block_log) + place * self.inode_bytes

    def _check(self, raw: bytes) -> None:
        is_right = (
            512 <= self.block_bytes <= _LARGEST_BLOCK  # noqa: PLR2004  # of the format
            and self.block_bytes & (self.block_bytes - 1) == 0
            and 256 <= self.inode_bytes <= min(2048, self.block_bytes)  # noqa: PLR2004  # the same
            and self.inode_bytes << self._in_block_log == self.block_bytes
            and self._group_blocks > 0
            and self._group_log <= 31  # noqa: PLR2004  # the same
            and self._group_blocks <= 1 << self._group_log
            and self._groups > 0
            and self.block_bytes * self.directory_blocks <= _LARGEST_BLOCK
            and raw[192] <= 7  # noqa: PLR2004  # the same
        )
        if not is_right:
            raise _damaged()


def _number(raw: bytes, at: int, size: int) -> int:
    return int.from_bytes(raw[at : at + size], "big")


def _damaged() -> DiskUnreadableError:
    return DiskUnreadableError("The superblock of the XFS is damaged.")

"""Where things are on an ext: what the superblock and the group descriptors say."""

from __future__ import annotations

from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.superblocks.ext import SUPERBLOCK_AT, SUPERBLOCK_BYTES
from models.errors import DiskFault, DiskUnreadableError

FILE_TYPE, META_GROUPS, EXTENTS, WIDE = 0x2, 0x10, 0x40, 0x80
HUGE_FILE: Final = 0x8
_CLUSTERS: Final = 0x200
_LARGEST_CLUSTER_LOG: Final = 20
_READABLE: Final = FILE_TYPE | META_GROUPS | EXTENTS | WIDE | 0x4 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x38000
"""Incompatible features that reading knows or need not know: recovery, mmp, flex_bg, ea_inode, csum_seed, largedir,
inline_data, encrypt, casefold."""
_HAS_JOURNAL: Final = 0x4
_NEEDS_RECOVERY: Final = 0x4
_SPARSE_SUPERBLOCKS: Final = 0x1
_SPARSE_SUPERBLOCKS_2: Final = 0x200
_LARGEST_BLOCK_LOG: Final = 6
_MOST_GROUPS: Final = 2**20
_OLD_INODE_BYTES: Final = 128


class Layout:
    """The numbers of one file system."""

    def __init__(self, blocks: Content) -> None:
        """Read them.

        Raises:
            DiskUnreadableError: they contradict each other, or it uses features that are not known.
        """
        self._blocks = blocks
        raw = exactly(blocks, SUPERBLOCK_AT, SUPERBLOCK_BYTES)
        log = _u32(raw, 0x18)
        self.incompatible, self.read_only = _u32(raw, 0x60), _u32(raw, 0x64)
        if raw[0x38:0x3A] != b"\x53\xef" or log > _LARGEST_BLOCK_LOG:
            raise _damaged()
        if self.incompatible & ~_READABLE:
            raise DiskUnreadableError("The ext file system uses unknown features.", fault=DiskFault.UNKNOWN_FORM)
        self.block_bytes = 1024 << log
        clustered = self.read_only & _CLUSTERS
        self._cluster_log = min(max(0, _u32(raw, 0x1C) - log), _LARGEST_CLUSTER_LOG) if clustered else 0
        self.inodes = _u32(raw, 0x0)
        self.blocks = _u32(raw, 0x4) | (_u32(raw, 0x150) << 32 if self.incompatible & WIDE else 0)
        self._first_block = _u32(raw, 0x14)
        self._blocks_in_group, self._inodes_in_group = _u32(raw, 0x20), _u32(raw, 0x28)
        is_first_revision = _u32(raw, 0x4C) == 0
        self.inode_bytes = _OLD_INODE_BYTES if is_first_revision else int.from_bytes(raw[0x58:0x5A], "little")
        wide = int.from_bytes(raw[0xFE:0x100], "little") if self.incompatible & WIDE else 32
        self._descriptor_bytes = wide or 32
        self._first_meta_group = _u32(raw, 0x104)
        self._compatible = _u32(raw, 0x5C)
        self.journal_inode = _u32(raw, 0xE0) if self._compatible & _HAS_JOURNAL else 0
        """Of its journal; 0 where it has none, or has it on another disk."""
        self.needs_recovery = bool(self.incompatible & _NEEDS_RECOVERY)
        """Whether its journal holds what was not carried out."""
        self._copies = (_u32(raw, 0x24C), _u32(raw, 0x250))
        self._groups = -(-self.inodes // self._inodes_in_group) if self._inodes_in_group else 0
        self._check()
        self._tables: dict[int, int] = {}

    def inode_at(self, number: int) -> int:
        """Where an inode lies.

        Raises:
            DiskUnreadableError: there is none of that number.
        """
        if not 0 < number <= self.inodes:
            raise DiskUnreadableError("A name on the disk leads to no inode.")
        group, index = divmod(number - 1, self._inodes_in_group)
        table = self._tables.get(group)
        if table is None:
            table = self._tables[group] = self._table_of(group)
        return table + index * self.inode_bytes

    def free(self) -> tuple[int, int]:
        """Free blocks and inodes, as Linux counts them when it mounts: by the groups, for a superblock may be old.

        Raises:
            DiskUnreadableError: a descriptor lies beyond the end.
        """
        raws = [
            exactly(self._blocks, self._descriptor_at(group), self._descriptor_bytes) for group in range(self._groups)
        ]
        is_wide = self._descriptor_bytes >= 64  # noqa: PLR2004  # of the format
        blocks = sum(_u16(raw, 0x0C) | (_u16(raw, 0x2C) << 16 if is_wide else 0) for raw in raws)
        inodes = sum(_u16(raw, 0x0E) | (_u16(raw, 0x2E) << 16 if is_wide else 0) for raw in raws)
        return blocks << self._cluster_log, inodes

    def _check(self) -> None:
        is_right = (
            0 < self._groups <= _MOST_GROUPS
            and self._blocks_in_group > 0
            and _OLD_INODE_BYTES <= self.inode_bytes <= self.block_bytes
            and self.inode_bytes & (self.inode_bytes - 1) == 0
            and 32 <= self._descriptor_bytes <= self.block_bytes  # noqa: PLR2004  # of the format
        )
        if not is_right:
            raise _damaged()

    def _table_of(self, group: int) -> int:
        """Where the inodes of a group begin."""
        raw = exactly(self._blocks, self._descriptor_at(group), self._descriptor_bytes)
        block = _u32(raw, 0x8) | (_u32(raw, 0x28) << 32 if self._descriptor_bytes >= 64 else 0)  # noqa: PLR2004
        if not 0 < block < self.blocks:
            raise _damaged()
        return block * self.block_bytes

    def _descriptor_at(self, group: int) -> int:
        in_block = self.block_bytes // self._descriptor_bytes
        number, index = divmod(group, in_block)
        if self.incompatible & META_GROUPS and number >= self._first_meta_group:
            first = number * in_block
            is_shifted = self.block_bytes == SUPERBLOCK_AT and number == 0 and self._first_block == 0
            block = self._first_block + first * self._blocks_in_group + self._has_superblock(first) + is_shifted
        else:
            block = SUPERBLOCK_AT // self.block_bytes + 1 + number
        return block * self.block_bytes + index * self._descriptor_bytes

    def _has_superblock(self, group: int) -> bool:
        """Whether a copy of the superblock lies at the begin of a group."""
        if group == 0:
            return True
        if self._compatible & _SPARSE_SUPERBLOCKS_2:
            return group in self._copies
        return not self.read_only & _SPARSE_SUPERBLOCKS or group == 1 or any(_is_power(group, of) for of in (3, 5, 7))


def _is_power(number: int, of: int) -> bool:
    while number % of == 0:
        number //= of
    return number == 1


def _u16(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 2], "little")


def _u32(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 4], "little")


def _damaged() -> DiskUnreadableError:
    return DiskUnreadableError("The superblock of the ext file system is damaged.")

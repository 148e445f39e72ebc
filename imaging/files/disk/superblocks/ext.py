"""ext2, ext3, ext4.

Source: Documentation/filesystems/ext4 of Linux.
"""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.superblocks.superblock import Superblock, hyphened, text_until_nul

SUPERBLOCK_AT: Final = 1024
SUPERBLOCK_BYTES: Final = 1024
_COUNTS: Final = struct.Struct("<IIIII")
_COUNTS_HIGH: Final = struct.Struct("<III")
_CLEAN, _ERRORS = 1, 2
_HAS_JOURNAL: Final = 0x4
_NEEDS_RECOVERY: Final = 0x4
_JOURNAL_ONLY: Final = 0x8
_64_BIT: Final = 0x80
_OF_EXT3: Final = (0x2 | 0x4 | 0x10, 0x1 | 0x2 | 0x4)
"""The incompatible and the read-only features that ext2 and ext3 have; any other makes it an ext4."""


def sniff_ext(blocks: Content, *, free: tuple[int, int] | None = None) -> Superblock | None:
    """What the superblock says; None where there is none.

    Args:
        blocks: the file system.
        free: the free blocks and inodes, where they were counted; the superblock's own may be old.
    """
    raw = blocks.read(SUPERBLOCK_AT, SUPERBLOCK_BYTES)
    if len(raw) < SUPERBLOCK_BYTES or raw[0x38:0x3A] != b"\x53\xef":
        return None
    compatible, incompatible, read_only = struct.unpack_from("<III", raw, 0x5C)
    if incompatible & _JOURNAL_ONLY:
        return Superblock("jbd", hyphened(raw[0x68:0x78]), text_until_nul(raw[0x78:0x88]))
    block_bytes = 1024 << min(int.from_bytes(raw[0x18:0x1C], "little"), 6)
    inodes, blocks_all, reserved, blocks_free, inodes_free = _COUNTS.unpack_from(raw)
    if incompatible & _64_BIT:
        highs = _COUNTS_HIGH.unpack_from(raw, 0x150)
        lows = (blocks_all, reserved, blocks_free)
        blocks_all, reserved, blocks_free = (low | high << 32 for low, high in zip(lows, highs, strict=True))
    if free is not None:
        blocks_free, inodes_free = free
    overhead = int.from_bytes(raw[0x248:0x24C], "little")
    total = max(0, blocks_all - overhead)
    blocks_free = min(blocks_free, total)
    return Superblock(
        file_system=_name(compatible, incompatible, read_only),
        uuid=hyphened(raw[0x68:0x78]),
        label=text_until_nul(raw[0x78:0x88]),
        used_bytes=(total - blocks_free) * block_bytes,
        total_bytes=total * block_bytes,
        free_bytes=max(0, blocks_free - reserved - _kept_back(blocks_all)) * block_bytes,
        inodes=inodes,
        inodes_free=inodes_free,
        state=_state(int.from_bytes(raw[0x3A:0x3C], "little")),
        error_count=int.from_bytes(raw[0x194:0x198], "little"),
        needs_recovery=bool(incompatible & _NEEDS_RECOVERY),
    )


def _kept_back(blocks_all: int) -> int:
    """What Linux keeps for its own late writes while it is mounted."""
    return min(blocks_all // 50, 4096)


def _name(compatible: int, incompatible: int, read_only: int) -> str:
    if incompatible & ~_OF_EXT3[0] or read_only & ~_OF_EXT3[1]:
        return "ext4"
    return "ext3" if compatible & _HAS_JOURNAL else "ext2"


def _state(word: int) -> str:
    """As dumpe2fs says it."""
    return ("clean" if word & _CLEAN else "not clean") + (" with errors" if word & _ERRORS else "")

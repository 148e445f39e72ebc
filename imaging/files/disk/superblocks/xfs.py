"""XFS: the first superblock, and whether its log was closed.

Source: XFS Algorithms & Data Structures, 3rd edition.
"""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.superblocks.superblock import Superblock, hyphened, text_until_nul
from imaging.files.disk.superblocks.xfs_log import is_clean

_HEAD: Final = struct.Struct(">4sIQ")
_LOG_START_AT, _LOG_BLOCKS_AT = 48, 96
_SHIFTS: Final = struct.Struct(">BBBBBBBB")
_SHIFTS_AT: Final = 120
_COUNTS: Final = struct.Struct(">QQQ")
_COUNTS_AT: Final = 128
_SECTOR: Final = 512


def sniff_xfs(blocks: Content) -> Superblock | None:
    """What the superblock says; None where there is none."""
    raw = blocks.read(0, _SECTOR)
    if len(raw) < _SECTOR or raw[:4] != b"XFSB":
        return None
    _, block_bytes, blocks_all = _HEAD.unpack_from(raw)
    log_start = int.from_bytes(raw[_LOG_START_AT : _LOG_START_AT + 8], "big")
    log_blocks = int.from_bytes(raw[_LOG_BLOCKS_AT : _LOG_BLOCKS_AT + 4], "big")
    _, _, _, inodes_per_block_log, group_log, _, _, most_percent = _SHIFTS.unpack_from(raw, _SHIFTS_AT)
    inodes, inodes_free, free = _COUNTS.unpack_from(raw, _COUNTS_AT)
    total = max(0, blocks_all - (log_blocks if log_start else 0))
    free = min(free, total)
    per_block = 1 << min(inodes_per_block_log, 16)
    possible = min(inodes + free * per_block, blocks_all * (most_percent or 100) // 100 * per_block)
    return Superblock(
        file_system="xfs",
        uuid=hyphened(raw[32:48]),
        label=text_until_nul(raw[108:120]),
        used_bytes=(total - free) * block_bytes,
        total_bytes=total * block_bytes,
        free_bytes=free * block_bytes,
        inodes=possible,
        inodes_free=max(0, possible - (inodes - inodes_free)),
        needs_recovery=_needs_recovery(blocks, raw, group_log, log_start, log_blocks * block_bytes),
    )


def _needs_recovery(blocks: Content, raw: bytes, group_log: int, log_start: int, log_bytes: int) -> bool:
    if not log_start:
        return True  # it has its log on another disk: nobody can say
    block_bytes, group_blocks = int.from_bytes(raw[4:8], "big"), int.from_bytes(raw[84:88], "big")
    group, block = log_start >> min(group_log, 63), log_start & ((1 << min(group_log, 63)) - 1)
    return not is_clean(blocks, (group * group_blocks + block) * block_bytes, log_bytes)

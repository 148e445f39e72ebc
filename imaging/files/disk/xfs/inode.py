"""One inode of an XFS."""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from imaging.files.disk.file_system import KINDS, Node, NodeKind
from imaging.files.disk.xfs.layout import Layout
from models.errors import DiskUnreadableError

_FORM: Final = struct.Struct(">2sHBBHIII4xQ8xQQQQ4xI2xB7xH")
"""Mark, mode, version, format, links (old), owner, group, links, large counter, modification, change, size, blocks,
counter, where the attributes begin, flags."""
_FLAGS_2: Final = struct.Struct(">Q")
_FLAGS_2_AT: Final = 120
_BIG_TIME, _LARGE_COUNTER = 0x8, 0x10
_REALTIME, _IMMUTABLE = 0x1, 0x8
_BIG_TIME_BEGINS: Final = -(2**31)
_FORK_AT: Final = {3: 176, 2: 100, 1: 100}


class ForkFormat(IntEnum):
    """How the content of a file is found."""

    DEVICE = 0
    LOCAL = 1
    """It lies in the inode."""
    EXTENTS = 2
    TREE = 3


@dataclass(frozen=True, slots=True)
class Inode:
    """What a file is, and how its content is found."""

    node: Node
    format: int
    fork: bytes
    """The content, its extents, or the root of their tree."""
    extents: int
    is_realtime: bool


def read_inode(number: int, raw: bytes, layout: Layout) -> Inode | None:
    """The inode in these bytes; None where nothing is in use there.

    Raises:
        DiskUnreadableError: no inode lies there.
    """
    (mark, mode, version, form, old_links, uid, gid, links, large, modified, changed, size, blocks, counter,
     attributes_at, flags) = _FORM.unpack_from(raw)  # fmt: skip
    begin = _FORK_AT.get(version)
    if mark != b"IN" or begin is None:
        raise DiskUnreadableError("An inode on the disk is damaged.")
    kind = KINDS.get(stat.S_IFMT(mode))
    links = old_links if version == 1 else links
    if kind is None or not links:
        return None
    flags_2 = _FLAGS_2.unpack_from(raw, _FLAGS_2_AT)[0] if version == 3 else 0  # noqa: PLR2004  # of the format
    seconds = _big_seconds if flags_2 & _BIG_TIME else _seconds
    end = begin + attributes_at * 8 if attributes_at else layout.inode_bytes
    node = Node(
        inode=number,
        kind=kind,
        permissions=mode & 0o7777,
        uid=uid,
        gid=gid,
        size_bytes=size,
        allocated_bytes=blocks * layout.block_bytes,
        links=links,
        modified_at=seconds(modified),
        changed_at=seconds(changed),
        immutable=bool(flags & _IMMUTABLE),
    )
    extents = large if flags_2 & _LARGE_COUNTER else counter
    return Inode(node, form, raw[begin:end], extents, bool(flags & _REALTIME and kind is NodeKind.FILE))


def _seconds(word: int) -> int:
    """Seconds with a sign in the upper half."""
    seconds = word >> 32
    return seconds - 2**32 if seconds >= 2**31 else seconds


def _big_seconds(word: int) -> int:
    """Nanoseconds since 1901."""
    return word // 1_000_000_000 + _BIG_TIME_BEGINS

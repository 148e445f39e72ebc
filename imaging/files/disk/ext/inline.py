"""Content that lies in the inode itself: sixty bytes in the place of its blocks, the rest among its attributes."""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.disk.ext.inode import Inode

_MARK: Final = b"\x00\x00\x02\xea"
_ENTRY: Final = struct.Struct("<BBHIII")
_SYSTEM: Final = 7
_NAME: Final = b"data"
_OLD_INODE_BYTES: Final = 128


def inline_content(inode: Inode) -> tuple[bytes, bytes]:
    """The two places of such a content; it is as long as the inode says its size is."""
    return inode.places, _attribute(inode.raw)


def _attribute(raw: bytes) -> bytes:
    """The value of `system.data`, empty where there is none."""
    if len(raw) <= _OLD_INODE_BYTES + 2:
        return b""
    begin = _OLD_INODE_BYTES + int.from_bytes(raw[_OLD_INODE_BYTES : _OLD_INODE_BYTES + 2], "little")
    if raw[begin : begin + 4] != _MARK:
        return b""
    first = at = begin + 4
    while at + _ENTRY.size <= len(raw) and raw[at : at + 4] != bytes(4):
        length, index, value_at, elsewhere, size, _ = _ENTRY.unpack_from(raw, at)
        name = raw[at + _ENTRY.size : at + _ENTRY.size + length]
        if index == _SYSTEM and name == _NAME and not elsewhere:
            return raw[first + value_at : first + value_at + size]
        at += (_ENTRY.size + length + 3) & ~3
    return b""

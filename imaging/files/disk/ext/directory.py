"""The names in the blocks of a directory of an ext."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.file_system import NAMES
from models.errors import DiskUnreadableError

_ENTRY: Final = struct.Struct("<IHBB")
_WHOLE_BLOCK: Final = (0, 0xFFFF)
"""What the length of an entry of 64 KB is written as."""
_ITSELF: Final = frozenset({b".", b".."})


def names_in(block: bytes) -> Iterator[tuple[str, int]]:
    """Names and the numbers of their inodes; where entries are sorted in a tree, its inner nodes look empty.

    Raises:
        DiskUnreadableError: the entries do not follow each other.
    """
    at = 0
    while at < len(block):
        if at + _ENTRY.size > len(block):
            raise _damaged()
        inode, length, name_length, _ = _ENTRY.unpack_from(block, at)
        if length in _WHOLE_BLOCK and len(block) > _WHOLE_BLOCK[1]:
            length = len(block)
        if length < _ENTRY.size or at + length > len(block) or (inode and _ENTRY.size + name_length > length):
            raise _damaged()
        name = block[at + _ENTRY.size : at + _ENTRY.size + name_length]
        if inode and name not in _ITSELF:
            yield name.decode(NAMES), inode
        at += length


def _damaged() -> DiskUnreadableError:
    return DiskUnreadableError("A directory of the disk is damaged.")

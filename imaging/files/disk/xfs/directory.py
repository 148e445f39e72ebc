"""The names of a directory of an XFS: in its inode, or in blocks of their own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.file_system import NAMES
from models.errors import DiskUnreadableError

_HEADS: Final = {b"XD2B": 16, b"XD2D": 16, b"XDB3": 64, b"XDD3": 64}
_WITH_TAIL: Final = frozenset({b"XD2B", b"XDB3"})
_TAIL: Final = struct.Struct(">II")
_LEAF_BYTES: Final = 8
_ENTRY: Final = struct.Struct(">QB")
_UNUSED: Final = b"\xff\xff"
_STEP: Final = 8
_ITSELF: Final = frozenset({b".", b".."})


def names_in_inode(fork: bytes, *, has_types: bool) -> Iterator[tuple[str, int]]:
    """The names in an inode and the numbers of theirs.

    Raises:
        DiskUnreadableError: they do not follow each other.
    """
    if len(fork) < 2:  # noqa: PLR2004  # two counts
        raise _damaged()
    count, wide = fork[0], 8 if fork[1] else 4
    at = 2 + wide
    for _ in range(count):
        length = fork[at] if at < len(fork) else 0
        name_end = at + 3 + length
        inode_at = name_end + has_types
        if not length or inode_at + wide > len(fork):
            raise _damaged()
        yield fork[at + 3 : name_end].decode(NAMES), int.from_bytes(fork[inode_at : inode_at + wide], "big")
        at = inode_at + wide


def names_in(block: bytes, *, has_types: bool) -> Iterator[tuple[str, int]]:
    """The names in a block.

    Raises:
        DiskUnreadableError: it is not a block of a directory, or the names do not follow each other.
    """
    mark = block[:4]
    at = _HEADS.get(mark, 0)
    end = len(block)
    if mark in _WITH_TAIL:
        count, _ = _TAIL.unpack_from(block, end - _TAIL.size)
        end -= _TAIL.size + count * _LEAF_BYTES
    if not at or end < at:
        raise _damaged()
    while at < end:
        if block[at : at + 2] == _UNUSED:
            length = int.from_bytes(block[at + 2 : at + 4], "big")
            if length < _STEP or length % _STEP:
                raise _damaged()
            at += length
            continue
        if at + _ENTRY.size > end:
            raise _damaged()
        inode, name_length = _ENTRY.unpack_from(block, at)
        begin = at + _ENTRY.size
        following = at + -(-(_ENTRY.size + name_length + has_types + 2) // _STEP) * _STEP
        if not name_length or following > end:
            raise _damaged()
        name = block[begin : begin + name_length]
        if name not in _ITSELF:
            yield name.decode(NAMES), inode
        at = following


def _damaged() -> DiskUnreadableError:
    return DiskUnreadableError("A directory of the disk is damaged.")

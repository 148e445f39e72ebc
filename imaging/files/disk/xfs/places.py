"""Where the content of a file lies: extents in its inode, or in a tree of blocks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.runs import Run, damaged_runs, runs_between
from imaging.files.disk.xfs.inode import ForkFormat, Inode
from imaging.files.disk.xfs.layout import Layout
from models.errors import DiskFault, DiskUnreadableError

_EXTENT_BYTES: Final = 16
_ROOT: Final = struct.Struct(">HH")
_HEAD: Final = struct.Struct(">4sHH")
_HEAD_BYTES: Final = {b"BMAP": 24, b"BMA3": 72}
_DEEPEST: Final = 8


class Places:
    """Finds the blocks of files."""

    def __init__(self, blocks: Content, layout: Layout) -> None:
        """Read trees from these blocks."""
        self._blocks = blocks
        self._layout = layout

    def runs(self, inode: Inode, first: int, end: int) -> Iterator[Run]:
        """Where the blocks from `first` to before `end` of a file lie, in order; what is not told is a hole.

        Raises:
            DiskUnreadableError: the lists are damaged.
        """
        if inode.is_realtime:
            raise DiskUnreadableError("A file lies on another disk of the XFS.", fault=DiskFault.OTHER_FILE)
        if inode.format == ForkFormat.EXTENTS:
            told = _extents(inode.fork[: inode.extents * _EXTENT_BYTES])
            if inode.extents * _EXTENT_BYTES > len(inode.fork):
                raise damaged_runs()
        elif inode.format == ForkFormat.TREE:
            told = self._from_root(inode.fork, first, end)
        else:
            raise damaged_runs()
        yield from runs_between(told, first, end)

    def _from_root(self, fork: bytes, first: int, end: int) -> Iterator[Run]:
        level, count = _ROOT.unpack_from(fork)
        if not 0 < level <= _DEEPEST or count > (len(fork) - _ROOT.size) // _EXTENT_BYTES:
            raise damaged_runs()
        yield from self._below(fork[_ROOT.size :], level, count, first, end)

    def _below(self, raw: bytes, level: int, count: int, first: int, end: int) -> Iterator[Run]:
        """Keys come first, then, behind the room for all of them, the blocks that they lead to."""
        most = len(raw) // _EXTENT_BYTES
        keys = struct.unpack_from(f">{count}Q", raw)
        blocks = struct.unpack_from(f">{count}Q", raw, most * 8)
        for place, (key, block) in enumerate(zip(keys, blocks, strict=True)):
            following = keys[place + 1] if place + 1 < count else end
            if key < end and following > first:
                yield from self._in_block(block, level - 1, first, end)

    def _in_block(self, block: int, expected: int, first: int, end: int) -> Iterator[Run]:
        raw = exactly(self._blocks, self._layout.block_at(block), self._layout.block_bytes)
        mark, level, count = _HEAD.unpack_from(raw)
        head = _HEAD_BYTES.get(mark)
        if head is None or level != expected:
            raise damaged_runs()
        if count > (len(raw) - head) // _EXTENT_BYTES:
            raise damaged_runs()
        if level == 0:
            yield from _extents(raw[head : head + count * _EXTENT_BYTES])
        else:
            yield from self._below(raw[head:], level, count, first, end)


def _extents(raw: bytes) -> Iterator[Run]:
    """Of 128 bits each: whether unwritten, the place in the file, the block, how many."""
    for at in range(0, len(raw) - _EXTENT_BYTES + 1, _EXTENT_BYTES):
        word = int.from_bytes(raw[at : at + _EXTENT_BYTES], "big")
        begin, block, count = word >> 73 & (1 << 54) - 1, word >> 21 & (1 << 52) - 1, word & (1 << 21) - 1
        yield begin, count, None if word >> 127 else block

"""Where the content of a file lies: in extents, or in blocks that other blocks list."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.ext.inode import Inode
from imaging.files.disk.ext.layout import Layout
from imaging.files.disk.runs import Run, damaged_runs, runs_between
from models.errors import DiskUnreadableError

_HEADER: Final = struct.Struct("<HHHHI")
_ENTRY: Final = struct.Struct("<IHHI")
_INDEX: Final = struct.Struct("<IIHH")
_MARK: Final = 0xF30A
_DEEPEST: Final = 5
_LONGEST_WRITTEN: Final = 32768
"""A longer extent is reserved and was never written: zeros."""
_DIRECT: Final = 12


class Places:
    """Finds the blocks of files."""

    def __init__(self, blocks: Content, layout: Layout) -> None:
        """Read the lists from these blocks."""
        self._blocks = blocks
        self._layout = layout

    def runs(self, inode: Inode, first: int, end: int) -> Iterator[Run]:
        """Where the blocks from `first` to before `end` of a file lie, in order; what is not told is a hole.

        Raises:
            DiskUnreadableError: the lists are damaged.
        """
        told = self._extents(inode.places, first, end, None) if inode.by_extents else self._listed(inode, first, end)
        for begin, count, block in runs_between(told, first, end):
            if block is not None and not 0 < block <= block + count <= self._layout.blocks:
                raise DiskUnreadableError("A file on the disk lies beyond the end of its file system.")
            yield begin, count, block

    def _extents(self, raw: bytes, first: int, end: int, depth: int | None) -> Iterator[Run]:
        mark, count, _, level, _ = _HEADER.unpack_from(raw)
        if mark != _MARK or level > _DEEPEST or (depth is not None and level != depth):
            raise damaged_runs()
        if _HEADER.size * (count + 1) > len(raw):
            raise damaged_runs()
        if level == 0:
            for place in range(count):
                begin, length, high, low = _ENTRY.unpack_from(raw, _HEADER.size * (place + 1))
                is_written = length <= _LONGEST_WRITTEN
                at = (low | high << 32) if is_written else 0
                yield begin, length if is_written else length - _LONGEST_WRITTEN, at or None
            return
        keys = [_INDEX.unpack_from(raw, _HEADER.size * (place + 1)) for place in range(count)]
        for place, (begin, low, high, _) in enumerate(keys):
            following = keys[place + 1][0] if place + 1 < count else end
            if begin < end and following > first:
                yield from self._extents(self._block(low | high << 32), first, end, level - 1)

    def _listed(self, inode: Inode, first: int, end: int) -> Iterator[Run]:
        """Content 0 to 11 stand in the inode; then come lists, lists of lists, and lists of these."""
        in_list = self._layout.block_bytes // 4
        numbers = struct.unpack("<15I", inode.places)
        for place in range(first, min(end, _DIRECT)):
            yield place, 1, numbers[place] or None
        begin = _DIRECT
        for level in (1, 2, 3):
            span = in_list**level
            if first < begin + span and end > begin:
                yield from self._in_list(numbers[_DIRECT + level - 1], level, begin, first, end)
            begin += span

    def _in_list(self, block: int, level: int, begin: int, first: int, end: int) -> Iterator[Run]:
        if not block:
            return
        span = (self._layout.block_bytes // 4) ** (level - 1)
        numbers = struct.unpack(f"<{self._layout.block_bytes // 4}I", self._block(block))
        for place in range(max(0, (first - begin) // span), min(len(numbers), -(-(end - begin) // span))):
            at = begin + place * span
            if level == 1:
                yield at, 1, numbers[place] or None
            else:
                yield from self._in_list(numbers[place], level - 1, at, first, end)

    def _block(self, number: int) -> bytes:
        if not 0 < number < self._layout.blocks:
            raise DiskUnreadableError("A list of blocks on the disk lies beyond the end of its file system.")
        return exactly(self._blocks, number * self._layout.block_bytes, self._layout.block_bytes)

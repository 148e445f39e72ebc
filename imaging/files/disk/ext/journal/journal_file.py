"""The file that a journal is: an inode without a name, whose blocks lie wherever mkfs found room."""

from __future__ import annotations

from bisect import bisect_right

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.ext.inode import Inode
from imaging.files.disk.ext.journal.form import damaged_journal
from imaging.files.disk.ext.places import Places


class JournalFile:
    """Its blocks, by their place in it."""

    def __init__(self, blocks: Content, places: Places, inode: Inode, block_bytes: int) -> None:
        """Find where they lie.

        Raises:
            DiskUnreadableError: it has holes, or lies in too many pieces.
        """
        self._blocks, self._block_bytes = blocks, block_bytes
        self._begins: list[int] = []
        self._at: list[int] = []
        self.blocks = inode.node.size_bytes // block_bytes
        """How many there are."""
        reached = 0
        for begin, count, block in places.runs(inode, 0, self.blocks):
            if block is None or begin != reached:
                raise damaged_journal()
            self._begins.append(begin)
            self._at.append(block)
            reached = begin + count
        if not 0 < reached == self.blocks:
            raise damaged_journal()

    def read(self, number: int) -> bytes:
        """A block, whole.

        Raises:
            DiskUnreadableError: the disk ends before it.
        """
        run = bisect_right(self._begins, number) - 1
        block = self._at[run] + number - self._begins[run]
        return exactly(self._blocks, block * self._block_bytes, self._block_bytes)

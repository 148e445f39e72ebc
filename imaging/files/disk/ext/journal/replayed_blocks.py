"""A file system as the kernel would find it after it had carried out the journal: nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.ext.journal.checksums import crc32c
from imaging.files.disk.ext.journal.form import MARK, JournalForm, damaged_journal
from imaging.files.disk.ext.journal.log import Copy

_KEPT_BLOCKS: Final = 512
_SHORT_SUM: Final = 0xFFFF


class ReplayedBlocks:
    """The bytes of a file system, with what its journal holds in their place; a copy is checked when it is read."""

    def __init__(
        self, blocks: Content, form: JournalForm, copies: Mapping[int, Copy], read: Callable[[int], bytes]
    ) -> None:
        """Lay copies over blocks.

        Args:
            blocks: the file system as it lies there.
            form: of its journal.
            copies: by the number of their block.
            read: a block of the journal, whole.
        """
        self._blocks, self._form, self._copies, self._read = blocks, form, copies, read
        self._copy = lru_cache(maxsize=_KEPT_BLOCKS)(self._checked_copy)
        self.size_bytes = blocks.size_bytes

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`.

        Raises:
            DiskUnreadableError: the copy in the journal is damaged.
        """
        size = min(size, self.size_bytes - offset)
        step = self._form.block_bytes
        first, end = offset // step, -(-(offset + size) // step)
        if size <= 0 or not any(number in self._copies for number in range(first, end)):
            return self._blocks.read(offset, max(0, size))
        found = b"".join(self._block(number) for number in range(first, end))
        return found[offset - first * step :][:size]

    def _block(self, number: int) -> bytes:
        copy = self._copies.get(number)
        step = self._form.block_bytes
        return self._blocks.read(number * step, step) if copy is None else self._copy(copy)

    def _checked_copy(self, copy: Copy) -> bytes:
        raw = self._read(copy.place)
        if self._form.has_block_sums:
            found = crc32c(raw, crc32c(copy.sequence.to_bytes(4, "big"), self._form.seed))
            if copy.checksum != (found if self._form.has_long_sums else found & _SHORT_SUM):
                raise damaged_journal()
        return MARK + raw[len(MARK) :] if copy.is_escaped else raw

"""A file that is written from front to back, with holes where nothing but zeros would stand."""

from __future__ import annotations

import os
from typing import Final

from imaging.files.zeros import is_zeros

_BLOCK_BYTES: Final = 2**16
_CHECKED_EVERY: Final = 2**26


class NoRoomError(OSError):
    """There is less room left than must stay free."""


class SparseFile:
    """The target of something that is unpacked or converted here."""

    def __init__(self, descriptor: int, *, keep_free_bytes: int) -> None:
        """Begin at its front.

        Args:
            descriptor: of the file, opened for writing; it is not closed here.
            keep_free_bytes: what must be left on its file system.
        """
        self._descriptor = descriptor
        self._keep_free = keep_free_bytes
        self._pending = bytearray()
        self._next_check = 0
        self.size_bytes = 0
        """Of what was written so far, holes included."""
        self.allocated_bytes = 0
        """Of it what is no hole."""

    def write(self, piece: bytes) -> None:
        """Add bytes.

        Raises:
            NoRoomError: too little room would be left.
            OSError: the file cannot be written.
        """
        self._pending += piece
        whole = len(self._pending) - len(self._pending) % _BLOCK_BYTES
        for at in range(0, whole, _BLOCK_BYTES):
            self._put(bytes(self._pending[at : at + _BLOCK_BYTES]))
        del self._pending[:whole]

    def finish(self) -> None:
        """Write what is left, give the file its size, and wait until the disk has it.

        Raises:
            OSError: the file cannot be written.
        """
        if self._pending:
            self._put(bytes(self._pending))
            self._pending.clear()
        os.ftruncate(self._descriptor, self.size_bytes)
        os.fsync(self._descriptor)

    def _put(self, block: bytes) -> None:
        if not is_zeros(block):
            self._check_room()
            os.pwrite(self._descriptor, block, self.size_bytes)
            self.allocated_bytes += len(block)
        self.size_bytes += len(block)

    def _check_room(self) -> None:
        if self.allocated_bytes < self._next_check:
            return
        self._next_check = self.allocated_bytes + _CHECKED_EVERY
        told = os.fstatvfs(self._descriptor)
        if told.f_bavail * told.f_frsize < self._keep_free + _CHECKED_EVERY:
            raise NoRoomError("too little room is left")

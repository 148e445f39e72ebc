"""The bytes of one image: written once, sparse, into a file that has no name and goes with the process."""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from dataclasses import dataclass
from typing import Protocol

_ZEROS = bytes(256 * 1024)


class Content(Protocol):
    """What is in an image."""

    @property
    def size(self) -> int:
        """How many bytes."""

    def read(self, offset: int, length: int) -> bytes:
        """Some of them; fewer only at the end."""


@dataclass(frozen=True)
class Sums:
    """What Glance says about bytes."""

    md5: str
    sha512: str


class _Unnamed:
    """A file without a name: nothing is left of it, however the process ends. It is closed when nobody has it."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            self.descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self.descriptor)


class StoredContent:
    """Bytes in a file of their own."""

    def __init__(self, file: _Unnamed, size: int) -> None:
        self._file, self.size = file, size

    def read(self, offset: int, length: int) -> bytes:
        """Some of the bytes."""
        return os.pread(self._file.descriptor, min(length, max(0, self.size - offset)), offset)


class Writing:
    """Bytes that come in; what is zero takes no room."""

    def __init__(self) -> None:
        self._file = _Unnamed()
        self._md5, self._sha512 = hashlib.md5(usedforsecurity=False), hashlib.sha512()
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self._md5.update(piece)
        self._sha512.update(piece)
        if not _is_zero(piece):
            self._write(piece)
        self.size += len(piece)

    @property
    def sums(self) -> Sums:
        """Of all that came."""
        return Sums(self._md5.hexdigest(), self._sha512.hexdigest())

    def finish(self) -> StoredContent:
        """All of it has come."""
        os.ftruncate(self._file.descriptor, self.size)
        return StoredContent(self._file, self.size)

    def _write(self, piece: bytes) -> None:
        left, at = memoryview(piece), self.size
        while left:
            count = os.pwrite(self._file.descriptor, left, at)
            left, at = left[count:], at + count


def _is_zero(piece: bytes) -> bool:
    return piece == _ZEROS[: len(piece)] if len(piece) <= len(_ZEROS) else not piece.strip(b"\0")

"""Bytes that can be read at any place: of a file, of a part of it, of several files in a row."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol


class Content(Protocol):
    """Something with a size and bytes."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at a place; fewer at the end."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A piece of an opened file."""

    descriptor: int
    offset: int
    size_bytes: int


class FileContent(Content, Protocol):
    """Content that lies in opened files, so that another process can read it, too."""

    @property
    def extents(self) -> tuple[Extent, ...]:
        """Where it lies, piece behind piece."""


@dataclass(frozen=True, slots=True)
class OpenContent:
    """A whole opened file, or the beginning of one."""

    descriptor: int
    size_bytes: int

    @property
    def extents(self) -> tuple[Extent, ...]:
        """As `FileContent.extents`."""
        return (Extent(self.descriptor, 0, self.size_bytes),)

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`; nobody's position in the file is moved."""
        size = min(size, self.size_bytes - offset)
        return os.pread(self.descriptor, size, offset) if size > 0 else b""


class Window:
    """A part of something, as a whole of its own."""

    def __init__(self, content: Content, offset: int, size_bytes: int) -> None:
        """Bound it by what is really there.

        Args:
            content: that it is a part of.
            offset: where it begins.
            size_bytes: of it, as somebody says.
        """
        self._content, self._offset = content, offset
        self.size_bytes = max(0, min(size_bytes, content.size_bytes - offset))

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        return self._content.read(self._offset + offset, max(0, min(size, self.size_bytes - offset)))


class FileWindow(Window):
    """A part of something that lies in opened files."""

    def __init__(self, content: FileContent, offset: int, size_bytes: int) -> None:
        """As a window; where it lies is found once."""
        super().__init__(content, offset, size_bytes)
        self.extents = tuple(_cut(content.extents, offset, self.size_bytes))
        """As `FileContent.extents`."""


class Joined:
    """Several contents, one behind the other."""

    def __init__(self, parts: Sequence[FileContent]) -> None:
        """Add up where each begins."""
        self._parts = parts
        *self._begins, self.size_bytes = accumulate((part.size_bytes for part in parts), initial=0)

    @property
    def extents(self) -> tuple[Extent, ...]:
        """As `FileContent.extents`."""
        return tuple(extent for part in self._parts for extent in part.extents)

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        pieces = []
        while size > 0 and 0 <= offset < self.size_bytes:
            number = bisect_right(self._begins, offset) - 1
            piece = self._parts[number].read(offset - self._begins[number], size)
            if not piece:
                break
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        return b"".join(pieces)


def _cut(extents: Sequence[Extent], offset: int, size: int) -> Iterator[Extent]:
    """What of some pieces lies in a part of them all."""
    for extent in extents:
        begin, end = max(0, offset), min(extent.size_bytes, offset + size)
        if begin < end:
            yield Extent(extent.descriptor, extent.offset + begin, end - begin)
        offset -= extent.size_bytes

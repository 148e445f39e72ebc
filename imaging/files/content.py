"""Bytes that can be read at any place: of a file, of a part of it, of several files in a row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol


class Content(Protocol):
    """Something with a size and bytes."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at a place; fewer at the end."""


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


class Joined:
    """Several contents, one behind the other."""

    def __init__(self, parts: Sequence[Content]) -> None:
        """Add up where each begins."""
        self._parts = parts
        *self._begins, self.size_bytes = accumulate((part.size_bytes for part in parts), initial=0)

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

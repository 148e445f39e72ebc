"""A database file on a disk, read page by page: only what is needed, and each stretch of it once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.packages.rpm.rpm_header import damaged

_STRETCH_BYTES: Final = 131_072
_MOST_READ_BYTES: Final = 2_000_000_000
"""In all, also what was read already: a database of rpm has some 200 MB, and one that leads in circles has no end."""


class PagedFile:
    """A file of which parts are read."""

    def __init__(self, tree: Tree, found: Found) -> None:
        """Read from a file that was found."""
        self._tree = tree
        self._found = found
        self._read_bytes = 0
        self.size_bytes = found.node.size_bytes
        self._stretch = lru_cache(maxsize=256)(self._read_stretch)

    def read(self, offset: int, size: int) -> bytes:
        """Exactly these bytes.

        Raises:
            DiskUnreadableError: the file ends before, or cannot be read there.
        """
        self._tree.check()
        self._read_bytes += size
        if offset < 0 or offset + size > self.size_bytes or self._read_bytes > _MOST_READ_BYTES:
            raise damaged()
        first = offset // _STRETCH_BYTES
        whole = b"".join(self._stretch(number) for number in range(first, (offset + size - 1) // _STRETCH_BYTES + 1))
        begin = offset - first * _STRETCH_BYTES
        if len(whole) < begin + size:
            raise damaged()
        return whole[begin : begin + size]

    def _read_stretch(self, number: int) -> bytes:
        return self._tree.read_found(self._found, limit_bytes=_STRETCH_BYTES, offset=number * _STRETCH_BYTES)

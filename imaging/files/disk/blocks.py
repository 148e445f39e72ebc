"""What every reader of disks stands on: `imaging.files.content.Content`, of a file, of the disk in it, of a partition.

Here they are bounded, counted and kept. What cannot be read raises `DiskUnreadableError`.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Final

from imaging.files.content import Content, Extent
from models.errors import DiskFault, DiskUnreadableError

PIECE_BYTES: Final = 2**16
"""What is fetched at once: a cluster of most image files, and 256 inodes."""
_KEPT_PIECES: Final = 512
_LARGEST_READ: Final = 2**26
"""Of one call: nothing that is read of a stranger's disk in one go is larger."""


def exactly(blocks: Content, offset: int, size: int) -> bytes:
    """All of so many bytes at a place.

    Raises:
        DiskUnreadableError: there are fewer, or more are asked for than anything needs.
    """
    if offset < 0 or size < 0:
        raise DiskUnreadableError("Something on the disk lies at an impossible place.")
    if size > _LARGEST_READ:
        raise DiskUnreadableError("Something on the disk is larger than is read.", fault=DiskFault.TOO_LARGE)
    found = blocks.read(offset, size)
    if len(found) < size:
        raise DiskUnreadableError("Something on the disk lies beyond its end.", fault=DiskFault.ENDS_EARLY)
    return found


class FileBlocks:
    """The bytes of an open file, which several readers may share: nobody's position in it is moved."""

    def __init__(self, descriptor: int) -> None:
        """Take a descriptor that stays open; its size is that of now."""
        self._descriptor = descriptor
        self.size_bytes = os.fstat(descriptor).st_size
        self.bytes_read = 0

    @property
    def extents(self) -> tuple[Extent, ...]:
        """As `FileContent.extents`."""
        return (Extent(self._descriptor, 0, self.size_bytes),)

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        size = min(size, self.size_bytes - offset)
        pieces = []
        while size > 0:
            try:
                piece = os.pread(self._descriptor, size, offset)
            except OSError as error:
                raise DiskUnreadableError(f"The file could not be read: {error.strerror}.") from None
            if not piece:
                break
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        self.bytes_read += sum(map(len, pieces))
        return b"".join(pieces)


class CachedBlocks:
    """Other bytes, fetched in pieces, the last of which are kept: file systems ask for the same places again and again.

    What is asked for at once and spans many pieces is a file's content, which is not asked for twice.
    """

    def __init__(self, blocks: Content, *, piece_bytes: int = PIECE_BYTES, pieces: int = _KEPT_PIECES) -> None:
        """Keep so many pieces of so many bytes."""
        self._blocks = blocks
        self._piece_bytes = piece_bytes
        self._most = pieces
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self.size_bytes = blocks.size_bytes

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        size = min(size, self.size_bytes - offset)
        if size <= 0:
            return b""
        number, inside = divmod(offset, self._piece_bytes)
        if inside + size <= self._piece_bytes:
            return self._piece(number)[inside : inside + size]
        if size > 2 * self._piece_bytes:
            return self._blocks.read(offset, size)
        following = self.read((number + 1) * self._piece_bytes, inside + size - self._piece_bytes)
        return self._piece(number)[inside:] + following

    def _piece(self, number: int) -> bytes:
        piece = self._kept.get(number)
        if piece is not None:
            self._kept.move_to_end(number)
            return piece
        at = number * self._piece_bytes
        piece = exactly(self._blocks, at, min(self._piece_bytes, self.size_bytes - at))
        self._kept[number] = piece
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return piece

"""Bytes that this process has no file of: it asks its parent for them through a socket, and waits."""

from __future__ import annotations

import os
import struct
import time
from typing import Final

from models.errors import DiskUnreadableError

QUESTION: Final = struct.Struct("<QI")
"""From which byte, and how many."""
ANSWER: Final = struct.Struct("<I")
"""How many bytes follow."""
MOST_BYTES: Final = 2**22
"""Of one question."""


class ServedContent:
    """As `Content`; several readers share it, one after the other."""

    def __init__(self, descriptor: int, size_bytes: int) -> None:
        """Ask through a connected socket."""
        self._descriptor = descriptor
        self.size_bytes = size_bytes
        self.bytes_read = 0
        self.waited_seconds = 0.0
        """For answers: that is the network's time, not the reader's."""

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`.

        Raises:
            DiskUnreadableError: nothing comes any more.
        """
        size = min(size, self.size_bytes - offset)
        pieces = []
        while size > 0:
            piece = self._ask(offset, min(size, MOST_BYTES))
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        return b"".join(pieces)

    def _ask(self, offset: int, size: int) -> bytes:
        begun = time.monotonic()
        try:
            os.write(self._descriptor, QUESTION.pack(offset, size))
            (length,) = ANSWER.unpack(self._receive(ANSWER.size))
            found = self._receive(min(length, size))
        except OSError:
            raise _ended() from None
        self.waited_seconds += time.monotonic() - begun
        self.bytes_read += len(found)
        if not found:
            raise _ended()
        return found

    def _receive(self, size: int) -> bytes:
        pieces = []
        while size:
            piece = os.read(self._descriptor, size)
            if not piece:
                raise _ended()
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def _ended() -> DiskUnreadableError:
    return DiskUnreadableError("The bytes of the image do not come any more.")

"""Bytes that are hashed while they are read for the upload, so that nothing is read twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from queue import Queue
from threading import Thread

from imaging.files.content import Content
from imaging.runtime.threads import in_thread
from models.image_file.image_format import ImageFormat
from models.run.file_plan import SentFile

_PIECE_BYTES = 2**22
_MOST_WAITING = 4
"""Pieces that are read, and perhaps sent, before they are hashed."""
_MD5 = "md5"


class HashedContent:
    """Content that remembers the hashes of what was read of it, from its first byte on without a gap.

    They are computed in a thread beside the reader's, which sends meanwhile: both take their time on a quick line.
    Close it, which ends that thread.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self.size_bytes = content.size_bytes
        self._at = 0
        self._hashing = _Hashing()

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at a place. Read from the front again, all are hashed again; from elsewhere they do not count."""
        piece = self._content.read(offset, size)
        if offset == 0 and self._at:
            self._hashing.digests()
            self._at, self._hashing = 0, _Hashing()
        if offset == self._at:
            self._hashing.add(piece)
            self._at += len(piece)
        return piece

    @property
    def is_whole(self) -> bool:
        """Whether every byte was read."""
        return self._at == self.size_bytes

    def sent(self, kind: ImageFormat, seconds: float | None) -> SentFile:
        """What was sent, with its hashes. Nothing can be read after it but from the front."""
        sha512, sha256 = self._hashing.digests()
        return SentFile(format=kind, size_bytes=self.size_bytes, sha512=sha512, sha256=sha256, seconds=seconds)

    def close(self) -> None:
        """End the thread, once it has hashed what it was given: a few pieces."""
        self._hashing.digests()


class _Hashing:
    """The SHA-512 and the SHA-256 of pieces that are handed to a thread of its own."""

    def __init__(self) -> None:
        self._digests = hashlib.sha512(), hashlib.sha256()
        self._waiting = Queue[bytes | None](_MOST_WAITING)
        self._thread = Thread(target=self._run, name="imaging-hashing", daemon=True)
        self._thread.start()

    def add(self, piece: bytes) -> None:
        """Hash a piece after those before it; waits while too many are waiting."""
        self._waiting.put(piece)

    def digests(self) -> Sequence[str]:
        """Both, in hexadecimal digits, once all pieces are hashed. It ends the thread, which takes nothing more."""
        self._waiting.put(None)
        self._thread.join()
        return [digest.hexdigest() for digest in self._digests]

    def _run(self) -> None:
        while (piece := self._waiting.get()) is not None:
            for digest in self._digests:
                digest.update(piece)


async def read_through(content: HashedContent) -> None:
    """Read content to its end, for its hashes alone."""
    at = 0
    while piece := await in_thread(content.read, at, _PIECE_BYTES):
        at += len(piece)


async def md5_of(content: Content) -> str:
    """The checksum of a Glance that tells no other: nothing rests on it but that the bytes arrived."""
    digest, at = hashlib.new(_MD5, usedforsecurity=False), 0

    def some() -> int:
        piece = content.read(at, _PIECE_BYTES)
        digest.update(piece)
        return len(piece)

    while read := await in_thread(some):
        at += read
    return digest.hexdigest()

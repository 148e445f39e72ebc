"""Bytes that are hashed while they are read for the upload, so that nothing is read twice."""

from __future__ import annotations

import hashlib

from imaging.files.content import Content
from imaging.files.identity import ContentDigest
from imaging.runtime.threads import in_thread
from models.image_file.image_format import ImageFormat
from models.run.file_plan import SentFile

_PIECE_BYTES = 2**22


class HashedContent:
    """Content that remembers the hashes of what was read of it, from its first byte on without a gap."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.size_bytes = content.size_bytes
        self._begin()

    def _begin(self) -> None:
        self._at = 0
        self._sha512, self._digest = hashlib.sha512(), ContentDigest()

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at a place. Read from the front again, all are hashed again; from elsewhere they do not count."""
        piece = self._content.read(offset, size)
        if offset == 0:
            self._begin()
        if offset == self._at:
            self._sha512.update(piece)
            self._digest.add(piece)
            self._at += len(piece)
        return piece

    @property
    def is_whole(self) -> bool:
        """Whether every byte was read."""
        return self._at == self.size_bytes

    @property
    def digest(self) -> str:
        """As `FileIdentity.digest`."""
        return self._digest.hexdigest()

    def sent(self, kind: ImageFormat, seconds: float | None) -> SentFile:
        """What was sent, with the hash that clouds tell."""
        return SentFile(
            format=kind,
            size_bytes=self.size_bytes,
            sha512=self._sha512.hexdigest(),
            seconds=seconds,
        )


async def read_through(content: HashedContent) -> None:
    """Read content to its end, for its hashes alone."""
    at = 0
    while piece := await in_thread(content.read, at, _PIECE_BYTES):
        at += len(piece)


async def hash_of_content(content: Content, kind: str) -> str:
    """Its hash by the algorithm of a Glance that tells no SHA-512."""
    digest, at = hashlib.new(kind, usedforsecurity=False), 0

    def some() -> int:
        piece = content.read(at, _PIECE_BYTES)
        digest.update(piece)
        return len(piece)

    while read := await in_thread(some):
        at += read
    return digest.hexdigest()

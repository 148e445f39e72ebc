"""One hash for all of a content that does not need its zeros: what holds nothing is neither read nor hashed.

A disk of 60 GB of which 5 GB are used has holes for the rest, or zeros. Each block that holds something is hashed with
its place, and the size at the end; so no two contents that differ in a byte have the same digest.
"""

from __future__ import annotations

import hashlib
from typing import Final

from imaging.files.zeros import is_zeros

BLOCK_BYTES: Final = 2**18
_NUMBER_BYTES: Final = 8


class ContentDigest:
    """The digest of bytes that are added from the first one on."""

    def __init__(self) -> None:
        """Begin with no bytes."""
        self._hash = hashlib.sha256()
        self._begun = bytearray()
        """Of a block that is not whole yet."""
        self._hashed_bytes = 0
        """Where that block begins."""

    def add(self, piece: bytes) -> None:
        """Add what follows."""
        at = 0
        if self._begun:
            at = min(len(piece), BLOCK_BYTES - len(self._begun))
            self._begun += piece[:at]
            if len(self._begun) < BLOCK_BYTES:
                return
            self._block(bytes(self._begun))
            self._begun.clear()
        while at + BLOCK_BYTES <= len(piece):
            self._block(piece[at : at + BLOCK_BYTES])
            at += BLOCK_BYTES
        self._begun += piece[at:]

    def add_hole(self, size_bytes: int) -> None:
        """Add zeros that need not be read."""
        if self._begun:
            rest = min(size_bytes, BLOCK_BYTES - len(self._begun))
            self.add(bytes(rest))
            size_bytes -= rest
        self._hashed_bytes += size_bytes - size_bytes % BLOCK_BYTES
        self._begun += bytes(size_bytes % BLOCK_BYTES)

    @property
    def size_bytes(self) -> int:
        """How many bytes were added."""
        return self._hashed_bytes + len(self._begun)

    def hexdigest(self) -> str:
        """The digest of what was added so far, as 64 hexadecimal digits."""
        whole = self._hash.copy()
        if not is_zeros(self._begun):
            whole.update(self._hashed_bytes.to_bytes(_NUMBER_BYTES, "big") + self._begun)
        whole.update(self.size_bytes.to_bytes(_NUMBER_BYTES, "big"))
        return whole.hexdigest()

    def _block(self, block: bytes) -> None:
        if not is_zeros(block):
            self._hash.update(self._hashed_bytes.to_bytes(_NUMBER_BYTES, "big"))
            self._hash.update(block)
        self._hashed_bytes += BLOCK_BYTES

"""Hashes that are computed while bytes pass by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

KNOWN: Final = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
"""What a cloud may name (`os_hash_algo`): those that every Python has, and whose length is fixed."""


def is_computable(algorithm: str | None) -> bool:
    """Whether a hash that a cloud names can be computed here; a Python under FIPS has no MD5."""
    if algorithm not in KNOWN:
        return False
    try:
        hashlib.new(algorithm, usedforsecurity=False)
    except ValueError:
        return False
    return True


class Hashes:
    """Several hashes of the same bytes."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        """Begin with no bytes.

        Args:
            algorithms: each of `KNOWN`.
        """
        self._algorithms = tuple(dict.fromkeys(algorithms))
        self.restart()

    def restart(self) -> None:
        """Forget all bytes."""
        self._running = {name: hashlib.new(name, usedforsecurity=False) for name in self._algorithms}

    def update(self, piece: bytes | memoryview) -> None:
        """Add bytes."""
        for running in self._running.values():
            running.update(piece)

    @property
    def values(self) -> Mapping[str, str]:
        """In hexadecimal digits, by their names."""
        return {name: running.hexdigest() for name, running in self._running.items()}

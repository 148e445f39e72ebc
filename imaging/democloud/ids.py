"""Ids: the same at every start for what is seeded, new ones for what is made later."""

from __future__ import annotations

import hashlib
import itertools
import random
import secrets
import uuid
from functools import lru_cache

_SEED = uuid.UUID("5f0c9d2e-1d3a-4c53-9c55-3b6d5f1f8a11")
_PASSWORD_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105  # an alphabet


@lru_cache(maxsize=4096)
def seed_id(kind: str, name: str) -> str:
    """The id of a seeded thing, with dashes, made from its name."""
    return str(uuid.uuid5(_SEED, f"{kind}/{name}"))


@lru_cache(maxsize=4096)
def seed_hex(kind: str, name: str) -> str:
    """The same without dashes, as Keystone writes ids."""
    return uuid.uuid5(_SEED, f"{kind}/{name}").hex


class Ids:
    """Makes ids of what is created while the cloud runs.

    Args:
        deterministic: the same ids in the same order at every start, for pictures.
    """

    def __init__(self, *, deterministic: bool = False) -> None:
        self._deterministic = deterministic
        self._private = secrets.token_bytes(32)
        self._secret = b"the same at every start" if deterministic else secrets.token_bytes(32)
        self.reset()

    def reset(self) -> None:
        """Start the row of deterministic ids again."""
        self._count = itertools.count(1)
        self._chance = random.Random(8128)  # noqa: S311  # pictures need the same numbers, nothing is secret

    def fresh(self) -> str:
        """A new id with dashes."""
        if self._deterministic:
            return seed_id("made", str(next(self._count)))
        return str(uuid.uuid4())

    def fresh_hex(self) -> str:
        """A new id without dashes."""
        return self.fresh().replace("-", "")

    def request_id(self) -> str:
        """A new id of a request. It never uses up a deterministic id of a thing."""
        chance = self._chance.getrandbits(128) if self._deterministic else secrets.randbits(128)
        return f"req-{uuid.UUID(int=chance, version=4)}"

    def secret(self, name: str) -> bytes:
        """32 bytes that stay the same for this name for as long as the process runs."""
        return hashlib.sha256(self._secret + name.encode()).digest()

    def login_secret(self, name: str) -> bytes:
        """32 bytes that let somebody in: as `secret`, but always new at every start."""
        return hashlib.sha256(self._private + name.encode()).digest()

    def password(self) -> str:
        """What the answer to a launch calls `adminPass`."""
        return "".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(12))

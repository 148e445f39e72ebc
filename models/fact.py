"""A fact: something read, with where and when it was read, or why it could not be."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from models.base import Frozen
from models.findings import Source

T = TypeVar("T")


class Fact(Frozen, Generic[T]):
    """A value with its source and the time it was read; without a value it says why.

    Exactly one of `value` and `unknown_because` is set, except that a fact may be known to be None
    (an instance without a base image): then `unknown_because` is None too.
    """

    value: T | None = None
    unknown_because: str | None = None
    incomplete_because: str | None = None
    """Why something may be missing (no permission, time was up): what was found counts, what was not is unknown."""
    source: Source = Source.CLOUD
    read_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether it was read."""
        return self.unknown_because is None

"""A fact: something read, with where and when it was read, or why it could not be."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from models.base import Frozen
from models.findings import Source
from models.foreign import Moment
from models.text import CleanText

T = TypeVar("T")


class UnknownCode(StrEnum):
    """Why something was not read, where anything is decided by it; all other reasons are only told."""

    NOT_INSPECTED = "not-inspected"
    """Not inspected yet."""
    NO_CLOUD = "no-cloud"
    """No cloud was asked: the machine is in no known cloud, or nobody logged in."""
    NEEDS_SSH = "needs-ssh"
    """An inspection by SSH would tell; the temporary instance of a deep check cannot."""
    NOT_RUNNING = "not-running"
    """Only a running system would tell; a disk in a file cannot."""


class IncompleteCode(StrEnum):
    """Why something may be missing, where anything is decided by it."""

    CUT_SHORT = "cut-short"
    """It was not read to its end (time, size, rows that make no sense), so anything may be missing.

    Without a code the reason names one thing in it that could not be read, such as a file that only root may read.
    """


class Fact(Frozen, Generic[T]):
    """A value with its source and the time it was read; without a value it says why.

    Exactly one of `value` and `unknown_because` is set, except that a fact may be known to be None
    (an instance without a base image): then `unknown_because` is None too.
    """

    value: T | None = None
    unknown_because: CleanText | None = None
    """Why, for people. Nothing is decided by its words."""
    unknown_code: UnknownCode | None = None
    incomplete_because: CleanText | None = None
    """Why something may be missing (no permission, time was up): what was found counts, what was not is unknown.

    For people. Nothing is decided by its words.
    """
    incomplete_code: IncompleteCode | None = None
    source: Source = Source.CLOUD
    read_at: Moment | None = None

    @property
    def known(self) -> bool:
        """Whether it was read."""
        return self.unknown_because is None

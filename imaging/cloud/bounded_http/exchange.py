"""What a thread is asking the cloud for just now, as the rules, limits and errors of its line need to know it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from imaging.cloud.bounded_http.destinations import AddressRules, Asked
from imaging.cloud.bounded_http.limits import AnswerLimit
from imaging.cloud.bounded_http.transfer import Transfer
from models.errors import BadAnswerError, ImagingError, LostAnswerError, UnreachableError

Monotonic = Callable[[], float]
Check = Callable[[int, Mapping[str, str]], None]
"""Is given the status and the headers of an answer, before its body is read, and raises an `ImagingError`."""


@dataclass
class Exchange:
    """One call with all that it brings along: a login and a version discovery before it, a new login in between."""

    service: str = "identity"
    doing: str = "log in"
    changes: bool = False
    limit: int = AnswerLimit.ONE
    """The most bytes of the answer's body."""
    deadline: float = float("inf")
    """By the clock of the line, in seconds."""
    upgraded: str | None = None
    """The http address that was tried as https."""
    transfer: Transfer | None = None
    """Set once the call itself is sent, after the login and the discovery before it."""
    check: Check | None = None
    """The same: of an answer that is no refusal."""


@dataclass
class Line:
    """The line of one thread. Never used from another."""

    rules: AddressRules
    monotonic: Monotonic = time.monotonic
    exchange: Exchange = field(default_factory=Exchange)

    def begin(self, exchange: Exchange, seconds: float) -> None:
        """From now on this is asked for, and has to be answered within so many seconds."""
        exchange.deadline = self.monotonic() + seconds
        self.exchange = exchange

    def wait(self, seconds: float) -> None:
        """Something moved: the exchange has so many seconds more, from now on."""
        self.exchange.deadline = self.monotonic() + seconds

    def asked(self, url: str, *, reads_only: bool, may_go_to_catalogue: bool = True) -> Asked:
        """What is about to be sent, for the rules."""
        return Asked(url, self.exchange.service, self.exchange.doing, reads_only, may_go_to_catalogue)

    def seconds_left(self) -> float:
        """Until the deadline.

        Raises:
            UnreachableError: it is over; LostAnswerError where a change was sent.
        """
        left = self.exchange.deadline - self.monotonic()
        if left <= 0:
            raise self.lost("time ran out", otherwise=UnreachableError)
        return left

    def too_long(self, part: str, limit: int) -> ImagingError:
        """The error for an answer that is longer than can be meant.

        Args:
            part: what of it is too long.
            limit: how many bytes of it are read.
        """
        size = f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit // 2**10} KiB"
        return self.lost(f"{part} longer than {size}, so the rest was not read", otherwise=BadAnswerError)

    def lost(self, why: str, *, otherwise: type[ImagingError]) -> ImagingError:
        """The error for an answer that was not read to its end. After a change its outcome is open."""
        kind = LostAnswerError if self.exchange.changes else otherwise
        return kind(
            f"The cloud's answer was not read to its end when it was asked to {self.exchange.doing}: {why}.",
            meaning="It may have been done, or not." if self.exchange.changes else "",
            remedy="Something between here and the cloud may have answered instead. "
            "If it stays so, tell the cloud's operators.",
        )

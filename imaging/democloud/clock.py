"""The cloud's own time, which can be held, turned and sped up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

_LAST_MOMENT = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""A year that every calendar can still write down."""


class VirtualClock:
    """Seconds since 1970 as this cloud sees them: the machine's clock until somebody turns it.

    Args:
        start: the time at which it starts; None means the machine's own time.
        speed: how many of its seconds pass in one real second.
        tick: a monotonic clock in seconds.
        today: the time of day in seconds since 1970.
    """

    def __init__(
        self,
        start: float | None = None,
        speed: float = 1.0,
        *,
        tick: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._start, self._first_speed = start, speed
        self._tick, self._today = tick, today
        self.reset()

    def reset(self) -> None:
        """Start again: not held, at the first speed, at the first time."""
        self.held = False
        self.speed = self._first_speed
        self._base = self._today() if self._start is None else self._start
        self._since = self._tick()

    def now(self) -> float:
        """Seconds since 1970."""
        if self.held:
            return self._base
        return self._base + (self._tick() - self._since) * self.speed

    def hold(self, held: bool) -> None:
        """Stop the clock, or let it continue from where it stands."""
        self._settle()
        self.held = held

    def turn(self, seconds: float) -> None:
        """Put the clock forward. Raises ValueError for a step backwards."""
        if seconds < 0:
            msg = f"the clock cannot be turned back ({seconds} s)"
            raise ValueError(msg)
        if self.now() + seconds > _LAST_MOMENT:
            msg = "the clock does not go beyond the year 9000"
            raise ValueError(msg)
        self._settle()
        self._base += seconds

    def run_at(self, speed: float) -> None:
        """From now on so many seconds pass in a real one. Raises ValueError unless above zero."""
        if speed <= 0:
            msg = f"a speed is above zero, not {speed}"
            raise ValueError(msg)
        self._settle()
        self.speed = speed

    def _settle(self) -> None:
        self._base = self.now()
        self._since = self._tick()


def whole_seconds(moment: float | None) -> str | None:
    """As Nova, Glance and Neutron write a time."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def microseconds(moment: float | None) -> str | None:
    """As Cinder writes a time, and Nova its `launched_at`: without a zone."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def http_date(moment: float) -> str:
    """As the header `Date` writes a time."""
    return datetime.fromtimestamp(moment, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def read_time(text: str) -> float:
    """The moment that an ISO 8601 text names; without a zone it is UTC. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

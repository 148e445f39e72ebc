"""How far a download is, how quick it was lately, and how long it will still take."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from models.formatting import duration, size

_LATELY_SECONDS: Final = 30.0
_LEAST_SECONDS: Final = 1.0


class Progress:
    """Told again and again how many bytes are there; the rate is that of the last half minute."""

    def __init__(self, whole_bytes: int, monotonic: Callable[[], float], *, done_bytes: int = 0) -> None:
        """Begin.

        Args:
            whole_bytes: how many there will be.
            monotonic: the time, in seconds.
            done_bytes: how many are there already.
        """
        self._whole = whole_bytes
        self._monotonic = monotonic
        self._seen: deque[tuple[float, int]] = deque([(monotonic(), done_bytes)])

    def words(self, done_bytes: int) -> str:
        """`1.2 GiB of 20 GiB (6 %), 85 MiB/s, 3 min 46 s left`; without a rate before there is one."""
        now = self._monotonic()
        if done_bytes < self._seen[-1][1]:  # it began again
            self._seen.clear()
        self._seen.append((now, done_bytes))
        while len(self._seen) > 1 and now - self._seen[0][0] > _LATELY_SECONDS:
            self._seen.popleft()
        share = f" ({100 * done_bytes // self._whole} %)" if self._whole else ""
        return ", ".join((f"{size(done_bytes)} of {size(self._whole)}{share}", *self._rate(now, done_bytes)))

    def _rate(self, now: float, done_bytes: int) -> tuple[str, ...]:
        then, before = self._seen[0]
        if now - then < _LEAST_SECONDS or done_bytes <= before:
            return ()
        rate = (done_bytes - before) / (now - then)
        return (f"{size(round(rate))}/s", f"{duration((self._whole - done_bytes) / rate)} left")

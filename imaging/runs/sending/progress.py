"""How far a transfer is, at which rate, and how long it will still take."""

from __future__ import annotations

from models.formatting import duration, size

_MEGABYTE = 1_000_000


class Progress:
    """Counts bytes by a clock of its user."""

    def __init__(self, whole_bytes: int, started: float) -> None:
        """Begin to count.

        Args:
            whole_bytes: how many there will be; 0 where nobody knows.
            started: the time, in seconds of any clock.
        """
        self._whole = whole_bytes
        self._started = started
        self.done_bytes = 0

    def tell(self, done_bytes: int) -> None:
        """Note how many bytes went by so far."""
        self.done_bytes = max(self.done_bytes, done_bytes)

    def words(self, now: float) -> str:
        """`1.2 GiB of 20 GiB, 85 MB/s, 4 min 2 s left`; without a rate before a second has gone by."""
        told = [f"{size(self.done_bytes)} of {size(self._whole)}" if self._whole else size(self.done_bytes)]
        seconds = now - self._started
        if seconds >= 1 and self.done_bytes:
            rate = self.done_bytes / seconds
            told.append(rate_words(rate))
            if self._whole > self.done_bytes:
                told.append(f"{duration((self._whole - self.done_bytes) / rate)} left")
        return ", ".join(told)


def rate_words(bytes_per_second: float) -> str:
    """`85 MB/s`, `0.4 MB/s`."""
    megabytes = bytes_per_second / _MEGABYTE
    return f"{megabytes:.0f} MB/s" if megabytes >= 1 else f"{megabytes:.1f} MB/s"

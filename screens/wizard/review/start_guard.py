"""Sees to it that the review could be read before a key starts the run: what came earlier was typed ahead."""

from __future__ import annotations

from imaging.runtime.clock import Clock

READ_FIRST_SECONDS = 0.5
"""How long the review has to be on show before a key can start the run."""


class StartGuard:
    """Knows since when the review that is on show has been there."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is on show yet."""
        self._clock = clock
        self._since: float | None = None

    def changed(self) -> None:
        """The review is another one now, or not on show."""
        self._since = None

    def painted(self) -> None:
        """The review has been painted, and sent in full."""
        if self._since is None:
            self._since = self._clock.monotonic()

    @property
    def is_painted(self) -> bool:
        """Whether the review has been painted as it is."""
        return self._since is not None

    @property
    def has_been_read(self) -> bool:
        """Whether it has been on show for long enough to be read."""
        return self._since is not None and self._clock.monotonic() - self._since >= READ_FIRST_SECONDS

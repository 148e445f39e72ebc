"""How long work on a stranger's text may take: asked between its steps, each of which is short.

What was read in time is kept. A step that does not end is another matter: reading happens in a process that is then
ended (`imaging.runtime.confined.process`), and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable


class TimeUpError(Exception):
    """The time is up; who set it says what that means."""


class Deadline:
    """A moment by which work should be done."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        """Begin now.

        Args:
            seconds: how long it may take.
            monotonic: the clock, in seconds.
        """
        self.seconds = seconds
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def check(self) -> None:
        """Continue.

        Raises:
            TimeUpError: not any more.
        """
        if self._monotonic() > self._end:
            raise TimeUpError

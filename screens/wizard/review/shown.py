"""Since when the review has been on show: counted from when it was sent in full, which takes time on a slow line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.timer import Timer

from screens.base import ConsoleScreen
from screens.wizard.review.start_guard import StartGuard

ASKED_AGAIN_SECONDS = 0.1
"""How often it is asked whether the review has been painted and sent."""


class ReviewShown:
    """Tells the guard of the start what the user has before the eyes."""

    def __init__(self, screen: ConsoleScreen[Any], guard: StartGuard, is_in_front: Callable[[], bool]) -> None:
        """Nothing is on show yet.

        Args:
            screen: whose painting is waited for.
            guard: is told.
            is_in_front: whether the review is the page that is shown.
        """
        self._screen, self._guard, self._is_in_front = screen, guard, is_in_front
        self._again: Timer | None = None

    def changed(self) -> None:
        """The review is another one now, or another page is shown: count from when it has been painted."""
        self._guard.changed()
        self._wait()

    def _wait(self) -> None:
        """Wait for the next painting, and ask again: it tells nobody if a dialog lay above the review and has closed.

        Textual leaves what is to follow a painting to the screen in front, and forgets it with that screen.
        """
        if self._again is not None:
            self._again.stop()
            self._again = None
        if self._guard.is_painted or not self._is_in_front():
            return
        if self._screen.is_active:
            self._screen.call_after_refresh(self._painted)
        self._again = self._screen.set_timer(ASKED_AGAIN_SECONDS, self._wait)

    def _painted(self) -> None:
        if self._screen.is_active and self._screen.console.has_sent_all:
            self._guard.painted()

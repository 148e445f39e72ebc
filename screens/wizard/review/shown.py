"""Since when the review has been on show: counted from when it was sent in full, which takes time on a slow line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from screens.base import ConsoleScreen
from screens.wizard.review.start_guard import StartGuard

SENT_POLL_SECONDS = 0.1
"""How often it is asked whether the review has been sent."""


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

    def changed(self) -> None:
        """The review is another one now, or another page is shown: count from when it has been painted."""
        self._guard.changed()
        if self._is_in_front():
            self._screen.call_after_refresh(self._painted)

    def _painted(self) -> None:
        if self._screen.console.has_sent_all:
            self._guard.painted()
        else:
            self._screen.set_timer(SENT_POLL_SECONDS, self._painted)

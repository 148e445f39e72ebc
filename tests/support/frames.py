"""The frames of a headless application: drawn when somebody looks, and not each time that one is due.

Nobody reads what a headless application draws; it took a quarter of the processor time of the tests of screens.
A frame that is due is noted instead, and drawn once by the next reader. What fails in drawing fails there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip


class Frames:
    """Which frames of an application are due."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self.count = 0
        """How many have fallen due: another number means that the screen may show something else."""
        self._is_due = False

    def draw(self) -> None:
        """Draw as the application would, with all that was asked for since the last time."""
        if self._is_due:
            self._is_due = False
            with self._app._context():
                self._app.screen._compositor.render_update(full=True, screen_stack=self._app._background_screens)

    def strips(self) -> list[Strip]:
        """What the screen in front shows now; where nothing else lies under it, its frame is drawn by that."""
        with self._app._context():
            strips = self._app.screen._compositor.render_strips()
            self._is_due = self._is_due and bool(self._app._background_screens)
        return strips

    def fall_due(self, screen: Screen[object]) -> None:
        """Note a frame, and forget what was to be drawn again for it: all is."""
        self._is_due = True
        self.count += 1
        screen._compositor._dirty_regions.clear()
        screen._dirty_widgets.clear()


@contextmanager
def drawn_on_demand(app: App[None]) -> Iterator[Frames]:
    """Leave the frames of this application to those who look; the last one is drawn at the end."""
    frames = Frames(app)
    with pytest.MonkeyPatch.context() as patched:
        otherwise = Screen._compositor_refresh

        def refresh(screen: Screen[object]) -> None:
            if screen.app is app and screen is app.screen:
                frames.fall_due(screen)
            else:
                otherwise(screen)

        patched.setattr(Screen, "_compositor_refresh", refresh)
        yield frames

"""An application that is drawn through the driver of this folder, and without colours where the user wants none."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual.app import App
from textual.constants import DRIVER
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor


class DrawnInCells(App[None], inherit_bindings=False):
    """Its driver keeps what it has sent."""

    def __init__(self) -> None:
        super().__init__()
        self._no_colours = NoColor()

    def get_driver_class(self) -> type[Driver]:
        """Send only what differs, where Textual's own driver would send every frame whole."""
        found = super().get_driver_class()
        if os.name == "nt" or DRIVER is not None:
            return found
        from tui.terminal.driver import CellDriver  # noqa: PLC0415  # there is no termios on Windows

        return CellDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Take all colours away where the user wants none.

        Textual decides on this before our theme is on, and turned the terminal's own colours into black on black.
        """
        if not self.no_color:
            return super().get_line_filters()
        return [*(one for one in super().get_line_filters() if not isinstance(one, Monochrome)), self._no_colours]

    def on_resize(self) -> None:
        """Draw everything: a terminal that says its size may have been written to by others (`screen -r`)."""
        self.action_redraw()

    def action_redraw(self) -> None:
        """Draw everything again, also what should be on the screen already."""
        send_all = getattr(self._driver, "send_all", None)  # drivers of tests and of the web have nothing to forget
        if send_all is not None:
            send_all()
        self.screen.refresh()

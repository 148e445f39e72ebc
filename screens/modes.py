"""The three lists between which the number keys switch: instances, images, runs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from screens.base import ConsoleScreen, login_line
from screens.style.tones import Tone, joined, toned
from screens.widgets.lines import TitleLine

MODES = ("instances", "images", "runs")


class ModeScreen(ConsoleScreen[None]):
    """One of the three lists. Its title line shows all of them."""

    MODE: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "Quit", show=False, id="mode.quit", tooltip="Quit; runs continue without the console"),
    ]

    def compose_body(self) -> ComposeResult:
        """What the list shows."""
        yield from ()

    def on_mount(self) -> None:
        """Show where the user is."""
        self.retitle()

    def on_screen_resume(self) -> None:
        """The login may have become known meanwhile."""
        self.retitle()

    def retitle(self) -> None:
        """Draw the title line again."""
        self.query_one("#title", TitleLine).put(_tabs(self.MODE), login_line(self.console))


def _tabs(current: str) -> Content:
    parts: list[Content | str] = []
    for number, mode in enumerate(MODES, 1):
        word = mode.capitalize()
        if mode == current:
            parts += [toned(f"{number} ", Tone.ACCENT), toned(f"{word}", Tone.STRONG).stylize("underline")]
        else:
            parts += [toned(f"{number} {word}", Tone.QUIET)]
        parts.append("   ")
    return joined(*parts)

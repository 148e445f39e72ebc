"""The three lists between which the number keys switch: instances, images, runs."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from screens.base import ConsoleScreen, login_line
from screens.style.tones import Tone, joined, toned
from screens.widgets.lines import TitleLine

MODES = ("instances", "images", "runs")
_BETWEEN_TABS = "   "


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

    @on(TitleLine.Clicked)
    async def _tab_clicked(self, event: TitleLine.Clicked) -> None:
        """A click on a tab does what its number does."""
        event.stop()
        mode = tab_at(event.column)
        if mode is not None:
            await self.run_action(f"app.mode('{mode}')")

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
        parts.append(_BETWEEN_TABS)
    return joined(*parts)


def tab_at(column: int) -> str | None:
    """The list whose tab stands at a column of the title line."""
    end = 0
    for mode in MODES:
        start, end = end, end + len(f"1 {mode}")
        if start <= column < end:
            return mode
        end += len(_BETWEEN_TABS)
    return None

"""The bar of the wizard: all pages by their names, the one on show in brackets; a click leads to one."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.wizard.targets import PAGES, PageName, Target

_BETWEEN = " · "


class TurnTo(Message):
    """The user wants to see a page, or something on it."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target


class PageBar(Widget):
    """One line. It fits whole into the least width that the console has."""

    DEFAULT_CSS = "PageBar { height: 1; width: 1fr; padding: 0 1; }"

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._between = glyphs.plain(_BETWEEN)
        self._current = PageName.NAME

    def put(self, current: PageName) -> None:
        """Show which page is on show."""
        self._current = current
        self.refresh()

    def render(self) -> Content:
        """The names."""
        between = self._separator
        parts: list[Content | str] = []
        for page in PAGES:
            text = self._label(page)
            here = page is self._current
            parts.append(toned(text, Tone.ACCENT).stylize("bold") if here else toned(text, Tone.QUIET))
            parts.append(toned(between, Tone.QUIET))
        return joined(*parts[:-1])

    def on_click(self, event: Click) -> None:
        """Lead to the page whose name was clicked."""
        between = cell_len(self._separator)
        column = event.get_content_offset_capture(self).x
        for page in PAGES:
            column -= cell_len(self._label(page))
            if column < 0:
                self.post_message(TurnTo(Target(page)))
                return
            column -= between
            if column < 0:
                return

    @property
    def _separator(self) -> str:
        """What stands between the names: where they do not fit otherwise a blank alone."""
        names = sum(cell_len(self._label(page)) for page in PAGES)
        fits = names + cell_len(self._between) * (len(PAGES) - 1) <= self.content_size.width
        return self._between if fits else " "

    def _label(self, page: PageName) -> str:
        return f"[{page}]" if page is self._current else page.value

"""A text that fills the screen: a report, the console of a test instance."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from models.formatting import counted
from screens.base import OpenedScreen
from screens.widgets.text_lines import TextLines


class TextScreen(OpenedScreen[None]):
    """Shows lines, from the beginning or from the end."""

    CSS = "TextScreen TextLines { height: 1fr; padding: 0 1; }"

    def __init__(self, path: Sequence[str], lines: Sequence[str], *, note: str = "", from_end: bool = False) -> None:
        """Show these.

        Args:
            path: the way here, for the title line.
            lines: the text.
            note: where it comes from.
            from_end: whether its end is of interest first.
        """
        super().__init__()
        self._path, self._lines, self._note, self._from_end = tuple(path), tuple(lines), note, from_end

    def compose_body(self) -> ComposeResult:
        """The text."""
        yield TextLines(follows=self._from_end, id="text")

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.put_title(*self._path)
        text = self.query_one(TextLines)
        text.put(self._lines)
        text.focus()
        self.status.say(counted(len(self._lines), "line"), right=self._note)

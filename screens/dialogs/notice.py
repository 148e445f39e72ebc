"""Says what has been done, and how it is undone."""

from __future__ import annotations

from textual.app import ComposeResult

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading, paragraphs


class NoticeScreen(Dialog[None]):
    """A sentence and titled paragraphs; empty ones are left out."""

    def __init__(self, title: str, sentence: str, *parts: tuple[str, str]) -> None:
        """Say this; all texts are taken literally."""
        super().__init__()
        self._title, self._sentence, self._parts = title, sentence, parts

    @property
    def heading(self) -> str:
        """The title."""
        return one_line(self._title)

    def compose_body(self) -> ComposeResult:
        """The sentence and the paragraphs."""
        yield Reading(paragraphs(*self._parts, lead=self._sentence))

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()

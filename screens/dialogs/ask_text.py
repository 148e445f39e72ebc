"""Asks for one line of text, such as the reason of a waiver."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading, paragraphs
from screens.widgets.entry import Entry


class AskTextScreen(Dialog[str]):
    """Gives what was written, which may be empty; None when it was left."""

    def __init__(self, title: str, sentence: str, *, value: str = "", details: str = "") -> None:
        """Ask this; all texts are taken literally."""
        super().__init__()
        self._heading, self._sentence, self._value, self._details = title, sentence, value, details

    @property
    def heading(self) -> str:
        """The question's title."""
        return one_line(self._heading)

    def compose_body(self) -> ComposeResult:
        """The sentence and the field."""
        yield Reading(paragraphs(("", self._details), lead=self._sentence), beside=2)
        yield Entry(self._value, id="answer")

    def on_mount(self) -> None:
        """Write at once."""
        self.query_one(Entry).focus()

    @on(Entry.Submitted, "#answer")
    def _given(self, event: Entry.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

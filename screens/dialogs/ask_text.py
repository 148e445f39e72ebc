"""Asks for one line of text, such as the reason of a waiver."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Static

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading, paragraphs
from screens.style.tones import Tone, toned
from screens.widgets.entry import Entry

TAKEN_BACK = ""
"""What a dialog gives that takes an earlier answer back: the empty text, where an empty one is refused."""
_ESCAPE_AGAIN = "Press esc again to leave without what you typed, or enter to keep it."


class AskTextScreen(Dialog[str]):
    """Gives what was written; None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "take_back", "Take back", id="answer.take-back", tooltip="Take the earlier answer back"),
    ]

    def __init__(
        self,
        title: str,
        sentence: str,
        *,
        value: str = "",
        details: str = "",
        refuses: Callable[[str], str] = lambda _answer: "",
        can_take_back: bool = False,
        suggester: Suggester | None = None,
    ) -> None:
        """Ask this; all texts are taken literally.

        Args:
            title: the dialog's title.
            sentence: what is asked.
            value: what stands in the field.
            details: what helps to answer.
            refuses: why an answer is refused; it is said, and the field stays open. Empty: it is taken.
            can_take_back: whether there is an earlier answer; taken back, the dialog gives `TAKEN_BACK`.
            suggester: proposes the rest of what is written; the right arrow takes it.
        """
        super().__init__()
        self._heading, self._sentence, self._value, self._details = title, sentence, value, details
        self._refuses, self._can_take_back, self._suggester = refuses, can_take_back, suggester
        self._warned = False

    @property
    def heading(self) -> str:
        """The question's title."""
        return one_line(self._heading)

    def compose_body(self) -> ComposeResult:
        """The sentence, the field, and below it why an answer is refused."""
        yield Reading(paragraphs(("", self._details), lead=self._sentence), beside=3)
        yield Entry(self._value, placeholder="Write here", enter="OK", suggester=self._suggester, id="answer")
        refusal = Static(id="refusal", markup=False)
        refusal.display = False
        yield refusal

    def on_mount(self) -> None:
        """Write at once."""
        self.query_one(Entry).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only an answer that was given can be taken back."""
        if action == "take_back":
            return self._can_take_back
        return super().check_action(action, parameters)

    @on(Entry.Changed, "#answer")
    def _changed(self, event: Entry.Changed) -> None:
        event.stop()
        self._warned = False
        self._say("")

    @on(Entry.Submitted, "#answer")
    def _given(self, event: Entry.Submitted) -> None:
        event.stop()
        answer = event.value.strip()
        refusal = self._refuses(answer)
        if refusal:
            self._say(refusal)
        else:
            self.dismiss(answer)

    def action_take_back(self) -> None:
        """Give the empty answer."""
        self.dismiss(TAKEN_BACK)

    def action_leave(self) -> None:
        """Close without an answer; what was typed is dropped only at the second time."""
        typed = self.query_one("#answer", Entry).value
        if typed.strip() and typed != self._value and not self._warned:
            self._warned = True
            self._say(_ESCAPE_AGAIN)
        else:
            self.dismiss(None)

    def _say(self, text: str) -> None:
        refusal = self.query_one("#refusal", Static)
        refusal.display = bool(text)
        refusal.update(toned(text, Tone.WARN))

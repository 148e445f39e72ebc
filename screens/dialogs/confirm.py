"""Asks before something is changed; where much hangs on it a word must be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading, paragraphs
from screens.style.tones import Tone, toned
from screens.widgets.entry import Entry


@dataclass(frozen=True)
class Question:
    """What is asked. Texts are taken literally."""

    title: str
    sentence: str
    """What will be done, naming the object."""
    details: str = ""
    typed: str = ""
    """The word that must be typed; empty where a key is enough."""
    enter_refuses: bool = False
    """Whether *No* is the default: enter changes nothing."""


class ConfirmScreen(Dialog[bool]):
    """Gives True after agreement, False or None otherwise. Enter alone never agrees unless the word was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "Yes", id="confirm.agree", tooltip="Do it"),
        Binding("n", "refuse", "No", id="confirm.refuse", tooltip="Change nothing"),
        Binding(
            "enter",
            "refuse_by_enter",
            "No",
            key_display="enter",
            id="confirm.default",
            tooltip="No is the default",
        ),
    ]

    def __init__(self, question: Question) -> None:
        """Ask this."""
        super().__init__()
        self._question = question

    @property
    def heading(self) -> str:
        """The question's title."""
        return one_line(self._question.title)

    def compose_body(self) -> ComposeResult:
        """The sentence, the details, and the field for the typed word."""
        question = self._question
        yield Reading(paragraphs(("", question.details), lead=question.sentence), beside=5 if question.typed else 0)
        if question.typed:
            asked = f"Type {one_line(question.typed)} and press enter to confirm."
            yield Static(toned(asked, Tone.WARN), id="asked", markup=False)
            yield Entry(enter="Confirm", id="typed")

    def on_mount(self) -> None:
        """Where a word is wanted, write at once."""
        if self._question.typed:
            self.query_one(Entry).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where a word must be typed, no key agrees."""
        if action in {"agree", "refuse"} and self._question.typed:
            return False
        if action == "refuse_by_enter":
            return self._question.enter_refuses and not self._question.typed
        return super().check_action(action, parameters)

    @on(Entry.Submitted, "#typed")
    def _typed(self, event: Entry.Submitted) -> None:
        if event.value.strip() == self._question.typed.strip():
            self.dismiss(True)
        else:
            event.input.value = ""
            asked = f"Nothing was changed: this is not it. Type {one_line(self._question.typed)} and press enter."
            self.query_one("#asked", Static).update(toned(asked, Tone.BAD))

    def action_agree(self) -> None:
        """Yes."""
        self.dismiss(True)

    def action_refuse_by_enter(self) -> None:
        """No, by the key that agrees to nothing."""
        self.dismiss(False)

    def action_refuse(self) -> None:
        """No."""
        self.dismiss(False)

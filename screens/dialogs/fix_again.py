"""Asks whether the cause of a failed run is to be fixed before the wizard is opened again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading, paragraphs


class FixAgain(StrEnum):
    """What the user wants; the value is the name of the key's action."""

    YES = "yes"
    WIZARD_ONLY = "wizard_only"


class FixAgainScreen(Dialog[FixAgain]):
    """The cause, what a yes does with its commands, and a way past it; enter agrees to nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer('yes')", "Yes", id="again.yes", tooltip="Do this, then open the wizard"),
        Binding("n", "refuse", "No", id="again.no", tooltip="Change nothing"),
        Binding(
            "i", "answer('wizard_only')", "Wizard only", id="again.wizard",
            tooltip="Open the wizard at once, filled in as for this run",
        ),
    ]  # fmt: skip

    def __init__(self, name: str, cause: str, parts: Sequence[tuple[str, str]], *, is_possible: bool) -> None:
        """Ask about an instance. All texts are taken literally.

        Args:
            name: the instance's name.
            cause: why the run failed, in one sentence.
            parts: titled paragraphs.
            is_possible: whether a yes can do something.
        """
        super().__init__()
        self._name, self._cause, self._parts, self._is_possible = name, cause, tuple(parts), is_possible

    @property
    def heading(self) -> str:
        """What it is about."""
        return f"Fix and run again: {one_line(self._name)}"

    def compose_body(self) -> ComposeResult:
        """The cause, and the paragraphs."""
        yield Reading(paragraphs(*((self.glyphs.plain(title), text) for title, text in self._parts), lead=self._cause))

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A yes only where it can do something."""
        if action == "answer" and parameters == (FixAgain.YES.value,):
            return self._is_possible
        return super().check_action(action, parameters)

    def action_refuse(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def action_answer(self, answer: str) -> None:
        """Give the answer; the screen below carries it out."""
        self.dismiss(FixAgain(answer))

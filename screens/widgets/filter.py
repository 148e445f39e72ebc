"""The line in which a list is filtered; it shows only while it is used or holds something."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from screens.widgets.entry import Entry


class FilterLine(Horizontal):
    """A slash and a field. Enter keeps the filter, escape clears it; both give the focus back."""

    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; }
    FilterLine.-open { display: block; }
    FilterLine > Label { width: 2; color: $text-accent; text-style: bold; }
    FilterLine > Entry { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", id="filter.clear", tooltip="Show everything again"),
        Binding("down", "keep", "To the list", show=False, id="filter.keep", tooltip="Keep the filter, go to the list"),
    ]

    class Changed(Message):
        """Another text is searched for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier text that still waits is of no interest any more."""
            return isinstance(message, FilterLine.Changed)

    class Left(Message):
        """The user is done with the filter."""

    def __init__(
        self,
        placeholder: str = "part of a name, state, id or address",
        *,
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """Slash and field."""
        yield Label("/", markup=False)
        yield Entry(placeholder=self._placeholder, enter="Keep filter")

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.query_one(Entry).value.strip()

    def open(self) -> None:
        """Begin to write: the former filter is selected, so that typing replaces it and an arrow key edits it."""
        self.add_class("-open")
        entry = self.query_one(Entry)
        entry.focus()
        entry.action_select_all()

    def clear(self) -> None:
        """Search for nothing."""
        self.query_one(Entry).value = ""
        self.remove_class("-open")

    def action_clear(self) -> None:
        """Search for nothing and leave."""
        self.clear()
        self._leave()

    def action_keep(self) -> None:
        """Leave with the filter on."""
        self._leave()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while the user writes."""
        event.stop()
        self.post_message(self.Changed(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self._leave()

    def _leave(self) -> None:
        self.set_class(bool(self.text), "-open")
        self.post_message(self.Left())

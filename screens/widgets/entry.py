"""Fields to write in, without a blinking cursor: an idle screen sends nothing."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea


class Entry(Input):
    """One line to write in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Done", id="entry.open", tooltip="Take what is written here"),
    ]
    DEFAULT_CSS = """
    Entry, Entry:focus { height: 1; border: none; padding: 0 1; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        enter: str = "Done",
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(value, placeholder=placeholder, password=password, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._enter = enter

    def key_name(self, action: str) -> str | None:
        """What Enter does with what is written."""
        return self._enter if action == "submit" else None


class Draft(TextArea):
    """Several lines to write in; tab leaves it."""

    DEFAULT_CSS = """
    Draft, Draft:focus { border: none; padding: 0 1; }
    """

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(
            text,
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
        )
        self.cursor_blink = False

"""Fields to write in, without a blinking cursor: an idle screen sends nothing."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
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
        suggester: Suggester | None = None,
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(
            value, placeholder=placeholder, password=password, suggester=suggester, id=id, compact=True,
            select_on_focus=False,
        )  # fmt: skip
        self.cursor_blink = False
        self._enter = enter

    def key_name(self, action: str) -> str | None:
        """What Enter does with what is written."""
        return self._enter if action == "submit" else None


class Draft(TextArea):
    """Several lines to write in; tab leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "editor", "Your editor", id="draft.editor", tooltip="Write this in your $EDITOR"),
    ]
    DEFAULT_CSS = """
    Draft, Draft:focus { border: none; padding: 0 1; }
    """

    class EditorWanted(Message):
        """The user wants to write this text in an editor of their own."""

        def __init__(self, draft: Draft) -> None:
            super().__init__()
            self.draft = draft

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

    def action_editor(self) -> None:
        """Ask for the user's own editor."""
        self.post_message(self.EditorWanted(self))

    def undo(self) -> None:
        """Take back the last edits, the cursor being where a line is left.

        Textual measures the text before it moves the cursor, and failed where the cursor's line was gone.
        """
        if self.history.undo_stack:
            self.move_cursor(self.document.start)
            super().undo()

    def redo(self) -> None:
        """Do again what was taken back; the same holds."""
        if self.history.redo_stack:
            self.move_cursor(self.document.start)
            super().redo()

    def put(self, text: str) -> None:
        """Replace what is written, as the user would: it can be undone."""
        if text != self.text:
            self.replace(text, self.document.start, self.document.end)

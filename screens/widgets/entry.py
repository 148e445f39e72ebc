"""Fields to write in, without a blinking cursor: an idle screen sends nothing."""

from __future__ import annotations

from textual.widgets import Input, TextArea


class Entry(Input):
    """One line to write in."""

    BINDING_GROUP_TITLE = "Field"
    DEFAULT_CSS = """
    Entry, Entry:focus { height: 1; border: none; padding: 0 1; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(value, placeholder=placeholder, password=password, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False


class Draft(TextArea):
    """Several lines to write in; tab leaves it."""

    BINDING_GROUP_TITLE = "Text"
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

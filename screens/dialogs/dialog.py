"""What dialogs share: a framed box in the middle, a line of keys at its foot, and escape to leave it."""

from __future__ import annotations

from typing import ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from models.text import many_lines
from screens.context import Console
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.widgets.key_line import KeyLine
from screens.widgets.lines import TooSmall

R = TypeVar("R")


class Dialog(ModalScreen[R]):
    """A box over a screen. `None` means that it was left without an answer."""

    BINDING_GROUP_TITLE = "This dialog"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="dialog.leave", tooltip="Close this dialog without answering"),
        Binding("q", "close", "Back", show=False, id="dialog.close", tooltip="The same as escape"),
        Binding("question_mark,f1", "keys", "Help", id="dialog.help", tooltip="The keys of this dialog"),
    ]
    TITLE = ""

    def compose(self) -> ComposeResult:
        """The box around what the dialog is about."""
        with Vertical(id="box") as box:
            box.border_title = Content(self.heading)
            yield from self.compose_body()
            yield KeyLine(id="keys")
        yield TooSmall()

    @property
    def heading(self) -> str:
        """What stands in the frame of the box."""
        return self.TITLE or ""

    def compose_body(self) -> ComposeResult:
        """What the dialog is about."""
        yield from ()

    @property
    def console(self) -> Console:
        """The application, as far as screens know it."""
        return cast("Console", self.app)

    @property
    def glyphs(self) -> Glyphs:
        """The signs that the terminal can show."""
        return self.console.glyphs

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where something can be written, `q` is a letter, also when it is typed beside the field."""
        if action == "close":
            return not self.query(Input) and self.check_action("leave", ()) is not False
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def action_close(self) -> None:
        """The same by a letter."""
        self.action_leave()

    async def action_keys(self) -> None:
        """Show the keys of this dialog."""
        await self.run_action("app.help")


_AROUND = 7
"""Lines that a dialog needs beside its text: its frame, its keys, what is between them, and one above and below."""


class Reading(VerticalScroll):
    """Text to be read; it scrolls by keys where it is long."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False, id="reading.up", tooltip="One line up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="reading.down", tooltip="One line down"),
        Binding("home,g", "scroll_home", "First", show=False, id="reading.first", tooltip="To the beginning"),
        Binding("end,G", "scroll_end", "Last", show=False, id="reading.last", tooltip="To the end"),
    ]

    def __init__(self, content: Content, *, id: str | None = None, beside: int = 0) -> None:  # noqa: A002  # Textual's own name
        """Show this text.

        Args:
            content: the text.
            id: for selectors.
            beside: how many lines of the dialog stand beside it.
        """
        super().__init__(id=id)
        self._content = content
        self._beside = beside

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(self._content, markup=False)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the text, but never so high that its dialog would be higher than the terminal.

        A `max-height` does not do: the dialog's own height would still be made for the whole text.
        """
        room = max(1, viewport.height - _AROUND - self._beside)
        return min(super().get_content_height(container, viewport, width), room)

    def put(self, content: Content) -> None:
        """Show another text; nothing is drawn when it is the same."""
        if not content.is_same(self._content):
            self._content = content
            self.query_one(Static).update(content)


def paragraphs(*parts: tuple[str, str], lead: str = "", tone: Tone = Tone.STRONG) -> Content:
    """A lead sentence and titled paragraphs below it; empty ones are left out. All texts are taken literally."""
    blocks = [toned(many_lines(lead), tone)] if lead else []
    for title, text in parts:
        if text:
            blocks.append(
                joined(toned(f"{title}\n", Tone.QUIET), many_lines(text)) if title else joined(many_lines(text))
            )
    return Content("\n\n").join(blocks)

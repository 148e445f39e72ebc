"""A long text to scroll through: a console of a million characters costs no more than what can be seen of it.

Lines are wrapped to the width, each once, so that nothing is cut. Where the text grows, its end stays in sight while it
is followed; who scrolls up stops following, who goes to the end follows again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from models.text import one_line

_LONGEST_LINE = 4_096


class TextLines(ScrollView, can_focus=True):
    """Plain lines; all that they hold is shown as text."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", show=False, id="text.up", tooltip="One line up"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="text.down", tooltip="One line down"),
        Binding("pageup,ctrl+u,b", "page(-1)", "Page up", show=False, id="text.page-up", tooltip="One page up"),
        Binding(
            "pagedown,ctrl+d,space", "page(1)", "Page down", show=False, id="text.page-down", tooltip="One page down"
        ),
        Binding("home,g", "first", "First", show=False, id="text.first", tooltip="To the beginning"),
        Binding("end,G", "last", "Last", show=False, id="text.last", tooltip="To the end"),
    ]
    DEFAULT_CSS = """
    TextLines { overflow-x: hidden; scrollbar-gutter: stable; scrollbar-size: 0 1; }
    """

    class FollowChanged(Message):
        """The end of the text is followed now, or no longer."""

    def __init__(self, *, follows: bool = False, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        """Show nothing yet.

        Args:
            follows: whether the end stays in sight when the text grows.
            id: for selectors.
            classes: for style sheets.
        """
        super().__init__(id=id, classes=classes)
        self._lines: tuple[str, ...] = ()
        self._wrapped: list[str] = []
        self._wrapped_for = -1
        self._follows = follows

    @property
    def follows(self) -> bool:
        """Whether the end stays in sight."""
        return self._follows

    @property
    def lines(self) -> Sequence[str]:
        """The text, line by line as it was given."""
        return self._lines

    def put(self, lines: Iterable[str]) -> None:
        """Show these; where they continue what is on show, only what is new is wrapped and drawn."""
        given = tuple(one_line(line, _LONGEST_LINE) for line in lines)
        if given == self._lines:
            return
        known = len(self._lines)
        continues = given[:known] == self._lines and self._wrapped_for == self._width
        before, self._lines = len(self._wrapped), given
        if continues:
            self._wrapped += self._wrap(given[known:])
        else:
            self._wrap_all()
        self._resize()
        self._draw_from(before if continues else 0)

    def follow(self, follows: bool) -> None:
        """Keep the end in sight, or no longer."""
        if follows != self._follows:
            self._follows = follows
            self.post_message(self.FollowChanged())
        if follows:
            self.scroll_end(animate=False, force=True, immediate=True)

    def render_line(self, y: int) -> Strip:
        """One line of what can be seen."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        if place >= len(self._wrapped):
            return Strip.blank(width, self.rich_style)
        return Strip([Segment(self._wrapped[place], self.rich_style)]).adjust_cell_length(width, self.rich_style)

    def on_resize(self, _event: Resize) -> None:
        """Wrap again where the width has changed."""
        if self._wrapped_for != self._width:
            self._wrap_all()
            self.refresh()
        self._resize()

    def action_scroll(self, lines: int) -> None:
        """So many lines down."""
        self._go(self.scroll_offset.y + lines)

    def action_page(self, pages: int) -> None:
        """So many pages down."""
        self._go(self.scroll_offset.y + pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        """To the beginning."""
        self._go(0)

    def action_last(self) -> None:
        """To the end."""
        self._go(len(self._wrapped))

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _go(self, place: int) -> None:
        last = max(0, len(self._wrapped) - self.scrollable_content_region.height)
        self.scroll_to(y=max(0, min(place, last)), animate=False, force=True, immediate=True)
        self.follow(place >= last)

    def _wrap_all(self) -> None:
        self._wrapped_for = self._width
        self._wrapped = self._wrap(self._lines)

    def _wrap(self, lines: Iterable[str]) -> list[str]:
        width = max(1, self._width)
        return [part for line in lines for part in ([line] if cell_len(line) <= width else chop_cells(line, width))]

    def _resize(self) -> None:
        self.virtual_size = Size(self._width, len(self._wrapped))
        if self._follows:
            self.scroll_end(animate=False, force=True, immediate=True)

    def _draw_from(self, place: int) -> None:
        """Draw the lines that are new; after a scroll everything is drawn anyway."""
        top = self.scroll_offset.y
        for line in range(max(place, top), min(len(self._wrapped), top + self.size.height)):
            self.refresh_line(line)
        if place == 0:
            self.refresh()

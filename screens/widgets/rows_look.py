"""How a list of rows looks, by meaning alone, as the theme has it; its keys, and what one says at its end."""

from __future__ import annotations

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from screens.style.tones import Tone

PARTS = {"rows--header", "rows--cursor", "rows--empty", *(f"rows--{tone}" for tone in Tone)}
LOOK = """
RowList {
    overflow-x: hidden;
    scrollbar-gutter: stable;
    scrollbar-size: 0 1;
    & > .rows--header { color: $text-muted; text-style: bold; }
    & > .rows--empty, & > .rows--quiet { color: $text-muted; }
    & > .rows--strong { text-style: bold; }
    & > .rows--accent { color: $text-accent; }
    & > .rows--good { color: $text-success; }
    & > .rows--warn { color: $text-warning; }
    & > .rows--bad { color: $text-error; }
    & > .rows--cursor { background: $block-cursor-blurred-background; }
    &:focus > .rows--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    &:ansi > .rows--cursor { text-style: bold; background: transparent; color: ansi_default; }
    &:ansi:focus > .rows--cursor, &:nocolor:focus > .rows--cursor { text-style: reverse; }
    &:nocolor > .rows--cursor { text-style: bold; }
    &:nocolor:focus > .rows--cursor { text-style: reverse; }
}
"""
KEYS: list[BindingType] = [
    Binding("up,k", "move(-1)", "Up", show=False, id="rows.up", tooltip="One row up"),
    Binding("down,j", "move(1)", "Down", show=False, id="rows.down", tooltip="One row down"),
    Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="rows.page-up", tooltip="One page up"),
    Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="rows.page-down", tooltip="One page down"),
    Binding("home,g", "first", "First", show=False, id="rows.first", tooltip="To the first row"),
    Binding("end,G", "last", "Last", show=False, id="rows.last", tooltip="To the last row"),
    Binding("enter", "open", "Open", id="rows.open", tooltip="Open the selected row"),
]


class PastEnd(Message):
    """The user went up from the first row, or down from the last one."""

    def __init__(self, rows: Widget, step: int) -> None:
        """The list, and the direction: less than 0 for up."""
        super().__init__()
        self.rows = rows
        self.step = step

"""The keys that work on a screen, made from its bindings: there is no second list of them anywhere."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading
from screens.offered_keys import KeyGroup, OfferedKey
from screens.style.tones import Tone, joined, toned

_TITLES = {KeyGroup.ACTIONS: "Here", KeyGroup.MOVING: "Moving", KeyGroup.EVERYWHERE: "Everywhere"}


def sheet(offered: Iterable[OfferedKey], cells: int) -> Content:
    """The help as text so many cells wide, a heading for each group."""
    offered = tuple(offered)
    width = max((cell_len(_keys(one)) for one in offered), default=0)
    blocks = []
    for group in dict.fromkeys(one.group for one in offered):
        rows = [toned(_TITLES[group], Tone.STRONG)]
        for one in offered:
            if one.group == group:
                text = textwrap.wrap(one.tooltip, max(_LEAST_TEXT, cells - width - 4))
                indented = ("\n" + " " * (width + 4)).join(text)
                rows.append(joined("  ", toned(_keys(one).ljust(width), Tone.ACCENT), "  ", indented))
        blocks.append(Content("\n").join(rows))
    return Content("\n\n").join(blocks)


def _keys(offered: OfferedKey) -> str:
    return ", ".join(offered.keys)


_LEAST_TEXT = 20
_WIDEST = 88
_FRAME = 6
"""Cells that the frame, its padding and the scroll bar take; both as in `dialog.tcss`."""


class HelpScreen(Dialog[None]):
    """The help of one screen."""

    TITLE = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "leave", "Back", show=False, id="help.close", tooltip="Close this help"),
    ]

    def __init__(self, offered: Iterable[OfferedKey], about: Iterable[str] = ()) -> None:
        """Show these.

        Args:
            offered: the keys, see `offered_keys`.
            about: sentences on the cloud's entry: where it stands, and what should be known of it.
        """
        super().__init__()
        self._offered = tuple(offered)
        self._about = tuple(about)

    def compose_body(self) -> ComposeResult:
        """The sheet."""
        cells = min(_WIDEST, self.app.size.width * 84 // 100) - _FRAME
        blocks = [sheet(self._offered, cells)]
        if self._about:
            told = ("\n".join(textwrap.wrap(one_line(line, 600), cells - 2)) for line in self._about)
            blocks.append(
                joined(
                    toned("The cloud", Tone.STRONG), *(f"\n  {line.replace(chr(10), chr(10) + '  ')}" for line in told)
                )
            )
        yield Reading(Content("\n\n").join(blocks), id="sheet")

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()

"""The keys that work on a screen, made from its bindings: there is no second list of them anywhere."""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen

from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading
from screens.style.tones import Tone, joined, toned


@dataclass(frozen=True)
class Help:
    """One line of the help."""

    group: str
    keys: str
    description: str
    tooltip: str
    run: Callable[[], Awaitable[object]]
    """Does what the key does."""


def collect(app: App[Any], screen: Screen[Any]) -> tuple[Help, ...]:
    """What can be done on a screen now, the focused widget's keys first."""
    found: dict[tuple[str, str], list[str]] = {}
    texts: dict[tuple[str, str], tuple[str, str, Callable[[], Awaitable[object]]]] = {}
    for node, binding, enabled, tooltip in screen.active_bindings.values():
        if binding.system or not enabled or not binding.id:
            continue
        place = (str(node.BINDING_GROUP_TITLE or "Everywhere"), binding.action)
        found.setdefault(place, []).append(binding.key_display or app.get_key_display(binding))
        texts[place] = (binding.description, tooltip or binding.tooltip, partial(app.run_action, binding.action, node))
    return tuple(
        Help(group, ", ".join(dict.fromkeys(keys)), *texts[group, action]) for (group, action), keys in found.items()
    )


def sheet(lines: Iterable[Help], cells: int) -> Content:
    """The help as text so many cells wide, a heading for each group."""
    lines = tuple(lines)
    width = max((cell_len(line.keys) for line in lines), default=0)
    blocks = []
    for group in dict.fromkeys(line.group for line in lines):
        rows = [toned(group, Tone.STRONG)]
        for line in lines:
            if line.group == group:
                text = textwrap.wrap(line.tooltip or line.description, max(_LEAST_TEXT, cells - width - 4))
                indented = ("\n" + " " * (width + 4)).join(text)
                rows.append(joined("  ", toned(line.keys.ljust(width), Tone.ACCENT), "  ", indented))
        blocks.append(Content("\n").join(rows))
    return Content("\n\n").join(blocks)


_LEAST_TEXT = 20
_WIDEST = 88
_FRAME = 6
"""Cells that the frame, its padding and the scroll bar take; both as in `dialog.tcss`."""


class HelpScreen(Dialog[None]):
    """The help of one screen."""

    TITLE = "Keys"

    def __init__(self, lines: Iterable[Help], about: Iterable[str] = ()) -> None:
        """Show these.

        Args:
            lines: the keys.
            about: sentences on the cloud's entry: where it stands, and what should be known of it.
        """
        super().__init__()
        self._lines = tuple(lines)
        self._about = tuple(about)

    def compose_body(self) -> ComposeResult:
        """The sheet."""
        cells = min(_WIDEST, self.app.size.width * 84 // 100) - _FRAME
        blocks = [sheet(self._lines, cells)]
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

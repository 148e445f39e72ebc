"""The fixed lines of every screen: where you are and how things stand; and the notice of a small terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from models.text import one_line
from screens.style.glyphs import UNICODE, Glyphs
from screens.style.tones import Tone, joined, toned
from screens.widgets.columns import GAP, shortened

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
NOTICE_SECONDS = 5.0
"""So long an answer to a key is shown before the state of the list takes its place again."""
_ROUTINE = (Tone.QUIET, Tone.GOOD)
"""Tones of what may wait for a notice."""
_LEAST_RIGHT = 12
"""Cells below which a right end that would have to be cut is left out."""
_LEAST_NAME = 8
"""Cells that the longest part of the way to a screen keeps, however long the right end is."""


class _Line(Widget):
    """One line whose two ends are set apart; the right end gives way where both do not fit."""

    DEFAULT_CSS = "_Line { height: 1; width: 1fr; padding: 0 1; }"

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._left = Content("")
        self._right = Content("")

    def put(self, left: Content, right: Content | None = None) -> None:
        """Show these; nothing is drawn when they are the same as before."""
        right = right or Content("")
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Content:
        """Left end, blanks, right end."""
        width = self.content_size.width
        ellipsis = not self._glyphs.ascii
        left = self._left_end(width - GAP - self._right.cell_length).truncate(width, ellipsis=ellipsis)
        rest = width - left.cell_length
        shows = rest > min(_LEAST_RIGHT, self._right.cell_length + 1)
        right = self._right.truncate(max(0, rest - GAP), ellipsis=ellipsis) if shows else Content("")
        return joined(left, " " * (rest - right.cell_length), right)

    def _left_end(self, room: int) -> Content:  # noqa: ARG002  # for lines whose left end can give way
        """The left end, where `room` cells are left beside the whole right end."""
        return self._left


class TitleLine(_Line):
    """On top: the modes, or the way to a screen that was opened, and who is logged in where."""

    DEFAULT_CSS = "TitleLine { background: $panel; color: $foreground; }"
    _path: tuple[str, ...] = ()

    class Clicked(Message):
        """The mouse was pressed on the line."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    def on_click(self, event: Click) -> None:
        """Say where; what stands there is for the screen to know."""
        if (offset := event.get_content_offset(self)) is not None:
            event.stop()
            self.post_message(self.Clicked(offset.x))

    def put_path(self, path: Sequence[str], right: Content) -> None:
        """Show the way to a screen, the last part in bold; where it is narrow its longest part is cut."""
        self._path = tuple(one_line(part) for part in path)
        self.put(self._path_content(self._path), right)

    def _left_end(self, room: int) -> Content:
        excess = self._left.cell_length - room
        if excess <= 0 or not self._path:
            return self._left
        longest = max(self._path, key=cell_len)
        name = shortened(longest, max(_LEAST_NAME, cell_len(longest) - excess), cut=self._glyphs.cut)
        return self._path_content(tuple(name if part is longest else part for part in self._path))

    def _path_content(self, path: Sequence[str]) -> Content:
        parts = [toned(part, Tone.QUIET) for part in path[:-1]] + [toned(path[-1], Tone.STRONG)]
        return toned(self._glyphs.plain(" › "), Tone.QUIET).join(parts)


class StatusLine(_Line):
    """Above the keys: what is shown, from when it is, and what went wrong."""

    DEFAULT_CSS = "StatusLine { color: $text-muted; }"

    _right_stays = False
    _noticed: Timer | None = None
    """Runs while a notice is on show."""
    _below: _Said | None = None
    """What is shown when the notice has had its time."""

    def say(self, text: str, tone: Tone = Tone.QUIET, *, right: str = "", stays: bool = False) -> None:
        """Say how things stand; texts are taken literally. Where the right end `stays`, the text is cut for it.

        A list that was read again waits until a notice has been read; progress and what went wrong do not.
        """
        self._below = _Said(text, tone, right, stays)
        if self._noticed is None or tone not in _ROUTINE:
            self._end_notice()

    def notice(self, text: str, tone: Tone = Tone.ACCENT) -> None:
        """Answer a key; it stays for some seconds, even if the cloud sends news meanwhile."""
        if self._noticed is not None:
            self._noticed.stop()
        self._show(_Said(text, tone))
        self._noticed = self.set_timer(NOTICE_SECONDS, self._end_notice)

    def _end_notice(self) -> None:
        if self._noticed is not None:
            self._noticed.stop()
        self._noticed = None
        if self._below is not None:
            self._show(self._below)

    def _show(self, said: _Said) -> None:
        plain, self._right_stays = self._glyphs.plain, said.stays
        self.put(toned(plain(one_line(said.text)), said.tone), toned(plain(one_line(said.right)), Tone.QUIET))

    def _left_end(self, room: int) -> Content:
        return self._left.truncate(room, ellipsis=not self._glyphs.ascii) if self._right_stays else self._left


@dataclass(frozen=True)
class _Said:
    """What the status line was told."""

    text: str
    tone: Tone
    right: str = ""
    stays: bool = False


class TooSmall(Widget):
    """Covers everything where the terminal is too small to be of use."""

    DEFAULT_CSS = """
    TooSmall { display: none; layer: notice; width: 100%; height: 100%; padding: 1 2; background: $background; }
    """

    def render(self) -> Content:
        """How much is needed and how much there is."""
        have = self.app.size
        return Content(
            f"This terminal has {have.width} x {have.height} characters.\n"
            f"The Imaging Console needs at least {LEAST_WIDTH} x {LEAST_HEIGHT}."
        )

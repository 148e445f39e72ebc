"""The screen as the application wants it: cells, filled from the sequences that Textual writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.cells import split_graphemes

from tui.terminal.pens import PLAIN, Pen, linked, on_blank, readable, sgr_read

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]++)"
    r"|\x1b\[(?P<sgr>[0-9;]{0,100}+)m"
    r"|\x1b\[(?P<line>[0-9]{0,5}+);?+(?P<column>[0-9]{0,5}+)H"
    r"|(?P<line_end>[\r\n])"
    r"|\x1b\[\?2026(?P<sync>[hl])"
    r"|\x1b\]8;(?P<link>[^\x07\x1b]*+)(?:\x1b\\|\x07)"
    r"|(?P<control>\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\)|\x1b[ -/]*+[0-~]|.)",
    re.DOTALL,
)
_MODES = re.compile(r"\x1b\[[<-?]?+[\d;]*+[$>]?+[hlupnqt]|\x1b[\]P_^X]|[^\x1b]")
"""Sequences that leave the cells as they are: modes, questions, titles, clipboards, the bell."""
_BELL = "\x07"
"""The one control character that Textual sends alone; any other came with somebody's text, and is not obeyed."""
_OTHER_SCREEN = re.compile(r"\x1b\[\?(?:1049|1047|47)([hl])")


@dataclass
class Row:
    """One line of cells. A wide letter has its text in its first cell and nothing in the next."""

    texts: list[str]
    pens: list[Pen]
    stamp: int = 0
    """The frame that changed it last."""

    @classmethod
    def blank(cls, width: int) -> Row:
        """A line without letters."""
        return cls([" "] * width, [PLAIN] * width)

    @property
    def is_odd(self) -> bool:
        """Whether a letter takes more or less than one cell: no two terminals agree on all of these."""
        return any(len(text) != 1 for text in self.texts)

    def copy(self) -> Row:
        """The same cells, to be kept."""
        return Row(self.texts.copy(), self.pens.copy(), self.stamp)

    def put(self, x: int, text: str, width: int, pen: Pen) -> bool:
        """Write one letter; whether that changed anything."""
        if x >= len(self.texts):
            return False
        if x + width > len(self.texts):  # half of a wide letter cannot be shown
            text, width = " ", 1
        pen = on_blank(pen) if text == " " else pen if _is_frame(text) else readable(pen)
        if self.texts[x] == text and self.pens[x] == pen and (width == 1 or not self.texts[x + 1]):
            return False
        self._break_at(x)
        self._break_at(x + width)
        for place in range(x, x + width):
            self.texts[place], self.pens[place] = "", pen
        self.texts[x] = text
        return True

    def _break_at(self, x: int) -> None:
        """Blank the wide letter that reaches over this edge: half of one cannot be shown."""
        if not 0 < x < len(self.texts) or self.texts[x]:
            return
        first = x - 1
        while first and not self.texts[first]:
            first -= 1
        for place in range(first, len(self.texts)):
            if place >= x and self.texts[place]:
                break
            self.texts[place], self.pens[place] = " ", on_blank(self.pens[place])


@dataclass
class Canvas:
    """What the terminal is to show, and where its cursor is to stand."""

    width: int
    height: int
    plain: Callable[[str, int], str] | None = None
    """Makes a letter of so many cells one that the terminal can show."""
    rows: list[Row] = field(default_factory=list)
    cursor: tuple[int, int] = (0, 0)
    """Column and line."""
    synchronised: bool = False
    """Whether Textual found out that the terminal shows a frame at once if it is asked to."""
    is_left: bool = True
    """Whether the terminal shows the shell's screen, not the program's."""
    _pen: Pen = PLAIN
    _stamp: int = 0

    def __post_init__(self) -> None:
        """Begin with blank lines."""
        self.resize(self.width, self.height)

    def resize(self, width: int, height: int) -> None:
        """Take another size; everything will be drawn again."""
        self.width, self.height = width, height
        self.rows = [Row.blank(width) for _ in range(height)]

    def feed(self, data: str) -> list[str]:
        """Take what Textual writes.

        Returns:
            The sequences that are no drawing, in their order, to be passed on as they are.
        """
        self._stamp += 1
        controls = []
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                self._write(token[0])
            elif kind == "sgr":
                self._pen = sgr_read(self._pen, token["sgr"])
            elif kind == "column":
                self.cursor = (max(1, int(token["column"] or 1)) - 1, max(1, int(token["line"] or 1)) - 1)
            elif kind == "control" and (len(token[0]) > 1 or token[0] == _BELL):
                controls.append(token[0])
                if switch := _OTHER_SCREEN.match(token[0]):
                    self.is_left = switch[1] == "l"
            elif kind == "sync":
                self.synchronised = True
            elif kind == "link":
                self._pen = linked(self._pen, token["link"])
            elif kind == "line_end":
                self.cursor = (0, self.cursor[1] + (token[0] == "\n"))
        return controls

    def _write(self, text: str) -> None:
        x, y = self.cursor
        row = self.rows[y] if y < self.height else Row.blank(0)
        changed = False
        for letter, width in _letters(text):
            if not width:
                changed |= self._combine(row, x, letter)
                continue
            shown = letter if self.plain is None or letter.isascii() else self.plain(letter, width)
            if shown.isascii() and width > 1:
                for place, one in enumerate(shown):
                    changed |= row.put(x + place, one, 1, self._pen)
            else:
                changed |= row.put(x, shown, width, self._pen)
            x += width
        if changed:
            row.stamp = self._stamp
        self.cursor = (x, y)

    def _combine(self, row: Row, x: int, mark: str) -> bool:
        """A mark without a width of its own belongs to the letter before it."""
        place = min(x, len(row.texts)) - 1
        while place > 0 and not row.texts[place]:
            place -= 1
        if place < 0 or self.plain is not None or row.texts[place].endswith(mark):
            return False
        row.texts[place] += mark
        return True


def _is_frame(text: str) -> bool:
    """Whether it is a line or a block: some are drawn in the colour behind them, and are not to be seen."""
    return "\u2500" <= text <= "\u259f"


def _letters(text: str) -> list[tuple[str, int]]:
    """The letters of a text, as a reader counts them, each with its number of cells."""
    if text.isascii():
        return [(letter, 1) for letter in text]
    spans, _width = split_graphemes(text)
    return [(text[start:end], width) for start, end, width in spans]


def changes_cells(control: str) -> bool:
    """Whether after this sequence nobody knows what the terminal shows."""
    return bool(_OTHER_SCREEN.match(control)) or not _MODES.match(control)

"""From the cells that the terminal shows to those that it is to show, in as few bytes as will do."""

from __future__ import annotations

from tui.terminal.canvas import Canvas, Row
from tui.terminal.pens import PLAIN, VISIBLE_ON_BLANK, Pen, change
from tui.terminal.powers import Powers

_NEAR = 4
"""So many unchanged cells are written again, where going past them would cost as much."""
_FEW_BLANKS = 8
"""So many blanks are written; erasing them would cost as much."""
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_WORTH_ONE_FRAME = 200
"""A shorter change is shown at once anyway."""


class Painter:
    """Knows what was sent. What it hands out counts as sent."""

    def __init__(self, canvas: Canvas, powers: Powers) -> None:
        """Know nothing of what the terminal shows.

        Args:
            canvas: what it is to show.
            powers: what it understands.
        """
        self._canvas = canvas
        self._powers = powers
        self._sent: list[Row | None] = []
        self._pen: Pen | None = None
        self._place: tuple[int, int] | None = None
        self._after_odd: tuple[int, int] | None = None
        """Where the cursor stands if the terminal gives a wide letter the width that we give it."""
        self._parts: list[str] = []

    def forget(self) -> None:
        """The terminal may show anything: send everything next time."""
        self._sent = [None] * self._canvas.height
        self._pen = self._place = None

    def leave(self) -> str:
        """What ends our colours, before somebody else writes."""
        end = change(self._pen, PLAIN) if self._pen not in {None, PLAIN} else ""
        self.forget()
        return end

    def paint(self, limit: int) -> str:
        """The next bytes, the lines that changed last first; nothing when all is shown.

        Args:
            limit: how many letters to hand out at most, give or take a line.
        """
        if len(self._sent) != self._canvas.height:
            self.forget()
        self._parts, length = [], 0
        for y in self._waiting():
            before = len(self._parts)
            self._row(y)
            length += sum(map(len, self._parts[before:]))
            if length > limit:
                break
        else:
            x, y = self._canvas.cursor
            self._go(min(x, self._canvas.width - 1), min(y, self._canvas.height - 1))
        painted = "".join(self._parts)
        if self._canvas.synchronised and len(painted) > _WORTH_ONE_FRAME:
            return f"{_BEGIN}{painted}{_END}"
        return painted

    def _waiting(self) -> list[int]:
        """The lines that differ. A moved cursor's lines are newer than what still waits, and go before it."""
        rows, sent = self._canvas.rows, self._sent
        differ = [y for y, row in enumerate(rows) if (was := sent[y]) is None or was.stamp != row.stamp]
        return sorted(differ, key=lambda y: -rows[y].stamp)

    def _row(self, y: int) -> None:
        row, was = self._canvas.rows[y], self._sent[y]
        self._sent[y] = row.copy()
        if was is None or len(was.texts) != len(row.texts):
            self._run(y, row, 0, len(row.texts))
        elif row.is_odd or was.is_odd:
            if was.texts != row.texts or was.pens != row.pens:
                self._run(y, row, 0, len(row.texts))
        else:
            for first, end in _runs(row, was):
                self._run(y, row, first, end)

    def _run(self, y: int, row: Row, first: int, end: int) -> None:
        """Write these cells of a line."""
        tail = self._tail(row)
        x, stop = first, min(end, max(tail, first)) if end - tail > _NEAR else end
        while x < stop:
            blanks = self._blanks(row, x, stop)
            if blanks > _FEW_BLANKS:
                self._erase(x, y, row.pens[x], f"\x1b[{blanks}X")
                x += blanks
            else:
                x = self._letter(y, row, x)
        if stop < end:
            self._erase(stop, y, row.pens[stop], "\x1b[K")

    def _erase(self, x: int, y: int, pen: Pen, sequence: str) -> None:
        self._go(x, y)
        self._take_blank_pen(pen)
        self._parts.append(sequence)

    def _tail(self, row: Row) -> int:
        """Where the blanks begin that can be erased to the end of the line."""
        tail, last = len(row.texts), row.pens[-1]
        if not self._erasable(last):
            return tail
        while tail and row.texts[tail - 1] == " " and row.pens[tail - 1] is last:
            tail -= 1
        return tail

    def _blanks(self, row: Row, x: int, end: int) -> int:
        """How many blanks of one colour begin here that can be erased."""
        pen = row.pens[x]
        if not self._powers.erases_cells or row.texts[x] != " " or not self._erasable(pen):
            return 0
        stop = x
        while stop < end and row.texts[stop] == " " and row.pens[stop] is pen:
            stop += 1
        return stop - x

    def _erasable(self, pen: Pen) -> bool:
        plain = not pen.marks & VISIBLE_ON_BLANK and not pen.link
        return plain and (not pen.back or self._powers.colours_erased)

    def _letter(self, y: int, row: Row, x: int) -> int:
        """Write one letter; where the next one begins."""
        text, pen = row.texts[x], row.pens[x]
        end = x + 1
        while end < len(row.texts) and not row.texts[end]:
            end += 1
        odd = len(text) != 1 or end - x != 1
        if not (odd and self._after_odd == (x, y)):
            self._go(x, y)
        if text == " " and not pen.marks & VISIBLE_ON_BLANK and not pen.link:
            self._take_blank_pen(pen)
        else:
            self._take(pen)
        self._parts.append(text or " ")
        self._place = None if odd or end >= len(row.texts) else (end, y)
        self._after_odd = (end, y) if odd else None
        return end

    def _take_blank_pen(self, pen: Pen) -> None:
        """Only what is seen of a blank must be right: the colour behind it."""
        now = self._pen
        if now is None or now.link:
            self._take(pen)
        else:
            self._take(Pen(now.fore, pen.back, now.marks & ~VISIBLE_ON_BLANK))

    def _take(self, pen: Pen) -> None:
        if pen != self._pen:
            self._parts.append(change(self._pen, pen))
            self._pen = pen

    def _go(self, x: int, y: int) -> None:
        """Move the terminal's cursor, if it is not there."""
        if self._place == (x, y):
            return
        here, self._place = self._place, (x, y)
        if here is not None and here[1] == y and x > here[0]:
            self._parts.append(f"\x1b[{x - here[0]}C" if x - here[0] > 1 else "\x1b[C")
        elif here is not None and (x, y) == (0, here[1] + 1):
            self._parts.append("\r\n")
        else:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")


def _runs(row: Row, was: Row) -> list[tuple[int, int]]:
    """The stretches of a line that differ; those near each other are one."""
    found: list[tuple[int, int]] = []
    for x, (text, pen, old_text, old_pen) in enumerate(zip(row.texts, row.pens, was.texts, was.pens, strict=True)):
        if text == old_text and pen is old_pen:
            continue
        if found and x - found[-1][1] <= _NEAR and all(one is pen for one in row.pens[found[-1][1] : x]):
            found[-1] = (found[-1][0], x + 1)
        else:
            found.append((x, x + 1))
    return found

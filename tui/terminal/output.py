"""Writes to the terminal in a thread of its own: the application never waits for the line, however slow it is."""

from __future__ import annotations

import logging
import os
import select
import time
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from tui.terminal.canvas import Canvas, changes_cells
from tui.terminal.pace import Pace
from tui.terminal.painter import Painter
from tui.terminal.powers import Powers

_log = logging.getLogger(__name__)
_LEAVE_SECONDS = 1.0
"""So long the line may take for what still waits when the application ends."""
_ANSWER_SECONDS = 1.0
"""So long an answer of the terminal is waited for then; later it would be typed into the shell."""


class Output:
    """The way to the terminal: a drawing that the line has not taken is replaced by the next one."""

    def __init__(
        self, fileno: int, canvas: Canvas, powers: Powers, *, draw_again: Callable[[], object] = lambda: None
    ) -> None:
        """Begin to write.

        Args:
            fileno: where the terminal is written to.
            canvas: what it is to show; from now on it is changed here alone.
            powers: what the terminal understands.
            draw_again: has the application draw everything, after a fault of this module.
        """
        self._draw_again = draw_again
        self._fileno = fileno
        self._canvas = canvas
        self._powers = powers
        self._painter = Painter(canvas, powers)
        self._pace = Pace(time.monotonic)
        self._changed = Condition()
        self._controls: deque[str] = deque()
        self._drawn = False
        self._is_sending = False
        """Whether the line is taking what was handed to it last."""
        self._ends = False
        self._asks = True
        self._unread = False
        """Whether drawings are passed on as they are, because one could not be read."""
        self._thread = Thread(target=self._run, name="terminal output", daemon=True)
        self._thread.start()

    def write(self, data: str, size: tuple[int, int]) -> None:
        """Take what Textual writes, and return at once.

        Args:
            data: letters and sequences.
            size: columns and lines of the application.
        """
        with self._changed:
            if size != (self._canvas.width, self._canvas.height):
                self._canvas.resize(*size)
                self._painter.forget()
            for control in self._read(data):
                if changes_cells(control):
                    self._controls.append(self._painter.leave())
                if self._powers.understands(control):
                    self._controls.append(control)
            self._drawn = True
            self._changed.notify()

    def _read(self, data: str) -> list[str]:
        if not self._unread:
            try:
                return self._canvas.feed(data)
            except Exception:  # noqa: BLE001  # any fault: the screen continues without this module
                self._give_up()
        return [data]

    def _give_up(self) -> None:
        """From now on hand everything on as it is: more bytes, but a picture."""
        _log.exception("a drawing could not be read or sent; from now on all are passed on as they are")
        self._unread = True
        self._draw_again()

    @property
    def has_sent_all(self) -> bool:
        """Whether the line has taken all that was drawn, and the terminal has answered where it was asked."""
        with self._changed:
            return not (self._drawn or self._controls or self._is_sending or self._pauses)

    def forget(self) -> None:
        """Something else may have written to the terminal: send everything with the next drawing."""
        with self._changed:
            self._painter.forget()

    def answered(self) -> None:
        """The terminal has answered the last question."""
        with self._changed:
            self._pace.answered()
            self._changed.notify_all()

    def ask_no_more(self) -> None:
        """Nobody will hear answers any more: wait for the one that is due, for a moment."""
        with self._changed:
            self._asks = False
            self._changed.wait_for(lambda: not self._pace.awaits_answer, _ANSWER_SECONDS)

    def end(self) -> None:
        """Write what still waits, and stop; a line that takes nothing is not waited for."""
        with self._changed:
            self._ends = True
            self._changed.notify()
        self._thread.join(_LEAVE_SECONDS)

    def _run(self) -> None:
        try:
            while (data := self._next()) is not None:
                self._send(data.encode("utf-8", "replace"))
                with self._changed:
                    self._is_sending = False
        except OSError:
            _log.info("the terminal is gone")

    def _next(self) -> str | None:
        """What is to be sent now; None when there will be nothing more."""
        with self._changed:
            while not self._controls and not (self._drawn and not self._pauses):
                if self._ends:
                    return None
                self._changed.wait(self._pace.seconds_to_wait if self._drawn else None)
            controls = "".join(self._controls)
            self._controls.clear()
            self._is_sending = True
            return controls + self._painting()

    @property
    def _pauses(self) -> bool:
        return self._asks and self._pace.seconds_to_wait > 0

    def _painting(self) -> str:
        if self._unread or self._canvas.is_left:
            self._drawn = False
            return ""
        if self._pauses:
            return ""
        try:
            painted = self._painter.paint(self._pace.piece)
        except Exception:  # noqa: BLE001  # the thread must live, to give the terminal back at the end
            self._give_up()
            painted = ""
        self._drawn = bool(painted)
        return painted + (self._pace.question_after(len(painted)) if self._asks else "")

    def _send(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._fileno, data) :]
            except BlockingIOError:
                select.select([], [self._fileno], [])

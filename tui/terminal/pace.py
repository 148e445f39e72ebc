"""How much is handed to the line at once, by how long the terminal took to answer after the last piece.

A slow line hides behind buffers that take many seconds' worth at once; what is in them cannot be taken back. So the
terminal is asked now and then where its cursor stands: once it has answered, all before the question has arrived. Until
then what changes is only noted. A terminal that never answers is not waited for.
"""

from __future__ import annotations

from collections.abc import Callable

QUESTION = "\x1b[6n"
"""Where does the cursor stand?"""
_ASK_AFTER = 800
"""So many letters are sent without a question; a moved cursor takes fewer."""
_FIRST_PIECE, _LEAST, _MOST = 4096, 720, 65_536
_PIECE_SECONDS = 0.5
"""How long a piece may be under way."""
_PATIENCE_SECONDS = 6.0
"""After that the answer is taken for lost."""


class Pace:
    """The questions to one terminal, and what its answers say about the line."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Ask with the first piece, and wait for nobody yet.

        Args:
            now: tells the time in seconds.
        """
        self._now = now
        self._answers = False
        self._asked_at: float | None = None
        self._since_question = _ASK_AFTER
        self._in_question = 0
        self.piece = _FIRST_PIECE
        """How many letters may be sent now."""

    @property
    def seconds_to_wait(self) -> float:
        """How long to wait for the answer at most before more is sent; 0 if nothing is to be waited for."""
        if self._asked_at is None or not self._answers:
            return 0.0
        left = self._asked_at + _PATIENCE_SECONDS - self._now()
        if left <= 0:
            self._asked_at, self._answers = None, False
        return max(0.0, left)

    @property
    def awaits_answer(self) -> bool:
        """Whether a terminal that is known to answer has not answered yet."""
        return self._asked_at is not None and self._answers

    def question_after(self, length: int) -> str:
        """What is to be asked behind so many letters; mostly nothing."""
        self._since_question += length
        if not length or self._since_question < _ASK_AFTER or self._asked_at is not None:
            return ""
        self._asked_at, self._in_question, self._since_question = self._now(), length, 0
        return QUESTION

    def answered(self) -> None:
        """The terminal has answered: it shows everything up to the question."""
        if self._asked_at is None:
            return
        seconds, self._asked_at, self._answers = max(1e-3, self._now() - self._asked_at), None, True
        self.piece = max(_LEAST, min(_MOST, int(self._in_question * _PIECE_SECONDS / seconds)))

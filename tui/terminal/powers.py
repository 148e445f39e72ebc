"""What the terminal understands, as its entry in the terminfo database tells."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

_OLD_TERMINALS = re.compile(r"linux|vt\d|ansi|cons25|dumb|sun")
_QUESTIONS = re.compile(r"\x1b\[\?\d++\$p|\x1b\[[<>]\d*+u|\x1b\]22;")


@dataclass(frozen=True)
class Powers:
    """What may be sent beside letters, colours and places of the cursor, which every terminal understands."""

    colours_erased: bool = False
    """Whether what is erased gets the present background (`bce`)."""
    erases_cells: bool = False
    """Whether it erases so many cells from the cursor on (`ech`)."""
    old: bool = False
    """Whether it shows letters of what it does not understand: questions, and how keys are to be reported."""

    def understands(self, control: str) -> bool:
        """Whether this sequence of Textual's may be sent."""
        return not (self.old and _QUESTIONS.match(control))


def powers_of(term: str | None = None) -> Powers:
    """The powers of a terminal of this name, the one of the environment by default; few of an unknown one."""
    term = os.environ.get("TERM", "") if term is None else term
    old = bool(_OLD_TERMINALS.match(term))
    try:
        import curses  # noqa: PLC0415  # not on every platform

        with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123  # its number is needed alone
            curses.setupterm(term or "dumb", nowhere.fileno())
        return Powers(curses.tigetflag("bce") > 0, bool(curses.tigetstr("ech")), old)
    except (ImportError, OSError, curses.error):
        return Powers(old=old)

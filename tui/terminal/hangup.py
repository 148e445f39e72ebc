"""A console ends with its terminal. The run continues: it is a process of its own."""

from __future__ import annotations

import logging
import os
import select
import signal
import stat
from collections.abc import Callable
from threading import Event, Thread

LEAVE_SECONDS = 5.0
"""So long an application whose terminal is gone may take to end by itself: it still writes drafts."""
_BETWEEN_SECONDS = 0.5
_log = logging.getLogger(__name__)


def end_with_the_terminal() -> None:
    """Let a hang-up end the process even where its starter (`nohup`, some job runners) had hang-ups ignored.

    Else a console on a terminal that is gone would read its end of file for ever.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def watch_terminal(fileno: int, gone: Callable[[], object]) -> None:
    """Tell once that the terminal is gone, and end the process where that does not end it.

    SIGHUP comes only from the controlling terminal of a session. On any other one nothing but the terminal itself tells
    that its other side was closed.

    Args:
        fileno: what the terminal is read from; anything else than a terminal is not watched.
        gone: asks the application to end; called in a thread of its own.
    """
    if stat.S_ISCHR(os.fstat(fileno).st_mode):  # one that is gone already is no terminal to `isatty`
        Thread(target=_watch, args=(fileno, gone), name="terminal watch", daemon=True).start()


def _watch(fileno: int, gone: Callable[[], object]) -> None:
    poll = select.poll()
    poll.register(fileno, 0)  # of a hang-up it tells unasked; waiting for it costs nothing
    if not any(happened & select.POLLHUP for _fileno, happened in poll.poll()):
        return  # closed by ourselves, or this system cannot watch a terminal
    _log.info("the terminal is gone")
    gone()
    _end(signal.SIGHUP)


def end_by_force_later(number: int) -> None:
    """End the process by a signal where what was asked to end does not; drafts are written before.

    Args:
        number: the signal that asked; its handler lets the next one end the process.
    """
    Thread(target=_end, args=(number,), name="bounded end", daemon=True).start()


def _end(number: int) -> None:
    """Wait for the application, then signal: the first may meet a handler, which a stuck program never runs."""
    Event().wait(LEAVE_SECONDS)
    for each in (number, number, signal.SIGKILL):
        os.kill(os.getpid(), each)
        Event().wait(_BETWEEN_SECONDS)

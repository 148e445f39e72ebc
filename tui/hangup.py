"""A console ends with its terminal. The run goes on: it is a process of its own."""

from __future__ import annotations

import signal


def end_with_the_terminal() -> None:
    """Let a hang-up end the process even where whoever started it (`nohup`, some job runners) has hang-ups ignored.

    Else a console on a terminal that is gone would read its end of file for ever.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

"""A console ends with its terminal. The run continues: it is a process of its own."""

from __future__ import annotations

import signal


def end_with_the_terminal() -> None:
    """Let a hang-up end the process even where its starter (`nohup`, some job runners) had hang-ups ignored.

    Else a console on a terminal that is gone would read its end of file for ever.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

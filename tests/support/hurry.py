"""A quicker clock for processes of the program, whose runs pause for seconds that a test has no use for.

Only what is waited for by `imaging.runtime.clock` passes more quickly; HTTP, drawing and the time of day do not.
"""

from __future__ import annotations

import asyncio
import os
import time

from imaging.runtime.clock import SystemClock

CLOUD_SPEED, HASTE = 20, 3
"""How many seconds of the demonstration cloud, and of the program's runs, pass in a real one."""
SPEED = "TESTS_CLOCK_SPEED"
"""The variable of the environment that says how many of the program's seconds pass in a real one."""


def hurry() -> None:
    """Let the clock of this process run as its environment says."""
    speed = float(os.environ.get(SPEED, "1"))
    if speed == 1:
        return

    async def sleep(_: SystemClock, seconds: float) -> None:
        await asyncio.sleep(seconds / speed)

    SystemClock.monotonic = lambda _: time.monotonic() * speed  # type: ignore[method-assign, assignment]
    SystemClock.sleep = sleep  # type: ignore[method-assign, assignment]

"""Time, injected: the engine never reads a clock or sleeps but through this."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine knows of time."""

    def now(self) -> datetime:
        """The time of day, in UTC; may jump."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Let others work for so many seconds."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)

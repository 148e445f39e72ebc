"""A clock that is turned: ten idle minutes pass in seconds, and every pause has its exact length."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.support.demo import DemoCloud

_PATIENCE_SECONDS = 30.0


class TurnedClock:
    """The console's clock and the demonstration cloud's, turned together from pause to pause."""

    def __init__(self, cloud: DemoCloud) -> None:
        """Hold the cloud's clock.

        Args:
            cloud: the cloud whose time passes together with this clock's.
        """
        cloud.hold()
        self._cloud = cloud
        self._begun = datetime.fromtimestamp(cloud.now(), UTC)
        self._passed = 0.0
        self._sleepers: dict[asyncio.Future[None], float] = {}
        self._wanted = 0
        self._all_asleep = asyncio.Event()

    def now(self) -> datetime:
        """The time of day."""
        return self._begun + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds that have passed."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock is turned that far."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = self._passed + seconds
        self._settle()
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper, None)

    async def asleep(self, sleepers: int) -> None:
        """Wait, in real time, until so many sleep: then nothing is under way any more.

        Raises:
            TimeoutError: they never do.
        """
        self._wanted = sleepers
        self._settle()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._all_asleep.wait()

    async def turn(self, seconds: float, *, sleepers: int) -> None:
        """Let time pass, from one sleeper's end to the next, each time until all sleep again.

        Args:
            seconds: how long.
            sleepers: how many there are when nothing is under way.
        """
        end = self._passed + seconds
        await self.asleep(sleepers)
        while (wake := min(self._sleepers.values())) <= end:
            await self._go_to(wake)
            await self.asleep(sleepers)
        await self._go_to(end)

    def _settle(self) -> None:
        if len(self._sleepers) >= self._wanted:
            self._all_asleep.set()
        else:
            self._all_asleep.clear()

    async def _go_to(self, moment: float) -> None:
        await asyncio.to_thread(self._cloud.turn, moment - self._passed)
        self._passed = moment
        for sleeper in [one for one, wake in self._sleepers.items() if wake <= moment]:
            del self._sleepers[sleeper]
            sleeper.set_result(None)

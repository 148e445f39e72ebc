"""The runners of one state directory: one is started and seen to begin, or ended where it only waits."""

from __future__ import annotations

import contextlib
import os
import signal

from imaging.cloud.login.resolution import ResolvedCloud
from imaging.runs.engine.trouble import trouble_of
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import this_process
from imaging.runs.process.spawn import Spawn
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.errors import ImagingError, RunError
from models.run.record import RunRecord, RunState

_START_SECONDS = 30.0
"""How long a runner may take to begin; a busy login node takes seconds to start Python."""
_START_POLL_SECONDS = 0.1


class Runners:
    """Starts and ends runners, and sees by their leases that they did."""

    def __init__(self, journal: Journal, clock: Clock, paths: Paths, spawn: Spawn) -> None:
        self._journal = journal
        self._clock = clock
        self._paths = paths
        self._spawn = spawn

    async def begin(self, record: RunRecord, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Start a runner and see it begin; a run that never began at all is over."""
        try:
            await self._start(record, resolved, other_host)
        except ImagingError as error:
            if await self._journal.held_lease(record.id) is None:
                trouble, now = trouble_of(error), self._clock.now()
                await self._journal.request_change(
                    record.id, lambda changes: changes.run(state=RunState.FAILED, ended_at=now, trouble=trouble)
                )
            raise
        return await self._journal.run(record.id)

    async def _start(self, record: RunRecord, resolved: ResolvedCloud, other_host: str | None) -> None:
        before = await self._lease_number(record.id)
        started = await self._spawn(record.id, resolved, self._paths, other_host=other_host)
        deadline = self._clock.monotonic() + _START_SECONDS
        while await self._lease_number(record.id) == before:
            if started.ended and await self._lease_number(record.id) == before:
                raise RunError(
                    "The runner ended before it began.", meaning="Nothing was changed.", remedy=started.last_words()
                )
            if self._clock.monotonic() >= deadline:
                raise RunError(
                    f"The runner has not begun within {_START_SECONDS:.0f} s.",
                    meaning="It may still do so.",
                    remedy=f"See `imaging watch {record.id}`.",
                )
            await self._clock.sleep(_START_POLL_SECONDS)

    async def _lease_number(self, run_id: str) -> int:
        held = await self._journal.held_lease(run_id)
        return held.number if held else 0

    async def end_waiting(self, record: RunRecord) -> None:
        """Have a living runner of this machine that only waits give up the run, for a new login to continue with."""
        held = await self._journal.held_lease(record.id)
        if held is None or held.holder is None or held.holder != this_process(held.holder.pid):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(held.holder.pid, signal.SIGTERM)
        deadline = self._clock.monotonic() + _START_SECONDS
        while self._clock.monotonic() < deadline:
            held = await self._journal.held_lease(record.id)
            if held is None or held.holder is None:
                return
            await self._clock.sleep(_START_POLL_SECONDS)

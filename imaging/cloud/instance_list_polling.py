"""The list of instances, kept fresh with few calls.

After one full list, `changes-since` asks Nova only for what changed. The question starts at the server's own time,
never this machine's, minus a minute for what was still being written. A full list follows after an hour without an
answer, and when the machine slept. Volume changes are not seen this way: the instance whose checklist is open is
polled by itself (`imaging.cloud.instance_facts.refresh_facts`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from imaging.cloud.interface import Cloud
from imaging.runtime.clock import Clock
from models.cloud.instance import Instance
from models.errors import ImagingError, RateLimitedError

IDLE_SECONDS = 15.0
"""Between two questions while nothing happens: four a minute, of the six that the console allows itself."""
BUSY_SECONDS = 3.0
"""Between two questions while an instance is in transition."""
_BUSY_SHARE = 0.1
"""While nothing changes, the next question comes after a tenth of the time since something did: an upload of half an
hour needs no poll every three seconds, and what hangs in transition for ever none at all."""
_OVERLAP = timedelta(seconds=60)
_AHEAD = timedelta(days=1)
"""How far ahead of our clock the cloud's may be. What is dated later would hide all changes until then."""
_FULL_AFTER_SECONDS = 3600.0
_JUMP_SECONDS = 60.0
"""When wall clock and monotonic clock part by more than this, the machine slept (or its clock was set)."""
_GONE = frozenset({"DELETED", "SOFT_DELETED"})
_TRANSIENT = frozenset(
    {"BUILD", "REBUILD", "REBOOT", "HARD_REBOOT", "RESIZE", "REVERT_RESIZE", "MIGRATING", "PASSWORD"}
)


@dataclass(frozen=True)
class WatchEvent:
    """What differs from before. An event comes when something does, so an idle screen stays still; or to a refresh."""

    changed: tuple[Instance, ...] = ()
    """New or different instances; a full list comes page by page, newest first."""
    gone: tuple[str, ...] = ()
    complete: bool = True
    """False while pages of a full list are still to come."""
    trouble: ImagingError | None = None
    """Why the list cannot be refreshed; what was known stays as it is, from `InstanceWatch.read_at`. None: all well."""


class InstanceWatch:
    """The instances of the project, as a plain object: no screen, no threads."""

    def __init__(self, cloud: Cloud, clock: Clock) -> None:
        """Know nothing yet; `events` begins with the full list.

        Args:
            cloud: the cloud.
            clock: for the pauses, and to notice that the machine slept.
        """
        self._cloud = cloud
        self._clock = clock
        self._by_id: dict[str, Instance] = {}
        self._since: datetime | None = None
        self._asked_monotonic: float | None = None
        self._asked_wall: datetime | None = None
        self._changed_monotonic = clock.monotonic()
        self._trouble: str | None = None
        self._want_full = True
        self._nudge = asyncio.Event()
        self.read_at: datetime | None = None
        """When the list was last known to be true, by our clock; None before the first answer."""

    @property
    def instances(self) -> Mapping[str, Instance]:
        """All instances by id, as last known."""
        return self._by_id

    def refresh(self, *, full: bool = False) -> None:
        """Ask now instead of at the end of the pause; with `full`, for the whole list.

        An event tells that it is done, also where nothing differs: who asked for it waits.
        """
        self._want_full = self._want_full or full
        self._nudge.set()

    async def events(self) -> AsyncGenerator[WatchEvent, None]:
        """Every change from now on, for ever. Errors are events too; the watch continues."""
        while True:
            is_asked_for = self._nudge.is_set()
            self._nudge.clear()
            try:
                async for event in self._poll():
                    yield event
                if is_asked_for or self._trouble is not None:
                    self._trouble = None
                    yield WatchEvent()
            except ImagingError as error:
                if is_asked_for or error.what != self._trouble:
                    self._trouble = error.what
                    yield WatchEvent(trouble=error)
                # A cloud that asks for more time gets it; less than our own pause is never used.
                asked = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
                pause = max(IDLE_SECONDS, asked or 0.0)
            else:
                pause = self._pause_seconds
            await self._rest(pause)

    @property
    def _pause_seconds(self) -> float:
        quiet = self._clock.monotonic() - self._changed_monotonic
        in_transition = any(one.task_state or one.status in _TRANSIENT for one in self._by_id.values())
        return min(IDLE_SECONDS, max(BUSY_SECONDS, quiet * _BUSY_SHARE)) if in_transition else IDLE_SECONDS

    async def _poll(self) -> AsyncIterator[WatchEvent]:
        now, wall = self._clock.monotonic(), self._clock.now()
        if self._want_full or self._since is None or self._slept(now, wall):
            async for event in self._full():
                yield event
        else:
            event = await self._changes(self._since)
            if event.changed or event.gone:
                yield event
        self._asked_monotonic, self._asked_wall = now, wall

    def _slept(self, now: float, wall: datetime) -> bool:
        """Whether so long ago was the last answer, or the clocks parted so far, that the list is not to be trusted."""
        if self._asked_monotonic is None or self._asked_wall is None:
            return True
        passed = now - self._asked_monotonic
        by_wall = (wall - self._asked_wall).total_seconds()
        return passed > _FULL_AFTER_SECONDS or abs(by_wall - passed) > _JUMP_SECONDS

    async def _full(self) -> AsyncIterator[WatchEvent]:
        """The whole list, page by page; what is not in it any more is gone."""
        seen: set[str] = set()
        newest: datetime | None = None
        latest = self._clock.now() + _AHEAD
        differs = self.read_at is None
        async for page in self._cloud.compute.instances():
            seen.update(one.id for one in page)
            times = (newest, *(one.updated_at for one in page))
            newest = max((time for time in times if time and time <= latest), default=None)
            if changed := self._merge(page):
                differs = True
                yield WatchEvent(changed=changed, complete=False)
        # Only after the last page: until then an instance may still come.
        gone = tuple(self._by_id.keys() - seen)
        self._drop(gone)
        self._want_full = False
        self._since = newest - _OVERLAP if newest else None
        self.read_at = self._clock.now()
        if differs or gone:
            yield WatchEvent(gone=gone)

    async def _changes(self, since: datetime) -> WatchEvent:
        answer = await self._cloud.compute.changed_instances(since)
        gone = tuple(one.id for one in answer.instances if one.status in _GONE and one.id in self._by_id)
        # V28: the answer holds what was deleted, too.
        changed = self._merge(tuple(one for one in answer.instances if one.status not in _GONE))
        self._drop(gone)
        if answer.server_time is not None:
            # Never backwards: a load balancer may send the next question to a host whose clock is behind.
            self._since = max(since, answer.server_time - _OVERLAP)
        self.read_at = self._clock.now()
        return WatchEvent(changed=changed, gone=gone)

    def _merge(self, instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
        """Take over what differs, and return it."""
        changed = tuple(one for one in instances if self._by_id.get(one.id) != one)
        self._by_id.update((one.id, one) for one in changed)
        if changed:
            self._changed_monotonic = self._clock.monotonic()
        return changed

    def _drop(self, gone: tuple[str, ...]) -> None:
        for instance_id in gone:
            self._by_id.pop(instance_id, None)

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until `refresh`."""
        # A refresh that was asked for during the poll itself must not wait for the next pause.
        if self._nudge.is_set():
            return
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        nudge = asyncio.ensure_future(self._nudge.wait())
        try:
            await asyncio.wait({sleep, nudge}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            nudge.cancel()

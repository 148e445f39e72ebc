"""A few threads of our own, one openstack connection each, one login shared by all.

The SDK is synchronous and its connections must not be shared between threads. asyncio's own executor will not do:
its threads are joined at exit, so that one hanging call would keep the program from quitting. These are daemon
threads, and a caller waits no longer than the call's limit.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from models.errors import UnreachableError

T = TypeVar("T")

_log = logging.getLogger(__name__)

_THREADS = 4
"""Enough for the five services of one checklist side by side; more would only crowd the cloud."""
_FAREWELL_SECONDS = 0.5
"""How long `close` lets idle threads put their sockets away. Busy ones are left behind."""


class CallTimeoutError(Exception):
    """A call took longer than its limit; its thread was given up."""


class Connection(Protocol):
    """What each thread has to itself."""

    def close(self) -> None:
        """Put its sockets away."""


C = TypeVar("C", bound=Connection)


@dataclass
class _Job(Generic[C]):
    """One call on its way through the pool."""

    work: Callable[[C], Any]
    loop: asyncio.AbstractEventLoop
    taken: asyncio.Future[_Worker[C]]
    done: asyncio.Future[Any]

    def tell(self, future: asyncio.Future[Any], value: Any = None, error: BaseException | None = None) -> None:
        """Give a result to the loop, from any thread; nobody may be waiting any more."""

        def settle() -> None:
            if future.done():
                return
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)

        _call_soon(self.loop, settle)


@dataclass
class _Worker(Generic[C]):
    """One thread and its connection, which is made at its first job."""

    jobs: queue.SimpleQueue[_Job[C] | None]
    new_connection: Callable[[], C]
    loop: asyncio.AbstractEventLoop
    on_gone: Callable[[], None]
    given_up: threading.Event = field(default_factory=threading.Event)
    connection: C | None = None

    def run(self) -> None:
        """Work until told to stop or given up."""
        try:
            while not self.given_up.is_set() and (job := self.jobs.get()) is not None:
                self._do(job)
        finally:
            if self.connection is not None:
                self.connection.close()
            # A thread that was given up has been counted off already.
            if not self.given_up.is_set():
                _call_soon(self.loop, self.on_gone)

    def _do(self, job: _Job[C]) -> None:
        # The caller left while the job was in the queue: a change that nobody waits for is not sent.
        if job.taken.cancelled():
            return
        # The limit counts from here on: time in the queue is not the cloud's fault.
        job.tell(job.taken, self)
        try:
            # Made in the thread that uses it: the SDK's connections must not pass from one thread to another.
            if self.connection is None:
                self.connection = self.new_connection()
            job.tell(job.done, job.work(self.connection))
        except BaseException as error:  # noqa: BLE001  # any exception belongs to the caller that waits
            job.tell(job.done, error=error)


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Have the loop call something; a loop that has ended has nobody left who waits."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


class Pool(Generic[C]):
    """Runs calls on its threads; grows as calls wait, up to four."""

    def __init__(self, new_connection: Callable[[], C], *, threads: int = _THREADS) -> None:
        """Start no thread yet.

        Args:
            new_connection: makes the connection of a thread, in that thread, at its first call.
            threads: how many there may be.
        """
        self._new_connection = new_connection
        self._most = threads
        self._jobs: queue.SimpleQueue[_Job[C] | None] = queue.SimpleQueue()
        self._under_way: set[asyncio.Future[Any]] = set()
        self._calls = 0
        self._workers = 0
        self._closed = False
        self._all_gone = asyncio.Event()

    async def run(self, work: Callable[[C], T], *, limit_seconds: float) -> T:
        """Run `work` in one of the threads.

        Cancelling the caller takes a call out that has not begun; one that has begun runs on unheard.

        Args:
            work: what is done with the thread's connection.
            limit_seconds: how long it may take once it has begun.

        Raises:
            CallTimeoutError: the limit is over.
            UnreachableError: the pool is closed, or was while this call waited.
            Exception: what `work` raises.
        """
        if self._closed:
            raise _closed()
        loop = asyncio.get_running_loop()
        job: _Job[C] = _Job(work, loop, loop.create_future(), loop.create_future())
        waited_for = {job.taken, job.done}
        self._under_way |= waited_for
        self._calls += 1
        try:
            self._grow()
            self._jobs.put(job)
            return cast("T", await self._result(job, await job.taken, limit_seconds))
        finally:
            self._calls -= 1
            self._under_way -= waited_for
            job.done.cancel()

    async def _result(self, job: _Job[C], worker: _Worker[C], limit_seconds: float) -> Any:
        try:
            async with asyncio.timeout(limit_seconds):
                return await job.done
        except TimeoutError:
            # A TimeoutError of the call's own, not of the limit around it.
            if not job.done.cancelled():
                raise
            # The thread cannot be stopped: it is left to its call, and another takes its place.
            worker.given_up.set()
            self._one_gone()
            self._grow()
            raise CallTimeoutError from None

    def _grow(self) -> None:
        if self._closed or self._workers >= min(self._most, self._calls):
            return
        self._workers += 1
        worker: _Worker[C] = _Worker(self._jobs, self._new_connection, asyncio.get_running_loop(), self._one_gone)
        threading.Thread(target=worker.run, name="imaging-cloud", daemon=True).start()

    def _one_gone(self) -> None:
        self._workers -= 1
        if self._workers <= 0:
            self._all_gone.set()

    async def close(self) -> None:
        """Take no more calls, fail those that wait, let idle threads put their sockets away, leave busy ones behind."""
        if self._closed:
            return
        self._closed = True
        for future in self._under_way:
            if not future.done():
                future.set_exception(_closed())
                future.exception()  # nobody but the caller need hear of it
        for _ in range(self._workers):
            self._jobs.put(None)
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                while self._workers > 0:
                    await self._all_gone.wait()
        except TimeoutError:
            _log.info("closed while %d calls were still under way", self._workers)


def _closed() -> UnreachableError:
    return UnreachableError("The connection to the cloud has been closed.")

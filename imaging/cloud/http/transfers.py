"""Transfers of bytes: each in a daemon thread of its own, over a connection of its own, so that no other call waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from imaging.cloud.bounded_http.transfer import Transfer
from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call
from imaging.cloud.http.command_recorder import CommandRecorder, SentCall
from imaging.cloud.http.pool import Pool
from imaging.cloud.http.transport import CloudConnection, Transport
from imaging.cloud.image_bytes import ByteSource
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.errors import ImagingError, UnreachableError

T = TypeVar("T")

IDLE_SECONDS = 120.0
"""How long nothing may move: a store behind Glance that flushes takes half a minute at times."""
ANSWER_SECONDS = 1800.0
"""For the answer once all is sent: a proxy in front of Glance may have kept all of it, and passes it on only now."""
_PART_SECONDS = 300.0
"""For a part of an image, which is 16 MiB at most."""
_FAREWELL_SECONDS = 2.0
"""How long a cancelled caller waits for its thread, which its socket wakes up at once."""


class Transfers:
    """Sends and fetches bytes, and ends what is under way when it is told to."""

    def __init__(
        self,
        new_connection: Callable[[], Any],
        clock: Clock,
        *,
        recorder: CommandRecorder | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Start no thread yet.

        Args:
            new_connection: makes a `ThreadConnection`, in the thread that will use it.
            clock: for the pauses between attempts to read a part.
            recorder: is told about each call that is sent.
            idle_seconds: how long nothing may move.
        """
        self._new_connection = new_connection
        self._recorder = recorder or CommandRecorder(clock)
        self._idle_seconds = idle_seconds
        self._under_way: set[Transfer] = set()
        self._is_closed = False
        pool: Pool[CloudConnection] = Pool(new_connection, threads=1)
        self._parts = Transport(pool, clock, read_seconds=_PART_SECONDS, recorder=recorder)

    async def ask(self, call: Call, read: Callable[[Answer], T]) -> T:
        """Ask for a part that is small enough to be kept, as `Transport.ask`, in the one thread that parts have."""
        return await self._parts.ask(call, read)

    async def send(self, call: Call, content: ByteSource, tell: Callable[[int], None]) -> Answer:
        """Send bytes once, with a token that is fresh.

        Args:
            call: a PUT; its body is `content`.
            content: what is sent.
            tell: is called in the event loop with how many bytes are sent so far.

        Raises:
            LostAnswerError: all was sent, and no answer came.
            UnreachableError: the way broke before that.
            ImagingError: it was refused, or `content` could not be read.
        """
        transfer = Transfer(self._idle_seconds)
        told = _Teller(tell, transfer)

        def work(connection: Any) -> Answer:
            from imaging.cloud.http.byte_exchange import SentBytes, send_bytes  # noqa: PLC0415  # the HTTP libraries: not before they are needed

            body = SentBytes(content, connection.line, transfer, told, answer_seconds=ANSWER_SECONDS)
            return send_bytes(connection, call, body, transfer)

        return await self._aside(transfer, call, work)

    async def fetch(self, call: Call, take: Callable[[bytes], None]) -> None:
        """Fetch bytes, with a token that is fresh; `call.check` says before the first one whether they are right.

        Args:
            call: a GET.
            take: is given each piece, in a thread; what it raises ends the transfer.

        Raises:
            UnreachableError: the way broke.
            ImagingError: it was refused.
        """
        transfer = Transfer(self._idle_seconds, keeps_body=True)

        def work(connection: Any) -> None:
            from imaging.cloud.http.byte_exchange import fetch_bytes  # noqa: PLC0415  # see `send`

            fetch_bytes(connection, call, take, transfer)

        await self._aside(transfer, call, work)

    async def close(self) -> None:
        """End what is under way, and take nothing more."""
        self._is_closed = True
        for transfer in self._under_way:
            transfer.end()
        await self._parts.close()

    async def _aside(self, transfer: Transfer, call: Call, work: Callable[[Any], T]) -> T:
        """Do it in a thread of its own; when this is cancelled, nothing more is sent or taken once it returns."""
        if self._is_closed:
            raise _closed()

        def run() -> T:
            connection = self._new_connection()
            sent = self._recorder.begin(call)
            try:
                return _noted(sent, lambda: work(connection))
            finally:
                connection.close()

        self._under_way.add(transfer)
        job = asyncio.ensure_future(in_thread(run))
        job.add_done_callback(_heard)
        try:
            return await asyncio.shield(job)
        except UnreachableError:
            if self._is_closed:
                raise _closed() from None
            raise
        except asyncio.CancelledError:
            transfer.end()
            await asyncio.wait({job}, timeout=_FAREWELL_SECONDS)
            raise
        finally:
            self._under_way.discard(transfer)


class _Teller:
    """Tells in the event loop how far it is, at most once in each of its turns."""

    def __init__(self, tell: Callable[[int], None], transfer: Transfer) -> None:
        self._tell, self._transfer = tell, transfer
        self._loop = asyncio.get_running_loop()
        self._latest = 0
        self._is_due = False

    def __call__(self, count: int) -> None:
        self._latest = count
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon_threadsafe(self._now)

    def _now(self) -> None:
        self._is_due = False
        if not self._transfer.is_ended:
            self._tell(self._latest)


def _noted(sent: SentCall, perform: Callable[[], T]) -> T:
    """Note the outcome of a call."""
    try:
        done = perform()
    except ImagingError as error:
        sent.failed(error)
        raise
    sent.answered(done.request_id if isinstance(done, Answer) else None)
    return done


def _heard(job: asyncio.Future[Any]) -> None:
    """Nobody may be waiting for it any more."""
    if not job.cancelled():
        job.exception()


def _closed() -> UnreachableError:
    return UnreachableError("The connection to the cloud has been closed.")

"""One call to one service: sent once, or, where that is safe, again.

The libraries' own retries are switched off everywhere: keystoneauth takes a read time-out for a failure to connect
and sends *any* method again, which on a real cloud made four images out of one createImage. Here only what changes
nothing is asked again, and what the cloud itself answered with "not now" (429, or 413 with Retry-After), for then it
did nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call
from imaging.cloud.http.command_recorder import CommandRecorder, SentCall
from imaging.cloud.http.pool import CallTimeoutError, Pool
from imaging.runtime.clock import Clock
from models.errors import ForeignValueError, ImagingError, RateLimitedError, UnreachableError

T = TypeVar("T")

_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_CHANGE_SECONDS = 90.0
"""Nova below 2.101 answers an attach only when the compute host has reserved the device: up to a minute."""
_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 60.0
_PATIENCE_SECONDS = 120.0
"""In all, for one call, even if Retry-After says more."""


_GRACE_SECONDS = 5.0
"""The line ends a call by itself when its time is over; only what it cannot end is given up with its thread."""


def call_seconds(timeout: tuple[float, float]) -> float:
    """How long a call may take in all, with a login before it: an answer may drip, each byte within its time-out."""
    return 2 * sum(timeout)


class CloudConnection(Protocol):
    """What a thread has: one openstack connection."""

    def perform(self, call: Call, timeout: tuple[float, float]) -> Answer:
        """Send a call once. Raises nothing but `ImagingError`."""

    def close(self) -> None:
        """Put its sockets away."""


class Transport:
    """Sends calls through the pool, with time limits and retries."""

    def __init__(
        self,
        pool: Pool[CloudConnection],
        clock: Clock,
        *,
        read_seconds: float | None = None,
        recorder: CommandRecorder | None = None,
    ) -> None:
        """Keep the pool and the patience.

        Args:
            pool: the threads.
            clock: for the pauses between attempts.
            read_seconds: `api_timeout` of clouds.yaml, where the user set one.
            recorder: is told about each call that is sent.
        """
        self._pool = pool
        self._recorder = recorder or CommandRecorder(clock)
        self._clock = clock
        self._read_seconds = read_seconds

    async def ask(self, call: Call, read: Callable[[Answer], T]) -> T:
        """Send a call and read its answer, both in a thread of the pool.

        Raises:
            ImagingError: see `http.refusals`; LostAnswerError if a change was sent and its answer never came.
        """
        attempt, waited = 1, 0.0
        while True:
            try:
                return await self._once(call, read)
            except ImagingError as error:
                pause = _pause(call, error, attempt, waited)
                if pause is None:
                    raise
                _log.info("%s %s: %s; again in %.1f s", call.method, call.url, type(error).__name__, pause)
            await self._clock.sleep(pause)
            attempt, waited = attempt + 1, waited + pause

    async def tell(self, call: Call) -> None:
        """Send a call whose answer says nothing more than that it was taken."""
        await self.ask(call, lambda _answer: None)

    async def run(self, work: Callable[[Any], T], *, limit_seconds: float = 4 * _READ_SECONDS) -> T:
        """Do something with a thread's connection that is no single call, such as the login or a version discovery."""
        try:
            return await self._pool.run(work, limit_seconds=limit_seconds)
        except CallTimeoutError:
            raise UnreachableError("The cloud did not answer in time.") from None

    async def close(self) -> None:
        """Close the pool, in about a second at most."""
        await self._pool.close()

    async def _once(self, call: Call, read: Callable[[Answer], T]) -> T:
        from imaging.cloud.http.no_answer import timed_out  # noqa: PLC0415  # the same
        from imaging.cloud.http.refusals import bad_answer  # noqa: PLC0415  # the HTTP libraries: not before they are needed

        timeout = (_CONNECT_SECONDS, self._read_seconds or (_CHANGE_SECONDS if call.changes else _READ_SECONDS))
        sent: list[SentCall] = []

        def work(connection: CloudConnection) -> T:
            begun = time.perf_counter()
            sent.append(self._recorder.begin(call))
            answer = _noted(sent[0], lambda: _perform(connection, call, timeout))
            _log.debug(
                "%s %s %s: %d in %.3f s (%s)",
                *(call.service, call.method, call.url, answer.status, time.perf_counter() - begun, answer.request_id),
            )
            try:
                # Read in the thread too: a page of a thousand instances would hold up the event loop.
                return read(answer)
            except Exception as error:
                if isinstance(error, ImagingError) and not isinstance(error, ForeignValueError):
                    raise
                _log.debug("unreadable answer", exc_info=error)
                raise bad_answer(answer, call.doing) from None

        try:
            return await self._pool.run(work, limit_seconds=call_seconds(timeout) + _GRACE_SECONDS)
        except CallTimeoutError:
            late = timed_out(call.doing, changes=call.changes)
            for one in sent:
                one.failed(late)
            raise late from None


def _noted(sent: SentCall, perform: Callable[[], Answer]) -> Answer:
    """Note the outcome of a call."""
    try:
        answer = perform()
    except ImagingError as error:
        sent.failed(error)
        raise
    sent.answered(answer.request_id)
    return answer


def _perform(connection: CloudConnection, call: Call, timeout: tuple[float, float]) -> Answer:
    """Send a call once.

    Raises:
        ImagingError: why there is no usable answer.
    """
    from imaging.cloud.http.no_answer import not_taken_in  # noqa: PLC0415  # see `_once`

    try:
        return connection.perform(call, timeout)
    except ImagingError:
        raise
    except Exception as error:  # noqa: BLE001  # a library fell over what the cloud sent
        _log.debug("the answer was too much for a library", exc_info=error)
        raise not_taken_in(call.doing, changes=call.changes) from None


def _pause(call: Call, error: ImagingError, attempt: int, waited: float) -> float | None:
    """How long to wait before the next attempt, in seconds; None where there must be none."""
    from imaging.cloud.http.no_answer import is_passing  # noqa: PLC0415  # see above

    growing = _FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)
    # Before the rule for changes: a 429 was not carried out, so even a change may be sent again.
    if isinstance(error, RateLimitedError):
        asked = error.retry_after_seconds
        # "Retry-After: 0" is common; taken literally it would be a loop without a pause.
        pause = growing if asked is None else max(asked, _FIRST_PAUSE_SECONDS)
        return pause if pause <= _LONGEST_PAUSE_SECONDS and waited + pause <= _PATIENCE_SECONDS else None
    # V25: what changes something is never sent a second time from here; the steps first observe whether it took effect.
    if call.changes or attempt >= _ATTEMPTS or not is_passing(error):
        return None
    return growing

"""One call to one service: sent once, or, where that is safe, again.

The libraries' own retries are switched off everywhere: keystoneauth takes a read time-out for a failure to connect
and sends *any* method again, which on a real cloud made four images out of one createImage. Here only what changes
nothing is asked again, and what the cloud itself answered with "not now" (429, or 413 with Retry-After), for then it
did nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from imaging.cloud.answers import Answer
from imaging.cloud.pool import CallTimeoutError, Pool
from imaging.runtime.clock import Clock
from models.errors import ImagingError, RateLimitedError, UnreachableError

T = TypeVar("T")
Microversion = tuple[int, int]

_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_CHANGE_SECONDS = 90.0
"""Nova below 2.101 answers an attach only when the compute host has reserved the device: up to a minute."""
_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 60.0
_PATIENCE_SECONDS = 120.0
"""In all, for one call, whatever Retry-After says."""


@dataclass(frozen=True)
class Call:
    """What is asked of a service."""

    service: str
    """The attribute of an openstack connection: compute, image, block_storage, network or identity."""
    method: str
    url: str
    """Below the service's endpoint; made with `path`, so that no id can lead elsewhere."""
    doing: str
    """The end of the sentence "The cloud refused to …"."""
    json: Any = None
    params: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    microversion: Microversion | None = None
    harmless: bool = False
    """It changes nothing although it is no GET (Nova's console log is a POST)."""

    @property
    def changes(self) -> bool:
        """Whether it changes something in the cloud, so that it is never sent twice unasked."""
        return self.method != "GET" and not self.harmless


def path(*parts: str) -> str:
    """A path below an endpoint; what is in a part stays in that part, whatever characters it has."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


class CloudLink(Protocol):
    """What a thread has: one openstack connection."""

    def perform(self, call: Call, timeout: tuple[float, float]) -> Answer:
        """Send a call once. Raises errors of ours alone."""

    def close(self) -> None:
        """Put its sockets away."""


class Transport:
    """Sends calls through the pool, with time limits and retries."""

    def __init__(self, pool: Pool[CloudLink], clock: Clock, *, read_seconds: float | None = None) -> None:
        """Keep the pool and the patience.

        Args:
            pool: the threads.
            clock: for the pauses between attempts.
            read_seconds: `api_timeout` of clouds.yaml, where the user set one.
        """
        self._pool = pool
        self._clock = clock
        self._read_seconds = read_seconds

    async def ask(self, call: Call, read: Callable[[Answer], T]) -> T:
        """Send a call and read its answer, both in a thread of the pool.

        Raises:
            ImagingError: see `imaging.cloud.errors`; LostAnswerError if a change was sent and its answer never came.
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
        """Do something with a thread's link that is no single call, such as the login or a version discovery."""
        try:
            return await self._pool.run(work, limit_seconds=limit_seconds)
        except CallTimeoutError:
            raise UnreachableError("The cloud did not answer in time.") from None

    async def close(self) -> None:
        """Let go of the pool, in about a second at most."""
        await self._pool.close()

    async def _once(self, call: Call, read: Callable[[Answer], T]) -> T:
        from imaging.cloud.errors import bad_answer  # noqa: PLC0415  # the HTTP libraries: not before they are needed
        from imaging.cloud.no_answer import timed_out  # noqa: PLC0415  # the same

        seconds = self._read_seconds or (_CHANGE_SECONDS if call.changes else _READ_SECONDS)

        def work(link: CloudLink) -> T:
            begun = time.perf_counter()
            answer = link.perform(call, (_CONNECT_SECONDS, seconds))
            _log.debug(
                "%s %s %s: %d in %.3f s (%s)",
                *(call.service, call.method, call.url, answer.status, time.perf_counter() - begun, answer.request_id),
            )
            try:
                return read(answer)
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                _log.debug("unreadable answer", exc_info=error)
                raise bad_answer(answer, call.doing) from None

        try:
            return await self._pool.run(work, limit_seconds=2 * (_CONNECT_SECONDS + seconds))
        except CallTimeoutError:
            raise timed_out(call.doing, changes=call.changes) from None


def _pause(call: Call, error: ImagingError, attempt: int, waited: float) -> float | None:
    """How long to wait before the next attempt, in seconds; None where there must be none."""
    from imaging.cloud.no_answer import is_passing  # noqa: PLC0415  # see above

    growing = _FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)
    if isinstance(error, RateLimitedError):
        asked = error.retry_after_seconds
        pause = growing if asked is None else max(asked, _FIRST_PAUSE_SECONDS)
        return pause if pause <= _LONGEST_PAUSE_SECONDS and waited + pause <= _PATIENCE_SECONDS else None
    if call.changes or attempt >= _ATTEMPTS or not is_passing(error):
        return None
    return growing

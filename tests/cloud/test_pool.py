"""The pool of threads, by itself."""

from __future__ import annotations

import asyncio
import threading

import pytest

from imaging.cloud.http.pool import CallTimeoutError, Pool
from models.errors import UnreachableError


class Link:
    """Counts how many there are and how many were put away."""

    made = 0
    closed = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.thread = threading.get_ident()

    def close(self) -> None:
        type(self).closed += 1


@pytest.fixture
def connection():
    Link.made = Link.closed = 0
    return Link


@pytest.fixture
async def pool(connection):
    made = Pool(connection, threads=2)
    yield made
    await made.close()


async def test_a_link_is_only_ever_used_in_its_own_thread(pool):
    def same(connection):
        return connection.thread == threading.get_ident()

    assert all(await asyncio.gather(*(pool.run(same, limit_seconds=5) for _ in range(20))))


async def test_there_are_never_more_threads_than_allowed_nor_more_than_calls(pool, connection):
    await pool.run(lambda _: None, limit_seconds=5)
    assert connection.made == 1
    await asyncio.gather(*(pool.run(lambda _: None, limit_seconds=5) for _ in range(20)))
    assert connection.made <= 2


async def test_what_a_call_raises_reaches_its_caller(pool):
    def fail(_):
        raise KeyError("x")

    with pytest.raises(KeyError):
        await pool.run(fail, limit_seconds=5)
    assert await pool.run(lambda _: 7, limit_seconds=5) == 7


async def test_a_time_out_raised_by_the_call_itself_is_not_taken_for_the_pools(pool):
    def fail(_):
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await pool.run(fail, limit_seconds=5)


async def test_a_hanging_call_gives_up_its_thread_and_another_takes_its_place(pool):
    release = threading.Event()
    hanging = [pool.run(lambda _: release.wait(), limit_seconds=0.05) for _ in range(4)]
    outcomes = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(outcome, CallTimeoutError) for outcome in outcomes)
    assert await pool.run(lambda _: "alive", limit_seconds=5) == "alive"
    release.set()


async def test_a_call_that_was_cancelled_before_it_began_never_begins(pool):
    release, done = threading.Event(), []
    busy = [asyncio.ensure_future(pool.run(lambda _: release.wait(), limit_seconds=5)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(pool.run(lambda _: done.append(1), limit_seconds=5))
    await asyncio.sleep(0)
    waiting.cancel()
    release.set()
    await asyncio.gather(*busy)
    await pool.run(lambda _: None, limit_seconds=5)
    assert done == []


async def test_closing_puts_idle_connections_away_and_fails_what_waits(connection, monkeypatch):
    monkeypatch.setattr("imaging.cloud.http.pool._FAREWELL_SECONDS", 10)  # a busy machine takes longer than usual
    pool = Pool(connection, threads=1)
    begun, release = threading.Event(), threading.Event()

    def hold(_):
        begun.set()
        release.wait()

    running = asyncio.ensure_future(pool.run(hold, limit_seconds=5))
    waiting = asyncio.ensure_future(pool.run(lambda _: None, limit_seconds=5))
    assert await asyncio.to_thread(begun.wait, 5)
    closing = asyncio.ensure_future(pool.close())
    for call in (running, waiting):
        with pytest.raises(UnreachableError, match="closed"):
            await call
    release.set()
    await closing
    assert connection.closed == 1
    await pool.close()

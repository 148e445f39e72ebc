"""A confined process does its work and ends, or is ended; it owns nothing that is worth having."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

import pytest

from imaging.runtime.confined import process as confined_process
from imaging.runtime.confined.process import ConfinedProcessError, run_confined

MODULE = "tests.runtime.confined_module"
LONG = 60.0


@pytest.fixture(autouse=True)
def readers_are_forked() -> None:
    """None is: this is about the processes that the program itself starts."""


async def run(request: bytes, *, seconds: float = LONG, limit_bytes: int = 1_000_000) -> bytes:
    return await run_confined(MODULE, request, seconds=seconds, limit_bytes=limit_bytes)


async def fails(request: bytes, **limits) -> str:
    with pytest.raises(ConfinedProcessError) as refused:
        await run(request, **limits)
    return str(refused.value)


@pytest.fixture
def started(monkeypatch) -> list[asyncio.subprocess.Process]:
    """The processes that were started."""
    found: list[asyncio.subprocess.Process] = []
    really = confined_process._start

    async def start(module: str, **other: Sequence[int]) -> asyncio.subprocess.Process:
        found.append(await really(module, **other))
        return found[-1]

    monkeypatch.setattr(confined_process, "_start", start)
    return found


def is_gone(process: asyncio.subprocess.Process) -> bool:
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_what_it_prints_is_the_answer_to_a_request_of_any_size():
    assert await run(b"say: " + b"a" * 95 + b"b" * 3_000_000) == b"a" * 95 + b"3000000"


async def test_one_that_never_ends_is_ended_when_its_time_is_up(started):
    assert await fails(b"never end", seconds=1) == "it was not done after 1 seconds"
    assert is_gone(started[0])


async def test_one_whose_asker_is_cancelled_is_ended(started):
    asking = asyncio.create_task(run(b"never end"))
    while not started:  # noqa: ASYNC110  # nothing tells about it
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert is_gone(started[0])


async def test_one_that_takes_too_much_memory_fails_and_the_asker_goes_on():
    assert await fails(b"take all memory") == "the process that did it ended with status 1"


async def test_one_that_prints_without_end_is_ended(started):
    assert await fails(b"print without end", limit_bytes=2_000_000) == "its answer is larger than 2 MB"
    assert is_gone(started[0])


async def test_it_may_write_no_file():
    assert "ended with status" in await fails(b"write a file")


async def test_it_knows_no_login_and_no_agent(monkeypatch):
    monkeypatch.setenv("OS_PASSWORD", "secret")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere")
    names = (await run(b"environment")).decode().split()
    assert "PATH" in names
    assert not [name for name in names if name.startswith(("OS_", "SSH_", "AWS_"))]


async def test_a_module_that_is_not_there_is_a_failure_and_no_traceback():
    with pytest.raises(ConfinedProcessError, match="ended with status 1"):
        await run_confined("tests.runtime.no_such_module", b"", seconds=LONG, limit_bytes=100)

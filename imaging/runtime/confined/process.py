"""Runs a module of the program in its own process, for work on a stranger's bytes: it can be ended, and owns nothing.

A thread cannot be ended from outside, and a reader that goes astray takes the memory and the time of the whole console.
Such a process gets no login in its environment, may write no file, and ends at a limit of memory or time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

import imaging

_CHUNK_BYTES = 2**16
_STREAM_BYTES = 2**20
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
"""What an interpreter needs of the environment: no `OS_*`, no agent, no home."""


class ConfinedProcessError(Exception):
    """The work was not done; the text says why, as a part of a sentence."""


async def run_confined(
    module: str, request: bytes, *, seconds: float, limit_bytes: int, descriptors: Sequence[int] = ()
) -> bytes:
    """Run `python -m MODULE` with a request on its standard input; what it prints is its answer.

    Args:
        module: a module of the program that calls `imaging.runtime.confined.confinement.confine` first.
        request: all that it gets.
        seconds: after which it is ended, by the running loop's clock.
        limit_bytes: of the answer.
        descriptors: of open files that it may use, under the same numbers.

    Raises:
        ConfinedProcessError: it cannot be started, took too long, printed too much, or failed.
    """
    process = await _start(module, descriptors=descriptors)
    try:
        async with asyncio.timeout(seconds):
            answer = await _exchange(process, request, limit_bytes)
            status = await process.wait()
    except TimeoutError:
        raise ConfinedProcessError(f"it was not done after {seconds:.0f} seconds") from None
    finally:
        await _end(process)
    if status != 0:
        raise ConfinedProcessError(f"the process that did it ended with status {status}")
    return answer


async def stream_confined(
    module: str, *arguments: str, feed: AsyncIterator[bytes], idle_seconds: float
) -> AsyncIterator[bytes]:
    """Run `python -m MODULE` as a filter: what it is fed goes in, what it prints comes out, piece by piece.

    Args:
        module: a module of the program that confines itself first.
        arguments: of the module; nothing secret, for everybody on this machine can read them.
        feed: its standard input.
        idle_seconds: after which it is ended if no piece has come.

    Raises:
        ConfinedProcessError: it cannot be started, was idle too long, or failed.
    """
    process = await _start(module, *arguments)
    assert process.stdin is not None  # noqa: S101  # asked for; for the type checker
    assert process.stdout is not None  # noqa: S101  # the same
    feeding = asyncio.create_task(_feed(process.stdin, feed))
    try:
        async with aclosing(_pieces(process.stdout, idle_seconds)) as pieces:
            async for piece in pieces:
                yield piece
        async with asyncio.timeout(idle_seconds):
            await feeding
            status = await process.wait()
    except TimeoutError:
        raise ConfinedProcessError(f"nothing came from it for {idle_seconds:.0f} seconds") from None
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        await _end(process)
    if status != 0:
        raise ConfinedProcessError(f"the process that did it ended with status {status}")


async def _pieces(stream: asyncio.StreamReader, idle_seconds: float) -> AsyncGenerator[bytes]:
    while True:
        async with asyncio.timeout(idle_seconds):
            piece = await stream.read(_STREAM_BYTES)
        if not piece:
            return
        yield piece


async def _feed(stream: asyncio.StreamWriter, feed: AsyncIterator[bytes]) -> None:
    with suppress(ConnectionError):  # it ended before it had read everything: its status says so
        async for piece in feed:
            stream.write(piece)
            await stream.drain()
        stream.close()


def environment_of_a_module(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which `-m` finds this very program, installed or not."""
    root = str(Path(imaging.__file__).parent.parent)
    if root in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        return environment
    path = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    return environment | {"PYTHONPATH": path}


async def _start(module: str, *arguments: str, descriptors: Sequence[int] = ()) -> asyncio.subprocess.Process:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    try:
        return await asyncio.create_subprocess_exec(
            # `-P`: a file in the user's folder must not be taken for a module of the program.
            *(sys.executable, "-P", "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a traceback could hold what the stranger wrote
            env=environment_of_a_module(handed_on),
            pass_fds=tuple(descriptors),
        )
    except OSError as error:
        raise ConfinedProcessError(f"no process can be started for it: {error.strerror}") from error


async def _exchange(process: asyncio.subprocess.Process, request: bytes, limit_bytes: int) -> bytes:
    assert process.stdin is not None  # noqa: S101  # asked for; for the type checker
    assert process.stdout is not None  # noqa: S101  # the same
    writing = asyncio.create_task(_write(process.stdin, request))
    try:
        return await _read(process.stdout, limit_bytes)
    finally:
        writing.cancel()


async def _write(stream: asyncio.StreamWriter, request: bytes) -> None:
    with suppress(ConnectionError):  # it ended before it had read everything: its status says so
        stream.write(request)
        await stream.drain()
        stream.close()


async def _read(stream: asyncio.StreamReader, limit_bytes: int) -> bytes:
    pieces, size = [], 0
    while piece := await stream.read(_CHUNK_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > limit_bytes:
            raise ConfinedProcessError(f"its answer is larger than {limit_bytes // 1_000_000} MB")
    return b"".join(pieces)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await asyncio.shield(asyncio.gather(process.wait(), _drain(process.stdout)))


async def _drain(stream: asyncio.StreamReader | None) -> None:
    """What was still in the pipe is read, else the pipe stays open."""
    while stream is not None and await stream.read(_STREAM_BYTES):
        pass

"""Runs a module of ours in a process of its own, for work on a stranger's bytes: it can be ended, and it owns nothing.

A thread cannot be ended from outside, and a reader that goes astray takes the memory and the time of the whole console.
Such a process gets no login in its environment, may write no file, and ends at a limit of memory or time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

import imaging

_CHUNK_BYTES = 2**16
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
"""What an interpreter needs of the environment: no `OS_*`, no agent, no home."""


class ConfinedProcessError(Exception):
    """The work was not done; the text says why, as a part of a sentence."""


async def run_confined(module: str, request: bytes, *, seconds: float, limit_bytes: int) -> bytes:
    """Run `python -m MODULE` with a request on its standard input; what it prints is its answer.

    Args:
        module: a module of ours that calls `imaging.runtime.confined.confinement.confine` first.
        request: all that it gets.
        seconds: after which it is ended, by the running loop's clock.
        limit_bytes: of the answer.

    Raises:
        ConfinedProcessError: it cannot be started, took too long, printed too much, or failed.
    """
    process = await _start(module)
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


def environment_of_a_module(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which `-m` finds this very program, installed or not."""
    root = str(Path(imaging.__file__).parent.parent)
    if root in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        return environment
    path = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    return environment | {"PYTHONPATH": path}


async def _start(module: str) -> asyncio.subprocess.Process:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    try:
        return await asyncio.create_subprocess_exec(
            # `-P`: a file in the user's folder must not be taken for a module of ours.
            *(sys.executable, "-P", "-m", module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a traceback could hold what the stranger wrote
            env=environment_of_a_module(handed_on),
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
    await asyncio.shield(process.wait())

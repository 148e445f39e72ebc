"""Inspects the machine that the program itself runs on, as the user who runs it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from imaging.guest.inspection import START_AS_IS, run_probe
from imaging.guest.interface import CommandResult, Telling
from imaging.runtime.clock import Clock
from models import foreign
from models.errors import BadProbeError, GuestUnreachableError
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import Questions
from models.text import many_lines

_SHELL: Final = "/bin/sh"
_CHUNK_BYTES = 2**16
_ENDED = "Z"
_SESSION = 3
"""Place of the session in /proc/PID/stat, counted from behind the name."""
_LONGEST_ERRORS = 4_000
_HANDED_ON = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "SUDO_USER", "USER")
"""What the script gets of the environment: no login to a cloud, and no other root (`IMAGING_PROBE_ROOT`)."""


async def inspect_here(questions: Questions, clock: Clock, tell: Telling) -> GuestFacts:
    """Run the probe on this machine; nobody becomes root for it.

    Args:
        questions: what the guidelines want to know.
        clock: says when it was read.
        tell: told how much has come so far.

    Raises:
        GuestUnreachableError: there is no shell, or time was up.
        BadProbeError: what the shell printed is no report.
    """
    return await run_probe(LocalShell(), questions, clock, tell, method=InspectionMethod.HERE, start=START_AS_IS)


class LocalShell:
    """A shell on this machine, with the limits of one in a guest (`GuestShell`)."""

    user = ""
    address = "this machine"

    async def run(
        self,
        command: str,
        *,
        stdin: bytes = b"",
        seconds: float,
        limit_bytes: int = 8_000_000,
        as_root: bool = False,
        received: Callable[[int], None] | None = None,
    ) -> CommandResult:
        """Run a shell command; see `GuestShell.run`. Nobody becomes root here.

        Raises:
            GuestUnreachableError: there is no shell, or time was up.
            BadProbeError: it printed more than the limit.
        """
        assert not as_root  # noqa: S101  # a program that inspects its own machine is what the user lets it be
        process = await _start(command)
        try:
            async with asyncio.timeout(seconds):
                return await _exchange(process, stdin, limit_bytes, received or _nobody)
        except TimeoutError:
            raise GuestUnreachableError(
                f"The inspection did not finish within {seconds:.0f} s; it was ended.",
                remedy="This machine may be busy: check its load, then try again.",
            ) from None
        finally:
            await _end(process)

    async def close(self) -> None:
        """Nothing is held."""


async def _start(command: str) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(_SHELL, "-c", command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
            start_new_session=True,  # so that all that it starts can be ended
        )
    except OSError as error:
        raise GuestUnreachableError(f"{_SHELL} cannot be started here: {error.strerror}.") from error


async def _exchange(
    process: asyncio.subprocess.Process, stdin: bytes, limit: int, received: Callable[[int], None]
) -> CommandResult:
    assert process.stdin is not None  # noqa: S101  # all three were asked for; for the type checker
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    # Beside the output: an unread standard error stops the command.
    aside = [asyncio.create_task(_write(process.stdin, stdin)), asyncio.create_task(_head(process.stderr))]
    try:
        output = bytearray()
        while chunk := await process.stdout.read(_CHUNK_BYTES):
            output += chunk
            if len(output) > limit:
                raise BadProbeError(f"The shell of this machine printed more than {limit:,} bytes; it was ended.")
            received(len(output))
        _, errors = await asyncio.gather(*aside)
        status = await process.wait()
    finally:
        for task in aside:
            task.cancel()
        await asyncio.gather(*aside, return_exceptions=True)  # nobody reads any more: `_end` may
    return CommandResult(status, bytes(output), many_lines(errors.decode("utf-8", "replace"))[:_LONGEST_ERRORS])


async def _write(stream: asyncio.StreamWriter, data: bytes) -> bytes:
    with suppress(ConnectionError):  # it may have ended without reading any of it
        stream.write(data)
        await stream.drain()
        stream.close()
    return b""


async def _head(stream: asyncio.StreamReader) -> bytes:
    """Read all of it, and keep the beginning."""
    kept = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        kept += chunk[: max(0, 4 * _LONGEST_ERRORS - len(kept))]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it with all that it started; of one that has ended nothing is left, for the probe waits for its own."""
    if process.returncode is not None:
        return
    # While its leader is not waited for, the session's number can be nobody else's.
    for pid in (process.pid, *_in_session(process.pid)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    await asyncio.shield(_ended(process))


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait until it has ended; from Python 3.13 on that is said only when all that it printed was read."""
    streams = [stream for stream in (process.stdout, process.stderr) if stream is not None]
    await asyncio.gather(process.wait(), *(_head(stream) for stream in streams))


def _in_session(session: int) -> list[int]:
    """The running processes of a session; `timeout` leaves the group of the shell that started it, but no session."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            fields = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if foreign.whole(fields[_SESSION]) == session and fields[0] != _ENDED:
                found.append(foreign.whole(file.parent.name))
    return found


def _nobody(_received: int) -> None: ...

"""Confined processes that are forked from one that has loaded everything, once for a worker.

A process that reads a stranger's report spends nearly all of its time on loading what it reads with. Here it does the
same work under the same limits; only its modules are there already. What a fresh one is and does is seen in
tests/runtime/test_confined_process.py, tests/guest/test_confined_reading.py and, of a disk,
tests/guest/disk_reading/test_disk_reading.py.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from imaging.runs.process import spawn
from imaging.runtime.confined import process as confined_process
from tests.support.warm_programs import LIKE_SUBPROCESS, WARM, Forked, fork

fresh = confined_process._start
"""What starts a process of the program itself, for tests that are about one."""


class ForkedReader:
    """One of them, with what is used of `asyncio.subprocess.Process`."""

    def __init__(self, process: Forked, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._process = process

    @property
    def returncode(self) -> int | None:
        """Its exit status once it has ended."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def wait(self) -> int:
        """Wait for its end."""
        if self._process.poll() is None:
            loop, ended = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(self._process.line, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(self._process.line)
        self.stdin.close()
        return self._process.wait()


async def start(module: str, *arguments: str, descriptors: Sequence[int] = ()) -> ForkedReader:
    """As `imaging.runtime.confined.process._start`."""
    handed_on = {name: os.environ[name] for name in confined_process._HANDED_ON if name in os.environ}
    (question, asks), (answers, answer) = os.pipe(), os.pipe()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        streams = (question, answer, nowhere)
        process = fork(module, arguments, streams, descriptors=descriptors, environment=handed_on)
    finally:
        for each in (question, answer, nowhere):
            os.close(each)
    return ForkedReader(process, await _writer(asks), await _reader(answers))


def fork_what_is_started(path: str) -> None:
    """In a process that was forked from the one at a path: its readers and its runner are, too."""
    WARM.is_at(path)
    spawn.subprocess = LIKE_SUBPROCESS  # type: ignore[assignment, attr-defined]
    confined_process._start = start  # type: ignore[assignment]


async def _writer(end: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(end, "wb"))
    return asyncio.StreamWriter(transport, protocol, None, loop)


async def _reader(end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(end, "rb"))
    return reader

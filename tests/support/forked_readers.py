"""Confined processes that are forked from one that has loaded everything, once for a worker.

A process that reads a stranger's report spends nearly all of its time on loading what it reads with. Here it does the
same work under the same limits; only its modules are there already. What a fresh one is and does is seen in
tests/runtime/test_confined_process.py, tests/guest/test_confined_reading.py and, of a disk,
tests/guest/disk_reading/test_disk_reading.py.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from imaging.runtime.confined.process import _HANDED_ON, _start
from tests.support.forked_child import run_module

fresh = _start
"""What starts a process of the program itself, for tests that are about one."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "pytest",  # which each of them would load, where it is the main program
        "imaging.guest.confined_reading.__main__",
        "imaging.guest.disk_reading.__main__",
        "imaging.guest.seal",
        "imaging.guest.seal_proof",
    ]
)


class ForkedReader:
    """One of them, with what is used of `asyncio.subprocess.Process`."""

    def __init__(self, process: ForkServerProcess, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._process = process

    @property
    def returncode(self) -> int | None:
        """Its exit status once it has ended."""
        return self._process.exitcode

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def wait(self) -> int:
        """Wait for its end."""
        if self._process.exitcode is None:
            loop, ended = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(self._process.sentinel, ended.set)
            await ended.wait()
            loop.remove_reader(self._process.sentinel)
        self.stdin.close()
        status = self._process.exitcode
        assert status is not None
        return status


async def start(
    module: str, *arguments: str, descriptors: Sequence[int] = ()
) -> ForkedReader | asyncio.subprocess.Process:
    """As `imaging.runtime.confined.process._start`; one with arguments is a fresh one here, too."""
    if arguments:
        return await fresh(module, *arguments, descriptors=descriptors)
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    (question, asks), (answers, answer) = _context.Pipe(duplex=False), _context.Pipe(duplex=False)
    with ExitStack() as ours:
        for end in (question, answer):
            ours.enter_context(end)
        # A file travels as a connection does; what it is called here, it is called there.
        files = {each: ours.enter_context(Connection(os.dup(each))) for each in descriptors}
        process = _context.Process(target=run_module, args=(module, question, answer, handed_on, files))
        try:
            process.start()
        except ValueError:  # the first one, inside a running console: its standard error is no file
            asks.close()
            answers.close()
            return await fresh(module, descriptors=descriptors)
    with asks, answers:
        return ForkedReader(process, await _writer(os.dup(asks.fileno())), await _reader(os.dup(answers.fileno())))


async def _writer(end: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(end, "wb"))
    return asyncio.StreamWriter(transport, protocol, None, loop)


async def _reader(end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(end, "rb"))
    return reader

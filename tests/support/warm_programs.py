"""Processes of the program that are forked from one that has loaded it; see `tests.support.warm_process`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import IO, Any

from tests.support.warm_process import ROOM_FOR_A_COMMAND_LINE

REPOSITORY = Path(__file__).parents[2]
_NEEDED = ("PATH", "PYTHONPATH", "PYDANTIC_DISABLE_PLUGINS", "VIRTUAL_ENV")
"""What of the environment it is started with; each process that is forked has all of its own."""


class WarmProcess:
    """The one of this worker, started when it is first asked; what is forked from it asks the same one."""

    def __init__(self) -> None:
        self._folder = ""
        self._path = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def path(self) -> str:
        """Where it listens."""
        if not self._path:
            self._start()
        return self._path

    def is_at(self, path: str) -> None:
        """In a process that was forked from it: here it is."""
        self._path, self._process = path, None

    def _start(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="warm-")
        path = f"{self._folder}/socket"
        kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm_process", path, " " * ROOM_FOR_A_COMMAND_LINE],
            cwd=REPOSITORY,
            # What the console tells Textual, which reads it when it is imported.
            env=kept | {"LANG": "C.UTF-8", "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        self._path = path

    def end(self) -> None:
        """End it where it was started; the processor time of all that it forked counts as this process's now."""
        if self._process is not None:
            self._process.communicate()
            shutil.rmtree(self._folder)


WARM = WarmProcess()


@dataclass
class Forked:
    """A process, with what is used of `subprocess.Popen`."""

    pid: int
    line: socket.socket
    """Tells its exit status when it has ended."""
    stdin: IO[bytes] | None = None
    returncode: int | None = None
    _lock: Any = field(default_factory=Lock)

    def poll(self) -> int | None:
        """Its exit status, if it has ended."""
        if self.returncode is None and self._lock.acquire(blocking=False):
            try:
                self._read(timeout=0)
            finally:
                self._lock.release()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired after so many seconds."""
        with self._lock:
            self._read(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self.returncode

    def _read(self, timeout: float | None) -> None:
        if self.returncode is None:
            self.line.settimeout(timeout)
            try:
                self.returncode = int(self.line.recv(64) or -signal.SIGKILL)
            except (BlockingIOError, TimeoutError):
                return
            self.line.close()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)


def fork(
    module: str,
    arguments: Sequence[str],
    streams: Sequence[int],
    *,
    descriptors: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
    folder: str | os.PathLike[str] | None = None,
    session: bool = False,
    controls: bool = False,
) -> Forked:
    """Fork a process that is `python -P -m MODULE`.

    Args:
        module: what it runs.
        arguments: of the module.
        streams: its standard input, output and error.
        descriptors: open files that it has under the same numbers.
        environment: all of it; this process's own by default.
        folder: it works in; this process's own by default.
        session: whether it has one of its own.
        controls: whether its standard input becomes its controlling terminal.
    """
    request = {
        "module": module,
        "arguments": list(arguments),
        "descriptors": [0, 1, 2, *descriptors],
        "environment": dict(os.environ if environment is None else environment),
        "folder": os.fspath(folder or Path.cwd()),
        "session": session,
        "controls": controls,
    }
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.connect(WARM.path)
    socket.send_fds(line, [json.dumps(request).encode()], [*streams, *descriptors])
    return Forked(int(line.recv(64)), line)


class Command:
    """A command line of `imaging`, forked; with what is used of `subprocess.Popen`."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Begin it; nothing is on its standard input."""
        self._out, self._err = os.memfd_create("out"), os.memfd_create("err")
        nothing = os.open(os.devnull, os.O_RDONLY)
        streams = (nothing, self._out, self._err)
        try:
            self._process = fork("imaging.commands", arguments, streams, environment=environment)
        finally:
            os.close(nothing)
        self.poll, self.wait, self.kill = self._process.poll, self._process.wait, self._process.kill
        self.send_signal = self._process.send_signal
        self._said: tuple[str, str] | None = None

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; what it wrote."""
        self._process.wait(timeout)
        if self._said is None:
            self._said = _content(self._out), _content(self._err)
        return self._said


def _content(descriptor: int) -> str:
    with os.fdopen(descriptor, encoding="utf-8") as file:
        file.seek(0)
        return file.read()


def popen(
    command: Sequence[str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
    cwd: Path,
    env: Mapping[str, str],
    start_new_session: bool,
) -> Forked:
    """As `subprocess.Popen`, where a runner is started."""
    assert list(command[:3]) == [sys.executable, "-P", "-m"]
    assert stdin == subprocess.PIPE
    question, asks = os.pipe()
    try:
        streams = (question, stdout, stderr)
        forked = fork(command[3], command[4:], streams, environment=env, folder=cwd, session=start_new_session)
    finally:
        os.close(question)
    forked.stdin = os.fdopen(asks, "wb")
    return forked


LIKE_SUBPROCESS = SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE)
"""What `imaging.runs.process.spawn` uses of `subprocess`."""

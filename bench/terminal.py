"""A program on a pseudo-terminal: what it writes there, when, and what it used of the machine."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

SIZE = (36, 120)
"""Lines and columns."""
_PATIENCE_SECONDS = 120.0
_CHUNK = 65_536
_KIB = 1024


class Terminal:
    """One program, from its start to its end, with a clock on what it writes."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, size: tuple[int, int] = SIZE) -> None:
        """Start the program; the clock starts just before.

        Args:
            command: the program and its arguments.
            environment: its whole environment.
            size: lines and columns of the terminal.
        """
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.written = bytearray()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environment), start_new_session=True
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        """The program runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the terminal and end the program."""
        os.close(self._ours)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def until(self, pattern: bytes, *, after: int = 0) -> float:
        """Wait until this was written.

        Args:
            pattern: a regular expression.
            after: how many of the bytes written are not searched.

        Returns:
            Seconds since the start.

        Raises:
            RuntimeError: it never came; the message has the end of what came instead.
        """
        wanted = re.compile(pattern)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not wanted.search(self.written, after):
            if time.monotonic() > deadline or (not self.read(1.0) and self.process.poll() is not None):
                raise RuntimeError(f"{pattern!r} never came, but {bytes(self.written[-2000:])!r}")
        return time.monotonic() - self.started

    def read(self, seconds: float) -> int:
        """Take what comes within this time, as soon as something does; how many bytes it was."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return 0
        try:
            chunk = os.read(self._ours, _CHUNK)
        except OSError:  # Linux says so when the program has closed its end
            return 0
        self.written += chunk
        return len(chunk)

    def take(self, most: int) -> bytes:
        """Take so many bytes of what has come already."""
        if not select.select([self._ours], [], [], 0)[0]:
            return b""
        try:
            return os.read(self._ours, most)
        except OSError:  # the program has closed its end
            return b""

    def rest(self, seconds: float) -> int:
        """Take all that comes within this time, to its end; how many bytes it was."""
        before, end = len(self.written), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        return len(self.written) - before

    def quiet(self, seconds: float = 0.1) -> None:
        """Wait until nothing was written for this long."""
        while self.read(seconds):
            pass

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._ours, keys)

    def cpu_seconds(self) -> float:
        """Processor time that the program has used so far."""
        import psutil  # noqa: PLC0415  # of the development environment, and not needed by every measurement

        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)

    def peak_bytes(self) -> int:
        """The most memory it has had at one time, which Linux keeps count of; elsewhere, what it has now."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii", errors="replace")
            return int(status.split("VmHWM:")[1].split()[0]) * _KIB
        except (OSError, IndexError):
            import psutil  # noqa: PLC0415  # see above

            return int(psutil.Process(self.process.pid).memory_info().rss)

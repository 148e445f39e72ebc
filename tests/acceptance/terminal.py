"""A terminal of 80 columns and 24 lines with the program in it, and a person who reads it and presses keys."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, Thread
from typing import Self

import pyte
from pyte.screens import Char
from rich.cells import cell_len

from tests.support.demo import REPOSITORY
from tests.support.warm_programs import Forked, fork

PATIENCE_SECONDS = 40.0
_ANSWER_SECONDS = 1.0
"""For so long a key may show nothing."""
_REST_SECONDS = 1.0
"""A screen that is drawn in several writes has no longer pause between two of them."""
COLUMNS, LINES = 80, 24
PYTHONPATH = f"{REPOSITORY}/tests/support/started_in_a_hurry:{REPOSITORY}"
_ENVIRONMENT = {"PYTHONPATH": PYTHONPATH, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
KEYS: Mapping[str, bytes] = {
    "enter": b"\r",
    "escape": b"\x1b",
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "space": b" ",
    "tab": b"\t",
    "backspace": b"\x7f",
    "ctrl+g": b"\x07",
    "ctrl+l": b"\x0c",
    "ctrl+n": b"\x0e",
    "ctrl+o": b"\x0f",
    "ctrl+u": b"\x15",
    "ctrl+z": b"\x1a",
}
_READ_LATE = {"EDITOR", "VISUAL", "PAGER", "NO_COLOR"}
"""What of the environment the console reads when it needs it."""
_TAKE_THE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes standard input the terminal that a hang-up is heard from, then becomes the program."""


class Terminal:
    """The program on a pseudo-terminal of its own. Leaving the `with` block ends it."""

    def __init__(self, *arguments: str, controls: bool = True, is_fresh: bool, **environment: str) -> None:
        """Start `imaging` with these arguments.

        Args:
            arguments: of the command line.
            controls: whether it is the controlling terminal of its session, so that closing it sends a SIGHUP.
            is_fresh: whether it is started as a user's is, or forked from a process that has loaded it.
            environment: variables beside those of the tests. One that is read early makes it a fresh process.
        """
        self.written = b""
        """Every byte that the program has written to the terminal."""
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = Lock()
        self._side, programs_side = os.openpty()
        fcntl.ioctl(programs_side, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process: Forked | subprocess.Popen[bytes]
        place = {**os.environ, **_ENVIRONMENT, **environment}
        if is_fresh or not _READ_LATE.issuperset(environment):
            self.process = _started(arguments, programs_side, place, controls=controls)
        else:
            streams = [programs_side] * 3
            self.process = fork(
                "imaging.commands", arguments, streams, environment=place, session=True, controls=controls
            )
        os.close(programs_side)
        self._enough, self._stop = os.pipe()
        self._reader = Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._close()
        assert b"Traceback" not in self.written

    def press(self, *keys: str) -> None:
        """Press keys by name, or type a text, each after the program has answered the one before.

        Textual carries out a burst of keys in an order of its own: letters first, then what is bound to a key.
        """
        for key in keys:
            before = len(self.written)
            os.write(self._side, KEYS.get(key, key.encode()))
            deadline = time.monotonic() + _ANSWER_SECONDS
            while len(self.written) == before and time.monotonic() < deadline:
                time.sleep(0.01)

    @property
    def cursor_line(self) -> str:
        """The line in which the cursor stands: where one writes."""
        return self.lines[self._screen.cursor.y].strip()

    @property
    def lines(self) -> list[str]:
        """What a person sees."""
        with self._lock:
            return [shown_line(self._screen.buffer[y]) for y in range(LINES)]

    @property
    def text(self) -> str:
        """What a person sees, as one text."""
        return "\n".join(self.lines)

    def sees(self, *texts: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until all of these are on the screen; give what is on it then."""
        shown, read = "", -1

        def all_there() -> bool:
            nonlocal shown, read
            if read == len(self.written):
                return False  # nothing new since it was last read
            read, shown = len(self.written), self.text
            return all(text in shown for text in texts)

        wait_for(all_there, lambda: f"{texts} not on\n{shown}", seconds=seconds)
        return shown

    def comes_to_rest(self) -> str:
        """Wait until nothing more is drawn; what is on the screen then."""
        read = -1
        while read != len(self.written):
            read = len(self.written)
            time.sleep(_REST_SECONDS)
        return self.text

    def write_over(self, text: str) -> None:
        """Show what another program writes to the same terminal."""
        with self._lock:
            self._stream.feed(text.encode())

    def kill(self) -> None:
        """`kill -9`."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)

    def hang_up(self) -> None:
        """Close the window: each write of the program fails from now on, and one that it controls gets SIGHUP."""
        self._close()
        self.process.wait(PATIENCE_SECONDS)

    def ask_to_end(self) -> None:
        """`kill`: SIGTERM, and wait until it has ended."""
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def ended(self) -> int:
        """Wait until the program has ended by itself; its exit status."""
        return self.process.wait(PATIENCE_SECONDS)

    def _close(self) -> None:
        if self._stop < 0:
            return
        os.write(self._stop, b".")
        self._reader.join()
        for side in (self._side, self._enough, self._stop):
            os.close(side)
        self._stop = -1

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the program has ended
            while self._enough not in (ready := select.select([self._side, self._enough], [], [])[0]):
                assert ready
                data = os.read(self._side, 65536)
                with self._lock:
                    self.written += data
                    self._stream.feed(data)


def _started(
    arguments: Sequence[str], side: int, environment: Mapping[str, str], *, controls: bool
) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "imaging.commands", *arguments]
    return subprocess.Popen(
        [sys.executable, "-c", _TAKE_THE_TERMINAL, *program] if controls else program,
        env=environment,
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
    )


def shown_line(cells: Mapping[int, Char]) -> str:
    """A line as a terminal shows it: the right half of a wide character is a blank once its left half is overwritten.

    `pyte.Screen.display` fails there, in the middle of a drawing.
    """
    texts = []
    for x in range(COLUMNS):
        covered = x > 0 and cell_len(cells[x - 1].data) == 2
        texts.append("" if covered else cells[x].data or " ")
    return "".join(texts).rstrip()


def wait_for(
    holds: Callable[[], object],
    complaint: Callable[[], str] = lambda: "it never came",
    *,
    seconds: float = PATIENCE_SECONDS,
) -> None:
    """Try again and again until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(complaint())
        time.sleep(0.05)

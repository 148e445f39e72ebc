"""Opens the console on a terminal, waits for the list of the demonstration cloud, and quits. It needs Python alone.

    python3 .ci/open_console.py make demo

It ends with 0 if the list was seen and the console then ended by itself with 0.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

COLUMNS, LINES = 100, 30
OPEN_SECONDS = 600.0
"""`make demo` installs everything first."""
QUIT_SECONDS = 30.0
SEEN = ("16 instances", "db-07")
"""What the complete list of the demonstration cloud shows."""
_CONTROLS = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
)


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, command: list[str]) -> None:
        """Start it."""
        self.written = b""
        self.pid, self._side = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.environ.setdefault("TERM", "xterm-256color")
            os.execvp(command[0], command)  # noqa: S606  # the command is what this program is for

    @property
    def text(self) -> str:
        """What was written, without its control sequences."""
        return _CONTROLS.sub(b"", self.written).decode(errors="replace")

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._side, key.encode())

    def read(self, until: float) -> bool:
        """Take what is written next; False when it is over, or the time is."""
        ready, _, _ = select.select([self._side], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._side, 65536)
        except OSError:  # the last one who had the other side is gone
            return False
        self.written += data
        return bool(data)

    def end(self) -> int | None:
        """Its exit status; None if it had to be ended."""
        deadline = time.monotonic() + QUIT_SECONDS
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.1)
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None


def main(command: list[str]) -> int:
    """Open it, see the list, quit."""
    terminal = Terminal(command)
    until = time.monotonic() + OPEN_SECONDS
    seen = False
    while not seen and terminal.read(until):
        seen = all(text in terminal.text for text in SEEN)
    if seen:
        terminal.press("q")
    until = time.monotonic() + QUIT_SECONDS
    while terminal.read(until):
        pass
    status = terminal.end()
    if seen and status == 0 and "Traceback" not in terminal.text:
        print(f"{' '.join(command)}: the console opened, showed its list, and ended.")
        return 0
    print(terminal.text[-6000:])
    print(f"{' '.join(command)}: {'the list was seen' if seen else 'no list was seen'}; exit status {status}.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A line as it is between two continents: so many bytes a second, each of them late."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from bench.terminal import Terminal
from tests.support.terminal_cells import Cells, Seen

BYTES_PER_SECOND = 960
DELAY_SECONDS = 0.3
_TICK_SECONDS = 0.05
_QUESTION, _ANSWER = b"\x1b[6n", b"\x1b[1;1R"


class SlowLine:
    """A program at the other end of the line, and what its terminal shows here."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, size: tuple[int, int], answers: bool = True
    ) -> None:
        """Start the program.

        Args:
            command: the program and its arguments.
            environment: its whole environment.
            size: lines and columns.
            answers: whether the terminal here answers questions; their answers take no time on their way back.
        """
        self._program = Terminal(command, environment, size=size)
        self._cells = Cells(size[1], size[0])
        self._answers = answers
        self._lock = Lock()
        self._ends = Event()
        self.arrived = b""
        """All that has come."""
        self._thread = Thread(target=self._carry, name="slow line", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()
        self._program.__exit__(kind, error, trace)

    def type(self, keys: bytes) -> None:
        """Press keys; they are there at once, so that all the delay is on the way back."""
        self._program.type(keys)

    @property
    def lines(self) -> list[str]:
        """What is to be seen here now."""
        with self._lock:
            return self._cells.lines

    @property
    def marked_line(self) -> str:
        """The line of the list that has another colour behind it: the one with the cursor."""
        with self._lock:
            seen = self._cells.seen
        heads = next((y for y, line in enumerate(seen) if _text(line).startswith("Name")), 0)
        ground = seen[heads][20].back
        return next((_text(line) for line in _rows(seen[heads + 1 :]) if line[20].back != ground), "")

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> float:
        """Wait until it holds; how many seconds that took."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() > begun + seconds:
                raise TimeoutError("\n".join(self.lines))
            time.sleep(0.02)
        return time.monotonic() - begun

    def until_quiet(self, seconds: float = 2.0) -> None:
        """Wait until nothing has come for so long."""
        before = -1
        while before < len(self.arrived):
            before = len(self.arrived)
            time.sleep(seconds)

    def _carry(self) -> None:
        under_way: deque[tuple[float, bytes]] = deque()
        allowed, last = 0.0, time.monotonic()
        while not self._ends.wait(_TICK_SECONDS):
            now = time.monotonic()
            allowed, last = min(allowed + (now - last) * BYTES_PER_SECOND, BYTES_PER_SECOND / 4), now
            if allowed >= 1 and (data := self._program.take(int(allowed))):
                allowed -= len(data)
                under_way.append((now + DELAY_SECONDS, data))
            while under_way and under_way[0][0] <= now:
                self._arrive(under_way.popleft()[1])

    def _arrive(self, data: bytes) -> None:
        asked = (self.arrived[-3:] + data).count(_QUESTION)
        with self._lock:
            self._cells.show(data)
            self.arrived += data
        if self._answers:
            self.type(_ANSWER * asked)


def _rows(lines: list[list[Seen]]) -> Iterator[list[Seen]]:
    """The rows of the list: all lines before the frame of the checklist."""
    return takewhile(lambda line: line[0].text != "─", lines)


def _text(line: list[Seen]) -> str:
    return "".join(cell.text for cell in line)


def cursor_is_on(line: SlowLine, name: str) -> Callable[[], bool]:
    """Whether the list's cursor is seen on this name."""
    return lambda: name in line.marked_line

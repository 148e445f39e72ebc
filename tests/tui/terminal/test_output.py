"""Output never makes anybody wait, supersedes what the line has not taken, and survives faults."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread

import pytest

from tests.support.terminal_cells import Cells
from tests.tui.terminal.drawing import ALL_POWERS
from tui.terminal.canvas import Canvas
from tui.terminal.output import Output
from tui.terminal.pace import QUESTION, Pace

SIZE = (80, 24)
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


def frame(number: int) -> str:
    """A frame in which every cell differs from the one before."""
    lines = (f"\x1b[{y};1H\x1b[38;5;{(number + y) % 200 + 17}m{f'{number:04} ' * 16}\x1b[0m" for y in range(1, 25))
    return "".join(lines) + "\x1b[1;1H"


@dataclass
class Line:
    """A line that takes what is read here, and its output."""

    output: Output
    canvas: Canvas
    end: int
    drawn_again: Event

    def write(self, data: str) -> None:
        self.output.write(data, SIZE)

    def all(self) -> bytes:
        """Everything that was sent, to its end."""
        ending = Thread(target=self.output.end)
        ending.start()
        taken = b""
        while ending.is_alive() or select.select([self.end], [], [], 0)[0]:
            if select.select([self.end], [], [], 0.05)[0]:
                taken += os.read(self.end, 65536)
        return taken


@pytest.fixture
def line() -> Iterator[Line]:
    end, start = os.pipe()
    canvas, drawn_again = Canvas(*SIZE), Event()
    made = Line(Output(start, canvas, ALL_POWERS, draw_again=drawn_again.set), canvas, end, drawn_again)
    made.write(ENTER)
    yield made
    with suppress(OSError):
        os.close(end)
    made.output.end()
    os.close(start)


def test_nobody_waits_for_a_line_that_takes_nothing_and_the_last_frame_arrives(line):
    begun = time.monotonic()
    for number in range(300):
        line.write(frame(number))
    assert time.monotonic() - begun < 10  # 300 drawings, and not for ever
    cells, sent = Cells(*SIZE), b""
    while not line.output.has_sent_all or select.select([line.end], [], [], 0)[0]:
        if select.select([line.end], [], [], 0.05)[0]:
            data = os.read(line.end, 4096)
            sent += data
            cells.show(data)
    cells.show(line.all())
    assert all(set(text.split()) == {"0299"} for text in cells.lines)
    assert len(sent) < 300 * len(frame(0)) / 3  # most were never sent


def test_all_is_sent_only_once_the_line_has_taken_it(line):
    fill(line.output._fileno)
    line.write(frame(39))
    time.sleep(0.05)
    assert not line.output.has_sent_all
    taken, deadline = b"", time.monotonic() + 10
    while not line.output.has_sent_all and time.monotonic() < deadline:
        if select.select([line.end], [], [], 0.05)[0]:
            taken += os.read(line.end, 65536)
    assert line.output.has_sent_all
    assert b"0039" in taken + line.all()


def fill(line: int) -> None:
    """Let the line take nothing more before it is read."""
    os.set_blocking(line, False)
    with suppress(BlockingIOError):
        while True:
            os.write(line, b" " * 512)


def test_titles_and_the_bell_arrive_in_their_order_though_frames_are_superseded(line):
    for number in range(50):
        line.write(frame(number) + f"\x1b]0;title {number}\x07")
    sent = line.all()
    assert [sent.find(b"title %d\x07" % number) for number in range(50)] == sorted(
        sent.find(b"title %d\x07" % number) for number in range(50)
    )
    assert sent.count(b"\x1b]0;title") == 50


def test_the_colours_end_before_the_shell_has_its_screen_again(line):
    line.write("\x1b[1;1H\x1b[31mred\x1b[0m")
    time.sleep(0.1)
    line.write(LEAVE)
    assert line.all().endswith(b"\x1b[m" + LEAVE.encode())


def test_after_a_fault_in_reading_everything_is_passed_on_and_drawn_again(line, monkeypatch):
    monkeypatch.setattr(line.canvas, "feed", lambda data: 1 / 0)
    line.write(frame(1))
    line.write(LEAVE)
    sent = line.all()
    assert line.drawn_again.is_set()
    assert frame(1).encode() in sent
    assert sent.endswith(LEAVE.encode())


def test_after_a_fault_in_sending_the_terminal_is_still_given_back(line, monkeypatch):
    monkeypatch.setattr(line.output._painter, "paint", lambda limit: 1 / 0)
    line.write(frame(1))
    assert line.drawn_again.wait(5)
    line.write(frame(2) + LEAVE)
    sent = line.all()
    assert frame(2).encode() in sent
    assert sent.endswith(LEAVE.encode())


def test_a_terminal_that_is_gone_hurts_nobody(line):
    os.close(line.end)
    for number in range(5):
        line.write(frame(number))
    line.output.end()


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_terminal_that_never_answers_is_not_waited_for():
    pace = Pace(Clock())
    assert pace.question_after(2000) == QUESTION
    assert pace.seconds_to_wait == 0


def test_a_slow_answer_makes_the_pieces_small_and_a_quick_one_large():
    clock = Clock()
    pace = Pace(clock)
    pace.question_after(2000)
    clock.seconds += 2.0
    pace.answered()
    assert pace.piece == 720
    assert pace.question_after(900) == QUESTION
    assert pace.seconds_to_wait > 0
    clock.seconds += 0.01
    pace.answered()
    assert pace.seconds_to_wait == 0
    assert pace.piece > 40_000


def test_a_lost_answer_is_waited_for_some_seconds_alone():
    clock = Clock()
    pace = Pace(clock)
    pace.question_after(2000)
    pace.answered()
    pace.question_after(2000)
    clock.seconds += 7
    assert pace.seconds_to_wait == 0
    assert pace.question_after(2000) == QUESTION


def test_a_moved_cursor_asks_nothing():
    pace = Pace(Clock())
    pace.question_after(2000)
    pace.answered()
    assert pace.question_after(300) == ""

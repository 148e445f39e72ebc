"""What is sent to a real terminal, over whole sessions: the same picture as Textual's own bytes, and few of them."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.acceptance.program import Machine
from tests.acceptance.terminal import COLUMNS, LINES, Terminal, wait_for
from tests.support.demo import DemoCloud
from tests.support.terminal_cells import Cells

SESSION = (
    ("down", "─bfv-01"), ("down", "─db-07"), ("enter", ""), ("down", ""), ("enter", "esc Back"), ("escape", ""),
    ("escape", ""), ("G", ""), ("up", ""), ("up", ""), ("?", "─ Keys"), ("escape", ""), ("2", "astro-base"),
    ("G", ""), ("3", "No runs"), ("1", "Instances"), ("/", ""), ("w", ""), ("e", ""), ("b", "web-01"),
    ("escape", ""), (":", "name of an instance"), ("escape", ""), ("i", "Checklist"), ("ctrl+n", ""), ("ctrl+n", ""),
    ("escape", ""), ("g", ""),
)  # fmt: skip
COLOUR_CODE = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


def shown(written: bytes) -> Cells:
    cells = Cells(COLUMNS, LINES)
    cells.show(written)
    return cells


class Both:
    """What the terminal shows, beside what it would show with all that Textual writes."""

    def __init__(self, console: Terminal, notes: Path) -> None:
        self._console, self._notes = console, notes
        self._sent, self._all = Cells(COLUMNS, LINES), Cells(COLUMNS, LINES)
        self._sent_read = self._all_read = 0

    def are_equal(self) -> bool:
        written, noted = self._console.written, self._notes.read_bytes()
        self._sent.show(written[self._sent_read :])
        self._all.show(noted[self._all_read :])
        self._sent_read, self._all_read = len(written), len(noted)
        return self._sent.seen == self._all.seen

    def __str__(self) -> str:
        return "\n".join([*self._sent.lines, "", *self._all.lines])


def test_the_terminal_shows_the_same_as_with_all_that_textual_writes(machine: Machine, demo: DemoCloud) -> None:
    demo.hold()
    notes = machine.home / "notes"
    with machine.console(TEXTUAL_DRIVER="tests.support.noting_driver:NotingDriver", NOTE_TO=str(notes)) as console:
        console.sees("16 instances", "fixed by the run")
        both = Both(console, notes)
        for key, seen in SESSION:
            console.press(key)
            console.sees(seen)
            at_rest(console, 0.1)
            wait_for(both.are_equal, lambda: str(both))
        assert len(console.written) < len(notes.read_bytes()) / 3


def test_without_colours_none_is_sent(machine: Machine, demo: DemoCloud) -> None:
    with machine.console(NO_COLOR="1") as console:
        console.sees("16 instances", "fixed by the run")
        open_a_finding(console)
        assert COLOUR_CODE.findall(console.written) == []
        assert shown(console.written).unreadable() == []


def test_in_the_locale_c_only_ascii_is_sent(machine: Machine, demo: DemoCloud) -> None:
    with machine.console(LC_ALL="C", LANG="C", TERM="linux", PYTHONUTF8="") as console:
        console.sees("16 instances", "fixed by the run")
        open_a_finding(console)
        for key in ("escape", "escape", "G"):
            console.press(key)
            at_rest(console, 0.2)
        console.sees("???")
        console.press("2", "3", "1")
        assert console.written.isascii()
        assert b"$p" not in console.written


@pytest.mark.parametrize("stopping", [signal.SIGTSTP, signal.SIGSTOP])
def test_after_a_stop_the_screen_is_right_again(machine: Machine, demo: DemoCloud, stopping: signal.Signals) -> None:
    demo.hold()
    with machine.console() as console:
        console.sees("16 instances", "fixed by the run")
        before = at_rest(console)
        os.kill(console.process.pid, stopping)
        wait_for(lambda: stopped(console))
        console.write_over("\x1b[2J\x1b[Hsomebody@host:~$ fg")
        os.kill(console.process.pid, signal.SIGCONT)
        wait_for(lambda: console.text == before, lambda: console.text)
        console.press("down")
        console.press("2")
        console.sees("astro-base")


def test_the_key_for_it_suspends_and_gives_the_terminal_back(machine: Machine, demo: DemoCloud) -> None:
    with machine.console() as console:
        console.sees("16 instances")
        console.press("ctrl+z")
        wait_for(lambda: stopped(console))
        assert console.written.rpartition(b"\x1b[?1049l")[1]
        os.kill(console.process.pid, signal.SIGCONT)
        console.sees("16 instances")


def test_a_console_that_is_told_to_end_gives_the_terminal_back(machine: Machine, demo: DemoCloud) -> None:
    with machine.console() as console:
        console.sees("16 instances")
        console.process.terminate()
        assert console.ended() == 128 + signal.SIGTERM
        wait_for(lambda: b"\x1b[?1049l" in console.written)


def test_the_key_for_it_draws_everything_again(machine: Machine, demo: DemoCloud) -> None:
    demo.hold()
    with machine.console() as console:
        console.sees("16 instances", "fixed by the run")
        before = at_rest(console)
        console.write_over("\x1b[2JBroadcast message from root")
        console.press("ctrl+l")
        wait_for(lambda: console.text == before, lambda: console.text)


def open_a_finding(console: Terminal) -> None:
    """Go to the checklist and open what is under the cursor there."""
    at_rest(console)
    console.press("enter")
    at_rest(console)
    console.press("enter")
    console.sees("esc Back")


def at_rest(console: Terminal, seconds: float = 0.5) -> str:
    """What is on the screen once nothing more is written to it."""
    written = -1
    while written < len(console.written):
        written = len(console.written)
        time.sleep(seconds)
    return console.text


def stopped(console: Terminal) -> bool:
    return Path(f"/proc/{console.process.pid}/stat").read_text().rpartition(") ")[2].startswith("T")

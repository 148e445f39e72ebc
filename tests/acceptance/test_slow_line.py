"""Work over a line of 960 bytes a second with 300 milliseconds of delay."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.ground import CONSOLE, somebody
from tests.acceptance.terminal import COLUMNS, LINES
from tests.support.demo import DemoCloud
from tests.support.slow_line import SlowLine, cursor_is_on

TITLE = re.compile(r"^─([^─]+)─{4}")


def answering(quick: bool) -> pytest.MarkDecorator:
    """Terminals that answer questions and others: one of them in each run of the tests."""
    names = {True: "answers", False: "does not answer"}
    cells = [pytest.param(each, id=names[each], marks=() if each is quick else pytest.mark.slow) for each in names]
    return pytest.mark.parametrize("line", cells, indirect=True)


@pytest.fixture
def line(demo: DemoCloud, request: pytest.FixtureRequest) -> Iterator[SlowLine]:
    """The console at rest, in a terminal that answers questions or not."""
    demo.hold()
    with somebody(demo) as environment:
        environment |= {"COLORTERM": "", "PYTHONPATH": str(Path.cwd())}
        with SlowLine(CONSOLE, environment, size=(LINES, COLUMNS), answers=request.param) as line:
            line.until(lambda: any("16 instances" in one for one in line.lines))
            line.until_quiet()
            yield line


@answering(True)
def test_the_moved_cursor_is_seen_within_a_second(line: SlowLine) -> None:
    seconds = []
    for name in ("bfv-01", "db-07", "gis-lab"):
        line.type(b"j")
        seconds.append(line.until(cursor_is_on(line, name)))
        line.until_quiet()
    assert min(seconds) < 1.0, "a busy machine may hold one of them up, not all"


@answering(False)
def test_ten_keys_typed_ahead_end_on_the_tenth_row_and_send_two_checklists_at_most(line: SlowLine) -> None:
    titles = {checklist_of(line)}
    line.type(b"j" * 10)

    def there() -> bool:
        titles.add(checklist_of(line))
        return cursor_is_on(line, "sim-paused")()

    assert line.until(there) < 5.0
    arrived, until = -1, 0.0
    while arrived < len(line.arrived) or time.monotonic() < until:
        if arrived < len(line.arrived):
            arrived, until = len(line.arrived), time.monotonic() + 2
        there()
        time.sleep(0.1)
    assert len(titles) <= 3  # the first one was there
    assert checklist_of(line) == "sim-paused"


def checklist_of(line: SlowLine) -> str:
    """The name above the checklist."""
    found = [
        match[1].partition(" · ")[0] for one in line.lines if (match := TITLE.match(one)) and match[1] != "Instances"
    ]
    return found[-1] if found else ""

"""How long a key takes to be seen over a line of 960 bytes a second with 300 milliseconds of delay."""

from __future__ import annotations

import time

from bench.ground import CONSOLE, Settings, demonstration, somebody
from bench.results import Number
from tests.support.slow_line import BYTES_PER_SECOND, DELAY_SECONDS, SlowLine, cursor_is_on

_SIZE = (24, 80)
_STEPS = ("bfv-01", "db-07")
_TENTH = "sim-paused"
_UNDER_WAY_SECONDS = 0.9
_LINE = f"{BYTES_PER_SECOND} bytes/s, {DELAY_SECONDS * 1000:.0f} ms later"


def measure(settings: Settings) -> list[Number]:
    """The cursor at rest and in a hurry, on a terminal that answers questions and on one that does not."""
    with demonstration() as cloud, somebody(cloud) as environment:
        cloud.hold()
        answering = (True,) if settings.quick else (True, False)
        return [one for answers in answering for one in _numbers({**environment, "COLORTERM": ""}, answers=answers)]


def _numbers(environment: dict[str, str], *, answers: bool) -> list[Number]:
    kind = "" if answers else ", a terminal that answers no questions"
    with SlowLine(CONSOLE, environment, size=_SIZE, answers=answers) as line:
        start = line.until(lambda: any("16 instances" in one for one in line.lines))
        line.until_quiet()
        calm = [_press(line, b"j", name) for name in _STEPS]
        before = line.lines
        line.type(b"?")
        time.sleep(_UNDER_WAY_SECONDS)  # by now a part of the help has been sent
        line.type(b"\x1b")
        closed = line.until(lambda: line.lines == before)
        line.until_quiet()
        line.type(b"g")
        line.until_quiet()
        arrived = len(line.arrived)
        ten = _press(line, b"j" * 10, _TENTH)
        sent = len(line.arrived) - arrived
    return [
        Number(f"start to the list over a slow line{kind}", start, "s", "", _LINE),
        Number(f"key to moved cursor over a slow line{kind}", max(calm), "s", "<= 1 s", f"the longest of {len(calm)}"),
        Number(f"help closed again while it is drawn{kind}", closed, "s", "", f"{_UNDER_WAY_SECONDS} s after its key"),
        Number(f"ten keys typed ahead over a slow line{kind}", ten, "s", "<= 5 s", f"{sent} bytes in all"),
    ]


def _press(line: SlowLine, keys: bytes, name: str) -> float:
    """Seconds until the cursor is seen on this name; then wait until nothing more comes."""
    line.type(keys)
    seconds = line.until(cursor_is_on(line, name))
    line.until_quiet()
    return seconds

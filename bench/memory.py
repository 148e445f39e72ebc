"""The most memory that the console has had at one time, with 10,000 instances in the list."""

from __future__ import annotations

from bench.ground import COMPLETE, CONSOLE, EMPTY_LIST, Settings, demonstration, somebody
from bench.results import Number
from bench.terminal import Terminal

_INSTANCES = 10_000
_MEGABYTE = 1_000_000


def measure(_settings: Settings) -> list[Number]:
    """The peak from the start until the list is complete and a checklist was read beside it, and a full list again."""
    with demonstration(_INSTANCES) as cloud, somebody(cloud) as environment, Terminal(CONSOLE, environment) as terminal:
        terminal.until(EMPTY_LIST)
        empty = terminal.peak_bytes()
        terminal.until(COMPLETE)
        terminal.rest(2.0)
        complete = terminal.peak_bytes()
        terminal.type(b"r")
        terminal.rest(1.0)
        terminal.quiet(1.0)
        peak = terminal.peak_bytes()
    note = f"{empty / _MEGABYTE:.0f} MB at first paint, {complete / _MEGABYTE:.0f} MB when complete, then refreshed"
    return [Number("peak memory, 10,000 instances", peak / _MEGABYTE, "MB", "<= 200 MB", note)]

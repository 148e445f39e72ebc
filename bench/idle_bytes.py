"""What the console writes to the terminal in a minute in which nothing happens."""

from __future__ import annotations

from bench.ground import COMPLETE, CONSOLE, Settings, demonstration, somebody
from bench.results import Number
from bench.terminal import Terminal

_INSTANCES = 1_000
_MINUTE_SECONDS = 60.0
_SHORT_SECONDS = 20.0
_SETTLE_SECONDS = 4.0


def measure(settings: Settings) -> list[Number]:
    """A real minute of the real program, a checklist open beside the list, from when the screen has come to rest."""
    seconds = _SHORT_SECONDS if settings.quick else _MINUTE_SECONDS
    with demonstration(_INSTANCES) as cloud, somebody(cloud) as environment, Terminal(CONSOLE, environment) as terminal:
        terminal.until(COMPLETE)
        terminal.rest(_SETTLE_SECONDS)
        cloud.forget_calls()
        used = terminal.cpu_seconds()
        written = terminal.rest(seconds)
        used = terminal.cpu_seconds() - used
        calls = len(cloud.calls())
    minutes = seconds / _MINUTE_SECONDS
    note = f"{seconds:.0f} s with {calls} calls to the cloud; {100 * used / seconds:.1f} % of one processor"
    return [Number("bytes to the terminal per idle minute", written / minutes, "bytes/min", "0", note)]

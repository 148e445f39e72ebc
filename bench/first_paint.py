"""How long until something is on the screen, against a bare Textual application with the same widgets."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from bench.ground import CONSOLE, EMPTY_LIST, Settings, demonstration, somebody
from bench.results import Number, ratio
from bench.terminal import Terminal

_TURNS = 12
_BARE = (sys.executable, "-m", "bench.bare_app")


def measure(settings: Settings) -> list[Number]:
    """From the start of the process to the first bytes that draw the empty list; both in turns."""
    times: dict[str, list[tuple[float, float]]] = {"console": [], "bare": []}
    with demonstration() as cloud, somebody(cloud) as environment:
        for command in (CONSOLE, _BARE):
            _painted(command, environment)  # once, so that both find their bytecode
        for _ in range(settings.turns(_TURNS)):
            times["console"].append(_painted(CONSOLE, environment))
            times["bare"].append(_painted(_BARE, environment))
    names = "console / bare app"
    ours, bare = zip(*times["console"], strict=True), zip(*times["bare"], strict=True)
    (clock, cpu), (bare_clock, bare_cpu) = ours, bare
    return [
        ratio("first paint", clock, bare_clock, aim="<= 1.3 x", names=names),
        ratio("first paint, processor time", cpu, bare_cpu, names=names),
    ]


def _painted(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    with Terminal(command, environment) as terminal:
        return terminal.until(EMPTY_LIST), terminal.cpu_seconds()

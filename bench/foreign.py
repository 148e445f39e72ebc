"""How the time of each reader of a stranger's text grows: twice as much of the worst text is to take twice as long.

Three doublings are measured as one, for a single one is no larger than what a busy machine's clock is off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from bench.ground import Settings
from bench.results import Number
from imaging.guest.report.readers.parts import PARTS
from imaging.guidelines.checklist import judge
from imaging.guidelines.profiles import load_profile
from tests.guidelines.building import NOW, facts
from tests.linear import reports
from tests.linear.test_judging import guest
from tests.linear.test_readers import reading
from tests.linear.test_texts import PUMPS, READERS

_TURNS = 3
_CHARACTERS = 20_000
_ROWS = 400
_DOUBLINGS = 3
_AIM = "at most 2.3 times"
"""Twice as long, and what a clock is off."""
Work = Callable[[], object]


def measure(settings: Settings) -> list[Number]:
    """In this process, in its own processor time: of each reader the text of all that takes longest."""
    turns = settings.turns(_TURNS)
    profile = load_profile("jetstream")

    def judging(part: str, size: int) -> Work:
        seen = facts(guest=guest(part, reports.many_different_rows(part, size)), now=NOW)
        return lambda: judge(seen, profile)

    texts = [_doubled(name, turns, _texts(read), _CHARACTERS, "characters") for name, read in READERS.items()]
    rows = [_doubled(f"report: {part}", turns, [partial(_rows, part)], _ROWS, "rows") for part in PARTS]
    rules = [_doubled(f"judging: {part}", turns, [partial(judging, part)], _ROWS, "rows") for part in PARTS]
    return [*texts, *rows, *rules]


def _texts(read: Callable[[str], object]) -> list[Callable[[int], Work]]:
    encodable = [pump for pump in PUMPS if pump.isascii()]
    return [partial(_repeated, read, pump) for pump in encodable]


def _repeated(read: Callable[[str], object], pump: str, size: int) -> Work:
    return partial(read, pump * (size // len(pump)))


def _rows(part: str, size: int) -> Work:
    return reading(part, reports.many_different_rows(part, size))


def _doubled(what: str, turns: int, makers: list[Callable[[int], Work]], size: int, unit: str) -> Number:
    worst = max(makers, key=lambda maker: _seconds(maker(size), 1))
    most = size * 2**_DOUBLINGS
    small, large = _seconds(worst(size), turns), _seconds(worst(most), turns)
    note = f"{large * 1000:.1f} ms / {small * 1000:.1f} ms for {most:,} / {size:,} {unit}"
    return Number(f"twice as much: {what}", (large / max(small, 1e-6)) ** (1 / _DOUBLINGS), "x", _AIM, note)


def _seconds(work: Work, turns: int) -> float:
    times = []
    for _ in range(turns):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)

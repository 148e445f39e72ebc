"""How work grows with what it is given: processor time, and as a ratio, so that a busy machine changes nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

_TELLING_SECONDS = 0.0006
"""Below that a ratio says more about the clock than about the work."""


def seconds(work: Callable[[], object], *, turns: int = 2) -> float:
    """The processor time of one turn, the quickest of some."""
    return min(_once(work) for _ in range(turns))


def _once(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def growth(
    work_on: Callable[[int], Callable[[], object]], size: int, *, turns: int = 6, hopeless_seconds: float = 5.0
) -> float:
    """How many times as long four times as much takes; at most four where it is too quick to be measured.

    What looks too slow is measured again, each time more often: noise goes away, a bad habit stays.

    Args:
        work_on: makes what is measured for a size; making it is not measured.
        size: the smaller of the two.
        turns: how often to measure again.
        hopeless_seconds: what takes as long for the smaller one is not tried with the larger one.
    """
    small, large = work_on(size), work_on(size * 4)
    if seconds(small, turns=1) > hopeless_seconds:
        return math.inf
    ratio = 0.0
    for turn in range(1, turns + 1):
        longer = seconds(large, turns=turn)
        if longer < _TELLING_SECONDS:
            return min(ratio, 4.0) or 4.0
        ratio = longer / max(seconds(small, turns=turn + 1), 1e-6)
        if ratio <= 6:
            return ratio
    return ratio

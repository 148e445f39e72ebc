"""A plugin of pytest for trying one fault: the quickest tests begin, and the tests of half a minute have to do.

The first test that fails ends a trial, so that most faults cost a second. A fault that none of them notices would cost
all tests that come by its function: some are hit by hundreds.
"""

from __future__ import annotations

import json
import os
from itertools import accumulate
from pathlib import Path

import pytest

TIMES = Path(__file__).parents[2] / "mutmut-stats.json"
"""What mutmut measured when it looked which test comes by which function; it runs in the copy that it made."""
MOST_SECONDS = 30.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort what is about to run by the seconds that each took, and leave out what comes late."""
    if "__mutmut_" not in os.environ.get("MUTANT_UNDER_TEST", "") or not TIMES.exists():
        return
    took = json.loads(TIMES.read_text(encoding="utf-8"))["duration_by_test"]
    items.sort(key=lambda item: float(took.get(item.nodeid, 0)))
    until = accumulate(float(took.get(item.nodeid, 0)) for item in items)
    kept = max(1, sum(seconds <= MOST_SECONDS for seconds in until))
    config.hook.pytest_deselected(items=items[kept:])
    del items[kept:]

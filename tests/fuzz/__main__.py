"""Tries bad inputs at every door for a while, then says how many and what they found: `python -m tests.fuzz 600`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections import Counter

from tests.fuzz.door import shown
from tests.fuzz.doors import DOORS

_BATCH = 500


def main(seconds: float) -> int:
    """One batch per door and round, each round with another seed; the number of kinds of faults is the status."""
    tried: Counter[str] = Counter()
    faults: dict[tuple[str, str], str] = {}
    end, seed = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        seed += 1
        for door in DOORS:
            for bad in door.inputs(_BATCH, seed):
                tried[door.kind] += 1
                escaped = door.attack(bad)
                if escaped is not None:
                    faults.setdefault((door.name, _place(escaped)), f"{str(escaped)[:200]}\n    from {shown(bad)}")
    for kind, count in sorted(tried.items()):
        print(f"{kind}: {count} bad inputs")
    for (name, place), what in faults.items():
        print(f"{name}: {place}: {what}")
    return min(len(faults), 99)


def _place(escaped: BaseException) -> str:
    frames = traceback.extract_tb(escaped.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(escaped).__name__ + where


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        os.chdir(home)
        status = main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
        os.chdir("/")
    sys.exit(status)

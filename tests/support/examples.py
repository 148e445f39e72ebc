"""How many examples a property is tried with."""

from __future__ import annotations

import os


def examples(whole: int) -> int:
    """All of them in the gate and where somebody explores; while working a fifth, the first of the same ones."""
    if os.environ.get("IMAGING_TEST_SLOW") or os.environ.get("IMAGING_TEST_EXPLORE"):
        return whole
    return min(whole, max(whole // 5, 20))

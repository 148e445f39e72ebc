"""Keeps Python's garbage collector from stopping the screen to visit what never becomes garbage.

A full collection walks everything that is alive, and nothing else happens meanwhile: with ten thousand instances it
takes a sixth of a second, in the middle of a key press. What has survived a long one is therefore set aside
(`gc.freeze`) and not walked again. It is still freed when nobody refers to it any more; only cycles among it stay.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import Any

_LONG_SECONDS = 0.02
"""A collection that takes longer would be felt; short ones stay as they are, so that closed screens are collected."""
_FULL = 2


def set_survivors_aside(clock: Callable[[], float] = time.perf_counter) -> Callable[[str, Mapping[str, Any]], None]:
    """From now on set aside what survives a long full collection.

    Args:
        clock: tells the time in seconds.

    Returns:
        What was hung into `gc.callbacks`, so that it can be taken out again.
    """
    begun = 0.0

    def watch(phase: str, info: Mapping[str, Any]) -> None:
        nonlocal begun
        if info["generation"] != _FULL:
            return
        if phase == "start":
            begun = clock()
        elif clock() - begun > _LONG_SECONDS:
            gc.freeze()

    gc.callbacks.append(watch)
    return watch

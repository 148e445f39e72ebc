"""Loads modules without looking for garbage among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Around imports: what modules and models are made of stays as long as the process.

    Python looks through all of it dozens of times while it grows, which takes a sixth of the time. It is set aside
    instead, and not looked through later either.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()

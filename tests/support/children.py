"""The processes that a test has started: those that outlive its loop fail a later test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_TIMES, _SECONDS = 1000, 0.01


def children() -> set[int]:
    """The processes that this one has started and not seen the end of."""
    listed = [path.read_text("ascii") for path in Path("/proc/self/task").glob("*/children")]
    return {int(word) for text in listed for word in text.split()}


@asynccontextmanager
async def seen_to_end() -> AsyncIterator[None]:
    """At its end the processes that were started since are seen to end by the loop that started them."""
    before = children()
    yield
    for _ in range(_TIMES):
        if not children() - before:
            break
        await asyncio.sleep(_SECONDS)
    await asyncio.sleep(_SECONDS)  # a thread has waited for it, and tells the loop
    assert not children() - before

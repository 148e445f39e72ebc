"""Long work beside the run: its progress is written down, and a request to cancel ends it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from imaging.runs.core.step_context import StepContext

T = TypeVar("T")

_SAID_EVERY_SECONDS = 5.0
_SLICE_SECONDS = 0.5
_END_SECONDS = 30.0
"""How long something that was cancelled may take to end."""


async def beside(ctx: StepContext, work: Coroutine[Any, Any, T], *, what: str, progress: Callable[[], str]) -> T:
    """Await something that takes long, such as an upload.

    Args:
        ctx: the step's context.
        work: cancelled when the run is to end; nothing of it runs any more when this returns.
        what: what is waited for, for the screen.
        progress: how far it is, in a few words; asked every few seconds.

    Raises:
        CancelRequested: the user asked to cancel.
        TimeUpError: the time-out of an unattended run is over.
        Exception: what `work` raises.
    """
    task, said_at = asyncio.create_task(work), ctx.clock.monotonic()

    async def ended() -> asyncio.Task[T] | None:
        nonlocal said_at
        await asyncio.wait({task}, timeout=_SLICE_SECONDS)
        now = ctx.clock.monotonic()
        if not task.done() and now - said_at >= _SAID_EVERY_SECONDS:
            said_at = now
            await ctx.phase(progress())
        # The task and not its result: what it raises is its own, and no reason to ask again.
        return task if task.done() else None

    try:
        await ctx.wait_until(ended, what=what, limit_seconds=math.inf)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_END_SECONDS)
    return task.result()

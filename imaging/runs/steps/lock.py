"""Lock: so that nobody starts, changes or deletes the source while its image is made."""

from __future__ import annotations

from imaging.runs.context import StepContext, StepResult
from imaging.runs.locking import LOCK_REASON_SINCE, lock_reason, lock_with
from imaging.runs.source import read_source
from models.errors import ForbiddenError


async def lock(ctx: StepContext) -> StepResult:
    """Goal: the source is locked. Where policy refuses, the run goes on without, and says so.

    It also does without where Nova does not show a lock (before 2.9): nobody could see later that it must come off.
    """
    source = await read_source(ctx)
    if source.locked is None:
        return StepResult("not locked: the cloud is too old to show a lock", skipped=True)
    if source.locked:
        return StepResult("locked")
    await ctx.still_ours()
    await ctx.intend("lock the instance")
    try:
        await lock_with(ctx, source.id, lock_reason(ctx))
    except ForbiddenError:
        return StepResult("not locked: the cloud's policy does not allow it", skipped=True)
    with_reason = await ctx.cloud.compute.microversion() >= LOCK_REASON_SINCE
    return StepResult("locked" if with_reason else "locked, without a reason: the cloud is too old")

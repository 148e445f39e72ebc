"""Lock: so that nobody starts, changes or deletes the source while its image is made."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.instance import read_source
from imaging.runs.source.lock import LOCK_REASON_SINCE, lock_with
from models.errors import ForbiddenError
from models.run.intent import IntentAction
from models.run.lock_reason import lock_reason


async def lock(ctx: StepContext) -> StepResult:
    """Goal: the source is locked. Where policy refuses, the run continues without, and says so.

    It also does without where Nova does not show a lock (before 2.9): nobody could see later that it must come off.
    """
    source = await read_source(ctx)
    if source.locked is None:
        return StepResult("not locked: the cloud is too old to show a lock", skipped=True)
    # V26: locking it again would be accepted and would keep the first reason, so there is nothing to gain.
    if source.locked:
        return StepResult("locked")
    # The last change of the source before the image; N2: a lock does not stop the imaging itself.
    await ctx.verify_claim()
    await ctx.intend(IntentAction.LOCK, source.id)
    try:
        await lock_with(ctx, source.id, lock_reason(ctx.run.id, ctx.run.host, source.id))
    except ForbiddenError:
        return StepResult("not locked: the cloud's policy does not allow it", skipped=True)
    # V26: below 2.73 Nova drops the reason in silence.
    with_reason = await ctx.cloud.compute.microversion() >= LOCK_REASON_SINCE
    return StepResult("locked" if with_reason else "locked, without a reason: the cloud is too old")

"""Lock: so that nobody starts, changes or deletes the source while its image is made."""

from __future__ import annotations

from imaging.runs.asking import ask_until
from imaging.runs.context import StepContext, StepResult
from imaging.runs.source import read_source
from models.errors import ForbiddenError
from models.instance import Instance

_LIMIT_SECONDS = 60.0
_REASON_LIMIT = 255
"""Characters that Nova allows in the reason of a lock."""
_REASON_SINCE = (2, 73)
"""The microversion from which a lock can have a reason."""
_LOCKED_SHOWN_SINCE = (2, 9)
"""The microversion from which Nova shows whether an instance is locked."""


async def lock(ctx: StepContext) -> StepResult:
    """Goal: the source is locked. Where policy refuses, the run goes on without, and says so."""
    source = await read_source(ctx)
    if source.locked:
        return StepResult("locked")
    await ctx.still_ours()
    await ctx.intend("lock the instance")
    try:
        await lock_with(ctx, source.id, lock_reason(ctx))
    except ForbiddenError:
        return StepResult("not locked: the cloud's policy does not allow it", skipped=True)
    return StepResult("locked" if await can_have_reason(ctx) else "locked, without a reason: the cloud is too old")


async def lock_with(ctx: StepContext, instance_id: str, reason: str | None) -> None:
    """Lock an instance and see that it is locked, as far as the cloud shows it."""

    async def locked() -> Instance | None:
        source = await read_source(ctx)
        shown = await ctx.cloud.compute.microversion() >= _LOCKED_SHOWN_SINCE
        return source if source.locked or not shown else None

    await ask_until(
        ctx,
        lambda: ctx.cloud.compute.lock(instance_id, reason),
        locked,
        what="the instance to be locked",
        limit_seconds=_LIMIT_SECONDS,
        cancellable=False,
    )


def lock_reason(ctx: StepContext) -> str:
    """Who locked the instance, and the command that puts it right."""
    reason = f"imaging run {ctx.run.id} on {ctx.run.host}; to put it back: imaging undo {ctx.run.instance_id}"
    return reason[:_REASON_LIMIT]


async def can_have_reason(ctx: StepContext) -> bool:
    """Whether the cloud keeps the reason of a lock."""
    return await ctx.cloud.compute.microversion() >= _REASON_SINCE

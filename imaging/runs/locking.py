"""Locking an instance and seeing that it is locked, as far as the cloud shows it."""

from __future__ import annotations

from imaging.cloud.interface import Microversion
from imaging.runs.asking import ask_until
from imaging.runs.context import StepContext
from imaging.runs.source import read_source
from models.instance import Instance

_LIMIT_SECONDS = 60.0
LOCK_REASON_SINCE: Microversion = (2, 73)
"""From here on a lock can have a reason."""
_LOCKED_SHOWN_SINCE: Microversion = (2, 9)
"""From here on Nova shows whether an instance is locked."""


async def lock_with(ctx: StepContext, instance_id: str, reason: str | None) -> None:
    """Lock an instance and wait until it is locked; a cloud too old to show it is believed."""

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

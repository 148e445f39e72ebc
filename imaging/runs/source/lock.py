"""Locking an instance and seeing that it is locked, as far as the cloud shows it."""

from __future__ import annotations

from imaging.cloud.interface import Microversion
from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext
from imaging.runs.source.instance import read_source
from models.cloud.instance import Instance

_LIMIT_SECONDS = 60.0
LOCK_REASON_SINCE: Microversion = (2, 73)
"""From here on a lock can have a reason."""


async def lock_with(ctx: StepContext, instance_id: str, reason: str | None) -> None:
    """Lock an instance and wait until it is locked; a cloud too old to show it is believed."""

    async def locked() -> Instance | None:
        source = await read_source(ctx)
        # None, not False, below 2.9: such a cloud never shows a lock, and waiting for one would never end.
        return None if source.locked is False else source

    await ask_until(
        ctx,
        lambda: ctx.cloud.compute.lock(instance_id, reason),
        locked,
        what="the instance to be locked",
        limit_seconds=_LIMIT_SECONDS,
        cancellable=False,
    )

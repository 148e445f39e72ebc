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


_REASON_BEGINS = "imaging run "
_REASON_LIMIT = 255
"""Characters that Nova allows in the reason of a lock."""


def lock_reason(ctx: StepContext) -> str:
    """Who locked the instance, and the command that puts it right."""
    host, instance_id = ctx.run.host, ctx.run.instance_id
    return f"{_REASON_BEGINS}{ctx.run.id} on {host}; to put it back: imaging undo {instance_id}"[:_REASON_LIMIT]


def is_reason_of_a_run(reason: str) -> bool:
    """Whether the reason of a lock is one that `lock_reason` wrote, in this run or in an earlier one."""
    return reason.startswith(_REASON_BEGINS) and "; to put it back:" in reason


async def lock_with(ctx: StepContext, instance_id: str, reason: str | None) -> None:
    """Lock an instance and wait until it is locked; a cloud too old to show it is believed."""

    async def locked() -> Instance | None:
        source = await read_source(ctx)
        return None if source.locked is False else source

    await ask_until(
        ctx,
        lambda: ctx.cloud.compute.lock(instance_id, reason),
        locked,
        what="the instance to be locked",
        limit_seconds=_LIMIT_SECONDS,
        cancellable=False,
    )

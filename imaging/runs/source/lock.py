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


_REASON_BEGINS = "imaging run "
_WAY_BACK = "imaging undo "
_REASON_LIMIT = 255
"""Characters that Nova allows in the reason of a lock."""


def lock_reason(ctx: StepContext) -> str:
    """Who locked the instance, and the command that puts it right."""
    host, instance_id = ctx.run.host, ctx.run.instance_id
    return f"{_REASON_BEGINS}{ctx.run.id} on {host}; to restore it: {_WAY_BACK}{instance_id}"[:_REASON_LIMIT]


def is_reason_of_a_run(reason: str) -> bool:
    """Whether the reason of a lock is one that `lock_reason` wrote, in this run or in an earlier one."""
    # Both the run and the command: a user may well begin a reason of their own with the first words. What stands
    # between them is for people.
    head, _, rest = reason.partition("; ")
    imaging, run, run_id, on, host = (*head.split(" ", 4), *[""] * 4)[:5]
    names_run = (imaging, run, on) == ("imaging", "run", "on") and run_id.isalnum() and bool(host)
    return names_run and _WAY_BACK in rest


def is_reason_of(reason: str | None, run_id: str) -> bool:
    """Whether the reason of a lock names this run."""
    # With the blank and "on": no run's id is taken for the beginning of a longer one.
    return reason is not None and reason.startswith(f"{_REASON_BEGINS}{run_id} on ")


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

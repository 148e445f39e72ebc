"""Carries a remedy out: looks whether it is still right, asks the cloud once, and waits for both sides to agree."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from imaging.cloud.interface import Cloud
from imaging.guest.interface import Progress, Telling
from imaging.remedies.table import TABLE, Remedy, RemedyKind, command, is_done, refusal
from imaging.runs.core.polling import TRANSIENT_ERRORS, poll_interval
from imaging.runs.detach_by_hand import detach_stopped
from imaging.runtime.clock import Clock
from models.cloud.instance import Instance
from models.errors import LostAnswerError, RunError, ServerFaultError
from models.formatting import duration

_UNDONE_AFTER_SECONDS = 10.0
"""Nova shows a task at once: an instance that rests in its old state for so long was not changed."""


async def carry_out(
    cloud: Cloud, clock: Clock, instance_id: str, kind: RemedyKind, *, tell: Telling, volume_id: str = ""
) -> str:
    """Do it, and wait until it is done.

    Args:
        cloud: the cloud.
        clock: for waiting.
        instance_id: the instance.
        kind: what is to be done.
        tell: shows progress.
        volume_id: DETACH: the volume.

    Returns:
        What holds now, in one sentence.

    Raises:
        RunError: it is not possible now, a run works on the instance, or it did not come about in time.
        ImagingError: the cloud refused or failed.
    """
    remedy = TABLE[kind]
    instance = await cloud.compute.instance(instance_id)
    if is_done(remedy, instance):
        return f"{_state(instance, kind)} already."
    if (why := refusal(remedy, instance)) is not None:
        raise RunError(why, meaning="Nothing was changed.", remedy="Press r to read the instance again.")
    tell(Progress(f"{remedy.doing} {instance.name}"))
    if kind is RemedyKind.DETACH:
        return await detach_stopped(cloud, clock, instance_id, volume_id)
    # Whether a lost request took effect is seen below.
    with contextlib.suppress(LostAnswerError, ServerFaultError):
        await _calls(cloud)[kind](instance_id)
    return await _wait(cloud, clock, remedy, instance, tell)


def _calls(cloud: Cloud) -> dict[RemedyKind, Callable[[str], Awaitable[None]]]:
    compute = cloud.compute
    return {
        RemedyKind.START: compute.start,
        RemedyKind.RESUME: compute.resume,
        RemedyKind.UNPAUSE: compute.unpause,
        RemedyKind.UNSHELVE: compute.unshelve,
        RemedyKind.CONFIRM_RESIZE: compute.confirm_resize,
        RemedyKind.UNLOCK: compute.unlock,
        RemedyKind.STOP: compute.stop,
    }


async def _wait(cloud: Cloud, clock: Clock, remedy: Remedy, before: Instance, tell: Telling) -> str:
    begun = clock.monotonic()
    was_busy = False
    while (waited := clock.monotonic() - begun) < remedy.limit_seconds:
        with contextlib.suppress(*TRANSIENT_ERRORS):
            now = await cloud.compute.instance(before.id)
            if is_done(remedy, now):
                return f"{_state(now, remedy.kind)} now."
            was_busy = was_busy or bool(now.task_state)
            _refuse_failed(remedy, before, now, gave_up=was_busy or waited > _UNDONE_AFTER_SECONDS)
            doing = f" ({now.task_state.replace('_', ' ')})" if now.task_state else ""
            tell(Progress(f"{remedy.doing} {before.name}{doing}"))
        await clock.sleep(poll_interval(waited))
    raise RunError(
        f"{remedy.doing} {before.name} took longer than {duration(remedy.limit_seconds)}.",
        meaning="The cloud may still do it.",
        remedy=f"See: openstack server event list {before.id}",
    )


def _refuse_failed(remedy: Remedy, before: Instance, now: Instance, *, gave_up: bool) -> None:
    """An instance in error, or back in its old state with nothing under way, does not come by waiting."""
    has_failed = now.status == "ERROR" and before.status != "ERROR"
    rests = not now.task_state and now.status == before.status and remedy.kind is not RemedyKind.UNLOCK
    if has_failed or (rests and gave_up):
        raise RunError(
            f"The cloud could not do it: {_state(now, remedy.kind)}.",
            meaning=now.fault or "",
            remedy=f"What it says about it: openstack server event list {now.id}. To try again: "
            f"{command(remedy.kind, now.id)}",
        )


def _state(instance: Instance, kind: RemedyKind) -> str:
    """How it is now; of its lock only where that was what should change."""
    unlocked = ", not locked" if kind is RemedyKind.UNLOCK and instance.locked is False else ""
    return f"{instance.name} is {instance.status}{unlocked}"

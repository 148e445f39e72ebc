"""Detaching one volume from an instance outside a run, after the guest has released it.

The cloud's half of the remedy *unmount and detach*. A run never does this: it stops the instance first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from imaging.cloud.interface import Cloud
from imaging.guest.interface import Progress, Telling
from imaging.guest.remedies import FixResult
from imaging.guidelines.instance.root_volume import root_attachment
from imaging.runs.core.polling import TRANSIENT_ERRORS, poll_interval
from imaging.runs.plan.step_texts import attach_command
from imaging.runs.source.claim_keys import other_claims
from imaging.runs.source.instance import read_volume, refuse_half_known, used_by
from imaging.runtime.clock import Clock
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.volume import Volume
from models.errors import ImagingError, LostAnswerError, NotFoundError, RunError, ServerFaultError

_LIMIT_SECONDS = 300.0
"""A guest that does not release it is asked for 200 s before Nova gives up."""
_STATES = frozenset({"ACTIVE", "SHUTOFF"})
_UNCHANGED = "Nothing was unmounted or detached."


async def unmount_and_detach(
    cloud: Cloud,
    clock: Clock,
    instance_id: str,
    volume_id: str,
    unmount: Callable[[], Awaitable[FixResult]],
    *,
    tell: Telling,
) -> FixResult:
    """Detach a volume permanently, once the guest has released it.

    The cloud is asked first whether it may be detached at all, so that nothing is unmounted without need, and once more
    after the guest's half, for a run may have begun meanwhile.

    Args:
        cloud: the cloud.
        clock: for waiting.
        instance_id: the instance.
        volume_id: the volume.
        unmount: the guest's half: `imaging.guest.remedies.carry_out` with the same action.
        tell: shows progress.

    Raises:
        RunError: it is not attached, is the root volume, a run works on the instance, or it was not released.
        GuestError: the guest's half refused; nothing was detached.
        ImagingError: the cloud failed; what was unmounted by then is said.
    """
    await _detachable(cloud, instance_id, volume_id)
    freed = await unmount()
    try:
        attachment = await _detachable(cloud, instance_id, volume_id)
        tell(Progress(f"Detaching {_named(attachment)}"))
        await _detach(cloud, clock, instance_id, volume_id)
    except ImagingError as error:
        raise RunError(
            error.what,
            meaning=f"{freed.done} Whether the volume is still attached: openstack server volume list {instance_id}",
            remedy=f"To undo it in the guest: {freed.undo}",
            request_id=error.request_id,
        ) from error
    undo = attach_command(instance_id, attachment)
    return FixResult(
        f"{freed.done} {_named(attachment)} is detached.",
        f"{undo}; then, in the guest, where its device may have another name: {freed.undo}",
    )


async def detach_stopped(cloud: Cloud, clock: Clock, instance_id: str, volume_id: str) -> str:
    """Detach a volume from a stopped instance, in which nothing can use it.

    Returns:
        What was done, and the command that undoes it.

    Raises:
        RunError: it is not attached, is the root volume, the instance runs, a run works on it, or it was not released.
        ImagingError: the cloud failed.
    """
    instance = await cloud.compute.instance(instance_id)
    if instance.status != "SHUTOFF":
        raise RunError(f"The instance is {instance.status}.", meaning=_UNCHANGED, remedy="Stop it first.")
    attachment = await _detachable(cloud, instance_id, volume_id)
    await _detach(cloud, clock, instance_id, volume_id)
    return f"{_named(attachment)} is detached. To undo it: {attach_command(instance_id, attachment)}"


async def _detachable(cloud: Cloud, instance_id: str, volume_id: str) -> VolumeAttachment:
    """The attachment, if nothing forbids ending it."""
    instance = await cloud.compute.instance(instance_id)
    refuse_half_known(instance)
    _refuse_unfit(instance)
    attachments = await cloud.compute.attachments(instance_id)
    attachment = next((each for each in attachments if each.volume_id == volume_id), None)
    if attachment is None:
        raise RunError(f"The volume {volume_id} is not attached to the instance.", meaning=_UNCHANGED)
    if instance.root_disk_unknown:
        raise RunError(f"The cloud does not say whether {_named(attachment)} is the root disk.", meaning=_UNCHANGED)
    volumes = await _volumes(cloud, instance, attachments)
    if instance.volume_backed and root_attachment(instance, attachments, volumes) == attachment:
        raise RunError(f"{_named(attachment)} is the root disk of the instance.", meaning=_UNCHANGED)
    return attachment


def _refuse_unfit(instance: Instance) -> None:
    claims = other_claims(instance.metadata, "")
    if claims:
        raise RunError(
            f"A run works on the instance: {', '.join(claims)}.",
            meaning=_UNCHANGED,
            remedy=f"Wait for it, or restore the instance with: imaging undo {instance.id}",
        )
    if instance.status not in _STATES or instance.task_state is not None:
        doing = f" ({instance.task_state})" if instance.task_state else ""
        raise RunError(
            f"The instance is {instance.status}{doing}.", meaning=_UNCHANGED, remedy="Wait until it is idle."
        )
    if instance.locked:
        raise RunError(
            "The instance is locked, so the cloud detaches nothing from it.",
            meaning=_UNCHANGED,
            remedy=f"openstack server unlock {instance.id}",
        )


async def _volumes(cloud: Cloud, instance: Instance, attachments: tuple[VolumeAttachment, ...]) -> tuple[Volume, ...]:
    """Cinder's side, which tells the root volume; only a volume-backed instance has one."""
    if not instance.volume_backed:
        return ()
    found = []
    for attachment in attachments:
        try:
            found.append(await read_volume(cloud, attachment.volume_id))
        except NotFoundError:
            continue
    return tuple(volume for volume in found if volume is not None)


async def _detach(cloud: Cloud, clock: Clock, instance_id: str, volume_id: str) -> None:
    # Whether a lost request took effect is seen below; asking again could meet the volume's next attachment.
    with contextlib.suppress(LostAnswerError, ServerFaultError, NotFoundError):
        await cloud.compute.detach_volume(instance_id, volume_id)
    begun, refused = clock.monotonic(), 0
    while clock.monotonic() - begun < _LIMIT_SECONDS:
        try:
            if await _is_let_go(cloud, instance_id, volume_id):
                return
        except TRANSIENT_ERRORS:
            refused += 1
        await clock.sleep(poll_interval(clock.monotonic() - begun))
    unclear = f"; {refused} times the cloud gave no answer" if refused else ""
    raise RunError(f"The volume was not detached within {_LIMIT_SECONDS:.0f} s{unclear}.")


async def _is_let_go(cloud: Cloud, instance_id: str, volume_id: str) -> bool:
    """Whether Nova and Cinder agree that it is detached: Cinder may say so a little before Nova."""
    attachments = await cloud.compute.attachments(instance_id)
    listed = any(each.volume_id == volume_id for each in attachments)
    try:
        volume = await read_volume(cloud, volume_id)
    except NotFoundError:
        return not listed
    if volume is not None and volume.status.startswith("error"):
        raise RunError(f"The volume was not released: it is {volume.status}.")
    return not listed and (volume is None or (not used_by(volume, instance_id) and volume.status != "detaching"))


def _named(attachment: VolumeAttachment) -> str:
    device = f" ({attachment.device})" if attachment.device else ""
    return f"Volume {attachment.volume_id}{device}"

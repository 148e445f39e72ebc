"""The source instance as the steps see it: what is attached to it, in which order, and when it is at rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from imaging.cloud.interface import Cloud
from imaging.guidelines.instance.root_volume import root_attachment
from imaging.runs.core.step_context import StepContext
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.volume import Volume
from models.errors import ForbiddenError, NotFoundError, RunError, ServerFaultError, ServiceMissingError

_HALF_KNOWN = "UNKNOWN"


class SourceGoneError(RunError):
    """Somebody deleted the instance that an image is made of."""


async def read_source(ctx: StepContext) -> Instance:
    """The source as it is now.

    Raises:
        SourceGoneError: somebody deleted it.
    """
    instance_id = source_id(ctx)
    try:
        instance = await ctx.cloud.compute.instance(instance_id)
    except NotFoundError as error:
        raise _gone(ctx, error) from error
    # V16: shown for half a second after a deletion; SOFT_DELETED is the word of clouds that delete with a delay.
    if instance.status in {"DELETED", "SOFT_DELETED"}:
        raise _gone(ctx, None)
    refuse_half_known(instance)
    return instance


def refuse_half_known(instance: Instance) -> None:
    """Refuse to conclude anything from an instance of which Nova knows hardly more than the id.

    While the part of Nova that holds it (its cell) is down, it is shown without state, lock, task and metadata: taken
    at its word, it would be idle, unlocked, and without a claim.

    Raises:
        ServerFaultError: a trouble that passes.
    """
    if instance.status == _HALF_KNOWN:
        raise ServerFaultError(
            f"The cloud cannot say at the moment how the instance {instance.id} is.",
            meaning="The part of the cloud that it is in does not answer.",
            remedy="Wait; if it stays so, ask the cloud's support.",
        )


async def wait_idle(
    ctx: StepContext,
    *,
    limit_seconds: float,
    gone_is_idle: bool = False,
    read: Callable[[StepContext], Awaitable[Instance]] = read_source,
) -> None:
    """Wait until nothing is being done to the source any more; a request to cancel does not end the wait.

    Args:
        ctx: the step's context.
        read: reads the instance that is waited for, where that is not the source.
        limit_seconds: how long, in seconds, before the step waits for the user.
        gone_is_idle: whether it is all the same when somebody has deleted it.

    Raises:
        SourceGoneError: somebody deleted it.
    """

    async def idle() -> bool | None:
        try:
            source = await read(ctx)
        except SourceGoneError:
            if gone_is_idle:
                return True
            raise
        if source.task_state:
            await ctx.phase(f"instance {source.status}, {source.task_state}")
        return True if source.task_state is None else None

    await ctx.wait_until(idle, what="the instance to be idle", limit_seconds=limit_seconds, cancellable=False)


def source_id(ctx: StepContext) -> str:
    """The id of the instance that the run works on."""
    instance_id = ctx.run.claim.instance_id if ctx.run.claim else ctx.run.instance_id
    if instance_id is None:
        raise RunError("This run has no source instance.")
    return instance_id


def is_at_rest(source: Instance) -> bool:
    """Whether an instance is stopped and nothing is being done to it."""
    # The task counts as well: an instance that is being started is still SHUTOFF.
    return source.status == "SHUTOFF" and source.task_state is None


async def require_stopped(ctx: StepContext, before: str) -> None:
    """Check once more, for between two calls somebody may have started the source.

    Args:
        ctx: the step's context.
        before: what is about to be asked, as the end of the sentence "… before …".

    Raises:
        RunError: it is not stopped any more.
    """
    source = await read_source(ctx)
    # Any other task may be our own: an image that is being made since before a restart.
    if source.status != "SHUTOFF" or source.task_state == "powering-on":
        task = f", {source.task_state}" if source.task_state else ""
        raise RunError(
            f"Somebody has started the instance before {before}: it is {source.status}{task}.",
            meaning="A disk pulled out of a running machine loses what is written to it afterwards, and an image of "
            "one is not whole.",
            remedy="Leave the instance alone until the run is done, and try again.",
        )


def _gone(ctx: StepContext, error: NotFoundError | None) -> SourceGoneError:
    volumes = ctx.run.claim.volumes if ctx.run.claim else ()
    kept = ", ".join(volume.id for volume in volumes)
    return SourceGoneError(
        f"The instance {source_id(ctx)} has been deleted by someone else.",
        meaning=f"The volumes that were attached to it are untouched: {kept}." if kept else "",
        remedy="Nothing of it is left to restore.",
        request_id=error.request_id if error else None,
    )


def in_device_order(attachments: Iterable[VolumeAttachment]) -> tuple[VolumeAttachment, ...]:
    """Attachments as the guest names them: vdb before vdc.

    Hypervisors give letters in the order of attaching, so this is the order in which to attach again. Where a
    device is not known, Nova's own order is kept.
    """
    listed = tuple(attachments)
    # A sort by the names that are known would mix up the others.
    if any(not attachment.device for attachment in listed):
        return listed
    # By length first: vdz comes before vdaa.
    return tuple(sorted(listed, key=lambda attachment: (len(attachment.device or ""), attachment.device or "")))


def root_volume_id(
    instance: Instance, attachments: Sequence[VolumeAttachment], volumes: Iterable[Volume] | None = None
) -> str | None:
    """The root volume of a volume-backed instance, which is never detached; None for an image-backed one."""
    root = root_attachment(instance, attachments, volumes)
    return root.volume_id if root else None


def has_device_gap(attachments: Sequence[VolumeAttachment], root_device: str | None = None) -> bool:
    """Whether a letter is missing between the devices (vdb, vdd): attached again they would close up."""
    letters = sorted(attachment.device[-1] for attachment in attachments if attachment.device)
    if not letters:
        return False
    # V27: libvirt gives the first free letter, not the one that is asked for.
    first = chr(ord((root_device or "/dev/vda")[-1]) + 1)
    return letters != [chr(ord(first) + place) for place in range(len(letters))]


async def read_volume(cloud: Cloud, volume_id: str) -> Volume | None:
    """Cinder's side of a volume; None where Cinder cannot be asked. Raises NotFoundError when it is gone."""
    try:
        return await cloud.volumes.volume(volume_id)
    except (ServiceMissingError, ForbiddenError):
        return None


def used_by(volume: Volume, instance_id: str) -> bool:
    """Whether Cinder says that an instance uses a volume."""
    return any(use.server_id == instance_id for use in volume.uses)

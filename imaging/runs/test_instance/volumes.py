"""The volumes of a test instance: those that it brought are removed after it, those of somebody else outlive it.

A colleague can attach a volume of theirs to our test instance, and can flag it to be deleted together with it. So what
is attached is told apart before the instance goes, by what Nova and Cinder say about it (`ownership.volumes`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from imaging.runs.core.deletion import UNDER_WAY, Kept, Progress, wait_gone
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.volumes import Brought, doubt_about_volume
from models.cloud.image import Image
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.volume import Volume
from models.errors import (
    ConflictError,
    ForbiddenError,
    ForeignValueError,
    NotFoundError,
    NotOwnedError,
    RejectedError,
    ServiceMissingError,
)
from models.foreign import fields
from models.run.claim import CLAIM_PREFIX
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind

_REMOVAL_SECONDS = 600.0
_CLAIM_BYTES = 4 * 255
"""Nova allows 255 characters; one of them has up to four bytes."""


async def note_volumes(ctx: StepContext, server_id: str, image: Image | None) -> tuple[VolumeAttachment, ...]:
    """Write down the volumes that a test instance brought, and those of others as left behind.

    Returns:
        The attachments of the others' volumes.
    """
    try:
        known = owned_ids(ctx.run, OwnedKind.VOLUME)
        attached = await ctx.cloud.compute.attachments(server_id)
        attachments = [each for each in attached if each.volume_id not in known]
        # Called at every poll while the test instance is built: saves the call below.
        if not attachments:
            return ()
        server = await ctx.cloud.compute.instance(server_id)  # read last: what is not up now was not up before
    except NotFoundError:
        return ()
    brought = Brought(image, server, await _claimed(ctx) if image is not None and image.is_volume_backed else ())
    others = [each for each in attachments if not await _is_brought(ctx, brought, each)]
    return tuple(others)


async def keep_others(ctx: StepContext, server_id: str, others: Iterable[VolumeAttachment]) -> str | None:
    """See to it that the volumes of others outlive the test instance.

    Returns:
        Why the test instance must stay, where Nova would delete one of them together with it; None if it can go.
    """
    for each in others:
        if each.delete_on_termination and not await _keep(ctx, server_id, each.volume_id):
            return f"with it the cloud would delete volume {each.volume_id}, which somebody attached"
    return None


async def remove_volumes(ctx: StepContext, spared: Collection[str] = ()) -> int:
    """Delete the journalled volumes of test instances that are gone; returns how many there were.

    Args:
        ctx: the step's context.
        spared: the ids of instances of the run that are to stay for now, and their volumes with them.
    """
    volume_ids = owned_ids(ctx.run, OwnedKind.VOLUME, removed=False)
    claimed = await _claimed(ctx) if volume_ids else frozenset()
    removed = 0
    for volume_id in volume_ids:
        # A run may have claimed it since: a claimed volume is the user's, even if the journal says otherwise.
        if volume_id in claimed:
            await _leave(ctx, volume_id, "", "a claim names it")
            continue
        if spared and await _is_used_by(ctx, volume_id, spared):
            continue
        await ctx.intend(IntentAction.DELETE_VOLUME, volume_id)
        removed += await _delete(ctx, volume_id)
    return removed


async def _is_used_by(ctx: StepContext, volume_id: str, server_ids: Collection[str]) -> bool:
    try:
        volume = await ctx.cloud.volumes.volume(volume_id)
    except NotFoundError:
        return False
    return any(use.server_id in server_ids for use in volume.uses)


async def _delete(ctx: StepContext, volume_id: str) -> bool:
    """Delete one volume as soon as it is free; False where it is left."""
    kept = await wait_gone(
        ctx,
        lambda: _deletion(ctx, volume_id),
        what="a volume of the test instance",
        limit_seconds=_REMOVAL_SECONDS,
        refusals=(NotOwnedError, RejectedError, ForbiddenError),  # somebody has made a snapshot of it, perhaps
    )
    if kept is not None:
        await _leave(ctx, volume_id, kept.name, kept.reason)
        return False
    await ctx.own(Owned(kind=OwnedKind.VOLUME, id=volume_id, removed=True))
    return True


async def _deletion(ctx: StepContext, volume_id: str) -> Progress | Kept:
    volume = await ctx.cloud.volumes.volume(volume_id)
    gone = owned_ids(ctx.run, OwnedKind.SERVER, removed=True)  # Cinder may take a moment longer to know
    users = [use.server_id for use in volume.uses if use.server_id not in gone]
    if users:
        return Kept(f"{', '.join(users)} uses it now", volume.name)
    # Cinder refuses in any other state; V9: clones are released some time after the instance is gone.
    if volume.status == "available" or volume.status.startswith("error"):
        await ctx.cloud.volumes.delete_volume(volume_id)
    return UNDER_WAY


async def _is_brought(ctx: StepContext, brought: Brought, attachment: VolumeAttachment) -> bool:
    try:
        volume = await ctx.cloud.volumes.volume(attachment.volume_id)
    except NotFoundError:
        return True  # nothing is left of it
    except (ForbiddenError, ServiceMissingError):
        await _leave(ctx, attachment.volume_id, "", "the volume service cannot be asked about it")
        return False
    doubt = doubt_about_volume(ctx.run, brought, attachment, volume)
    if doubt is not None:
        await _leave(ctx, volume.id, volume.name, f"attached to the test instance, but {doubt}")
        return False
    await _own(ctx, volume)
    return True


async def _own(ctx: StepContext, volume: Volume) -> None:
    if volume.id not in owned_ids(ctx.run, OwnedKind.VOLUME):
        await ctx.own(Owned(kind=OwnedKind.VOLUME, id=volume.id, name=volume.name))


async def _keep(ctx: StepContext, server_id: str, volume_id: str) -> bool:
    """Take the flag off; whether it is off then."""
    await ctx.intend(IntentAction.KEEP_VOLUME, volume_id)
    try:
        await ctx.cloud.compute.keep_volume(server_id, volume_id)
        # Read back: the answer to the change says nothing, and a lost flag would cost somebody's data.
        rows = await ctx.cloud.compute.attachments(server_id)
    except (ConflictError, ForbiddenError, NotFoundError, RejectedError):
        return False
    return not any(each.volume_id == volume_id and each.delete_on_termination for each in rows)


async def _leave(ctx: StepContext, volume_id: str, name: str, reason: str) -> None:
    await ctx.leave(LeftBehind(kind=OwnedKind.VOLUME, id=volume_id, name=name, reason=reason))


async def _claimed(ctx: StepContext) -> frozenset[str]:
    """What any run is about or has claimed: by this journal, and by the metadata of every instance there is."""
    found = set(await ctx.claimed_ids())
    async for page in ctx.cloud.compute.instances():
        for instance in page:
            found |= _named_in_claims(instance)
    return frozenset(found)


def _named_in_claims(instance: Instance) -> set[str]:
    """The ids of volumes in the claims on an instance, readable claims and broken ones alike."""
    ids: set[str] = set()
    for key, value in instance.metadata.items():
        if key.startswith(CLAIM_PREFIX):
            try:
                ids.add(str(fields(value, max_bytes=_CLAIM_BYTES).get("id")))
            except ForeignValueError:
                continue
    return ids

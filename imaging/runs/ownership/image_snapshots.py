"""The volume snapshots behind the image of a volume-backed source: told apart from others', and deleted with it.

An image names its snapshots in a property that anybody can write who has rights on it, so a name in it proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from imaging.runs.core.deletion import UNDER_WAY, Progress, wait_gone
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.image import all_images
from imaging.runs.ownership.images_and_servers import owned_ids, snapshot_ids
from imaging.runs.ownership.volumes import doubt_about_snapshot, snapshot_name
from imaging.runs.source.instance import source_id
from models.cloud.image import Image
from models.cloud.volume import VolumeSnapshot
from models.errors import ForbiddenError, NotFoundError, NotOwnedError, RejectedError, ServiceMissingError
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind
from models.text import one_line

_REMOVAL_SECONDS = 600.0


async def note_snapshots(ctx: StepContext, image: Image) -> None:
    """Write down those of an image's snapshots that were made for it; the others as left behind."""
    named = snapshot_ids(image) if image.is_volume_backed else ()
    known = owned_ids(ctx.run, OwnedKind.VOLUME_SNAPSHOT)
    found = []
    for snapshot_id in named:
        # Judged once: later its volume may be gone, or another image may name it too.
        if snapshot_id in known:
            continue
        try:
            found.append(await ctx.cloud.volumes.snapshot(snapshot_id))
        except NotFoundError:
            continue
        except (ForbiddenError, ServiceMissingError):
            await _leave(ctx, snapshot_id, "", "the volume service cannot be asked about it")
    # All images are listed once for all snapshots: G3, the list may have many pages.
    await _sort(ctx, found, own={image.id})


async def note_temporary_snapshots(ctx: StepContext) -> None:
    """Write down the snapshots of a deep check whose image never came to name them: by their name, among others.

    Nova makes the snapshots before the image, so those of a request that failed half-way have only their name.
    """
    known, name = owned_ids(ctx.run, OwnedKind.VOLUME_SNAPSHOT), one_line(snapshot_name(ctx.run))
    try:
        listed = await ctx.cloud.volumes.snapshots()
    except (ForbiddenError, ServiceMissingError):
        return
    await _sort(
        ctx,
        [each for each in listed if each.name == name and each.id not in known],
        own=set(owned_ids(ctx.run, OwnedKind.IMAGE)),
    )


async def delete_snapshots(ctx: StepContext) -> int:
    """Delete the snapshots that the journal names as soon as the cloud lets them go; returns how many there were."""
    left = owned_ids(ctx.run, OwnedKind.VOLUME_SNAPSHOT, removed=False)
    return sum([await _delete(ctx, snapshot_id) for snapshot_id in left])


async def _sort(ctx: StepContext, snapshots: Iterable[VolumeSnapshot], own: set[str]) -> None:
    candidates = tuple(snapshots)
    if not candidates:
        return
    volumes = await _source_volumes(ctx)
    others = [image for image in await all_images(ctx) if image.id not in own]
    for snapshot in candidates:
        doubt = doubt_about_snapshot(ctx.run, snapshot, volumes, others)
        if doubt is None:
            await ctx.own(Owned(kind=OwnedKind.VOLUME_SNAPSHOT, id=snapshot.id, name=snapshot.name))
        else:
            await _leave(ctx, snapshot.id, snapshot.name, f"the image names it, but {doubt}")


async def _source_volumes(ctx: StepContext) -> frozenset[str]:
    """The source's root volume and those of the claim; a deep check takes them as they are attached."""
    plan, claim = ctx.run.plan, ctx.run.claim
    ids = {plan.root_volume_id or "", *(volume.id for volume in (claim.volumes if claim else ()))}
    # N4: Nova snapshots what is attached, and only a deep check leaves data volumes attached.
    if plan.root_volume_id is None or ctx.run.spec.image_is_temporary:
        with suppress(NotFoundError):  # somebody has deleted it meanwhile
            ids |= {each.volume_id for each in await ctx.cloud.compute.attachments(source_id(ctx))}
        ids |= set(plan.source.attached_volume_ids) if plan.source else set()
    return frozenset(ids - {""})


async def _delete(ctx: StepContext, snapshot_id: str) -> bool:
    await ctx.intend(IntentAction.DELETE_SNAPSHOT, snapshot_id)
    kept = await wait_gone(
        ctx,
        lambda: _deletion(ctx, snapshot_id),
        what="a volume snapshot",
        limit_seconds=_REMOVAL_SECONDS,
        refusals=(NotOwnedError, RejectedError, ForbiddenError),  # somebody has made a volume of it, perhaps
    )
    if kept is not None:
        await _leave(ctx, snapshot_id, kept.name, kept.reason)
        return False
    await ctx.own(Owned(kind=OwnedKind.VOLUME_SNAPSHOT, id=snapshot_id, removed=True))
    return True


async def _deletion(ctx: StepContext, snapshot_id: str) -> Progress:
    snapshot = await ctx.cloud.volumes.snapshot(snapshot_id)
    # Cinder refuses in any other state; V9: right after the imaging it is still being created.
    if snapshot.status == "available" or snapshot.status.startswith("error"):
        await ctx.cloud.volumes.delete_snapshot(snapshot_id)
    return UNDER_WAY


async def _leave(ctx: StepContext, snapshot_id: str, name: str, reason: str) -> None:
    await ctx.leave(LeftBehind(kind=OwnedKind.VOLUME_SNAPSHOT, id=snapshot_id, name=name, reason=reason))

"""Remove snapshot: a deep check's image was needed for one launch; nothing of it stays."""

from __future__ import annotations

from contextlib import suppress

from imaging.runs.asking import look_for
from imaging.runs.cleanup import delete_snapshot
from imaging.runs.context import StepContext, StepResult
from imaging.runs.our_image import all_images
from imaging.runs.ours import owned_ids, snapshot_ids, temporary_images, temporary_snapshots
from imaging.runs.source import source_id
from models.errors import ForbiddenError, NotFoundError, ServiceMissingError
from models.image import Image
from models.instance import Instance
from models.run import Owned, OwnedKind
from models.steps import StepName

_REMOVAL_SECONDS = 600.0
_GONE = frozenset({"deleted", "pending_delete"})


async def remove_snapshot(ctx: StepContext) -> StepResult:
    """Goal: no image that this deep check asked for is left, none of its volume snapshots, and the source is idle.

    An image that is still being made is deleted, too, by which Nova's work on it ends.
    """
    if not ctx.run.step(StepName.CREATE_IMAGE).intents:
        return StepResult("no image was asked for", skipped=True)
    images = await _images(ctx)
    for image in images:
        await _remove(ctx, image)
    await ctx.wait_until(
        lambda: _idle(ctx), what="the instance to be idle", limit_seconds=_REMOVAL_SECONDS, cancellable=False
    )
    snapshots = await _remove_volume_snapshots(ctx)
    removed = [
        f"{number} {what}{'' if number == 1 else 's'}"
        for number, what in ((len(images), "image"), (snapshots, "volume snapshot"))
        if number
    ]
    return StepResult("removed: " + ", ".join(removed) if removed else "nothing was left", skipped=not removed)


async def _images(ctx: StepContext) -> tuple[Image, ...]:
    """What is there of ours; where no answer to the request ever came it may still appear."""

    async def found() -> tuple[Image, ...] | None:
        return temporary_images(ctx.run, await all_images(ctx)) or None

    if ctx.run.image_id is not None:
        return await found() or ()
    return await look_for(ctx, found, what="an image whose answer was lost") or ()


async def _remove(ctx: StepContext, image: Image) -> None:
    """Delete one image; what it refers to is in the journal before."""
    for snapshot_id in snapshot_ids(image) if image.is_volume_backed else ():
        if snapshot_id not in owned_ids(ctx.run, OwnedKind.VOLUME_SNAPSHOT):
            await ctx.own(Owned(kind=OwnedKind.VOLUME_SNAPSHOT, id=snapshot_id))
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name))
    await ctx.intend(f"delete the temporary image {image.id}")
    with suppress(NotFoundError):  # Nova may have deleted it first
        await ctx.cloud.images.delete_image(image.id)
    await ctx.wait_until(
        lambda: _image_gone(ctx, image.id),
        what="the temporary image to be gone",
        limit_seconds=_REMOVAL_SECONDS,
        cancellable=False,
    )
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name, removed=True))


async def _image_gone(ctx: StepContext, image_id: str) -> bool | None:
    try:
        return True if (await ctx.cloud.images.image(image_id)).status in _GONE else None
    except NotFoundError:
        return True


async def _idle(ctx: StepContext) -> Instance | bool | None:
    """The source, once nothing is done to it any more; also true when somebody has deleted it meanwhile."""
    try:
        source = await ctx.cloud.compute.instance(source_id(ctx))
    except NotFoundError:
        return True
    return source if source.task_state is None else None


async def _remove_volume_snapshots(ctx: StepContext) -> int:
    left = dict.fromkeys(owned_ids(ctx.run, OwnedKind.VOLUME_SNAPSHOT, removed=False))
    if ctx.run.plan.source is not None and ctx.run.plan.source.volume_backed:
        with suppress(ForbiddenError, ServiceMissingError):
            left |= dict.fromkeys(each.id for each in temporary_snapshots(ctx.run, await ctx.cloud.volumes.snapshots()))
    for snapshot_id in left:
        await delete_snapshot(ctx, snapshot_id)
    return len(left)

"""Remove snapshot, and remove interim image: an image that was needed for one launch; nothing of it stays."""

from __future__ import annotations

from contextlib import suppress

from imaging.runs.core.deletion import GONE, UNDER_WAY, Progress, wait_gone
from imaging.runs.core.idempotency import observe_until_found
from imaging.runs.core.outcome import left_note
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.image import all_images
from imaging.runs.ownership.image_snapshots import delete_snapshots, note_snapshots, note_temporary_snapshots
from imaging.runs.ownership.images_and_servers import owned_ids, temporary_images
from imaging.runs.ownership.made_things import MadeImage, image_of_source
from imaging.runs.source.instance import wait_idle
from models.cloud.image import Image
from models.errors import ForbiddenError, NotFoundError, NotOwnedError
from models.formatting import counted
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind

_REMOVAL_SECONDS = 600.0
_GONE = frozenset({"deleted", "pending_delete"})


async def remove_snapshot(ctx: StepContext) -> StepResult:
    """Goal: no image that this run asked for only for a while is left, none of its snapshots, and the source is idle.

    An image that is still being made is deleted, too, by which Nova's work on it ends.
    """
    made = image_of_source(ctx.run)
    if made is None or not ctx.run.times_intended(made.create):
        return StepResult("no image was asked for", skipped=True)
    # One after the other: each is in the journal before it is deleted, so that a kill in between loses none.
    found = await _images(ctx, made)
    images = sum([await _remove(ctx, image, made) for image in found])
    await _note_gone(ctx, made, {image.id for image in found})
    await wait_idle(ctx, limit_seconds=_REMOVAL_SECONDS, gone_is_idle=True)
    # After the wait: while Nova still works on the request it may make further snapshots.
    snapshots = await _remove_volume_snapshots(ctx)
    removed = [counted(number, what) for number, what in ((images, "image"), (snapshots, "volume snapshot")) if number]
    note = "removed: " + ", ".join(removed) if removed else "nothing was left"
    left = left_note(ctx.run)
    return StepResult("; ".join(part for part in (note, left) if part), skipped=not removed and not left)


async def _note_gone(ctx: StepContext, made: MadeImage, found: set[str]) -> None:
    """Write down that an image is gone whose deletion an earlier runner did not live to see."""
    for image_id in owned_ids(ctx.run, OwnedKind.IMAGE, removed=False, role=made.owned):
        if image_id not in found:
            owned = Owned(kind=OwnedKind.IMAGE, id=image_id, name=made.name, role=made.owned)
            await ctx.own(owned.model_copy(update={"removed": True}))


async def _images(ctx: StepContext, made: MadeImage) -> tuple[Image, ...]:
    """What is there of the run's own; where no answer to the request ever came it may still appear."""

    async def found() -> tuple[Image, ...] | None:
        return temporary_images(ctx.run, await all_images(ctx), made) or None

    if made.known_id(ctx.run) is not None:
        return await found() or ()
    return await observe_until_found(ctx, found, what="an image whose answer was lost") or ()


async def _remove(ctx: StepContext, image: Image, made: MadeImage) -> bool:
    """Delete one image; what it refers to is in the journal before. False where it is left."""
    # A second image of a repeated request is not in the journal yet.
    owned = Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name, role=made.owned)
    await ctx.own(owned)
    await note_snapshots(ctx, image)
    await ctx.intend(IntentAction.DELETE_IMAGE, image.id)
    try:
        with suppress(NotFoundError):  # Nova may have deleted it first
            await ctx.cloud.images.delete_image(image.id)
    except (NotOwnedError, ForbiddenError) as error:  # it is published, or somebody has protected it
        await ctx.leave(LeftBehind(kind=OwnedKind.IMAGE, id=image.id, name=image.name, reason=error.what))
        return False
    await wait_gone(ctx, lambda: _deletion(ctx, image.id), what="the temporary image", limit_seconds=_REMOVAL_SECONDS)
    await ctx.own(owned.model_copy(update={"removed": True}))
    return True


async def _deletion(ctx: StepContext, image_id: str) -> Progress:
    # With delayed deletion Glance still shows the image, as pending_delete.
    return GONE if (await ctx.cloud.images.image(image_id)).status in _GONE else UNDER_WAY


async def _remove_volume_snapshots(ctx: StepContext) -> int:
    if ctx.run.plan.source is not None and ctx.run.plan.source.volume_backed:
        await note_temporary_snapshots(ctx)
    return await delete_snapshots(ctx)

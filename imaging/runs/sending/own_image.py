"""The image that an import makes: its record, found again by an id of the run's own, and its removal.

The id is in the journal before the cloud hears of it, so an image of that id is the run's own even where the answer
was lost; the ownership table says so.
"""

from __future__ import annotations

from uuid import uuid4

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.made_things import RUN
from models.cloud.image import Image
from models.cloud.image_bytes import NewImage
from models.errors import ConflictError, ForbiddenError, NotFoundError, NotOwnedError, RunError
from models.run.file_plan import FilePlan
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind

_GONE = frozenset({"deleted", "pending_delete"})


def file_plan(ctx: StepContext) -> FilePlan:
    """The file of an import.

    Raises:
        RunError: this run imports none.
    """
    if ctx.run.plan.file is None:
        raise RunError("This run imports no file.")
    return ctx.run.plan.file


async def read_record(ctx: StepContext) -> Image | None:
    """The record as the cloud shows it; None where there is none, or none any more."""
    if ctx.run.image_id is None:
        return None
    try:
        image = await ctx.cloud.images.image(ctx.run.image_id)
    except NotFoundError:
        return None
    return None if image.status in _GONE else image


async def make_record(ctx: StepContext) -> Image:
    """Make the private record that the bytes are sent to; never a second one of the same id.

    Raises:
        QuotaExceededError: the quota of images is used up.
    """
    image_id = ctx.run.image_id or str(uuid4())
    request, file = ctx.run.plan.request, file_plan(ctx)
    owned = Owned(kind=OwnedKind.IMAGE, id=image_id, name=request.name)
    await ctx.own(owned)
    await ctx.record(image_id=image_id)
    await ctx.intend(IntentAction.MAKE_RECORD, image_id)
    wanted = NewImage(
        id=image_id,
        name=request.name,
        disk_format=file.target.value,
        min_disk_gib=file.min_disk_gib,
        min_ram_mib=request.min_ram_mib or 0,
        properties={**file.properties, RUN: ctx.run.id},
    )
    try:
        made = await ctx.cloud.image_bytes.make_record(wanted)
    except ConflictError:
        # The answer to an earlier request of this id was lost; or the record is gone since, and the id with it.
        found = await read_record(ctx)
        if found is None:
            await forget(ctx, owned)
            raise
        return found
    if made.id != image_id:  # a cloud that gives ids of its own
        await ctx.own(Owned(kind=OwnedKind.IMAGE, id=made.id, name=request.name))
        await ctx.own(owned.model_copy(update={"removed": True}))
        await ctx.record(image_id=made.id)
    return made


async def remove_images(ctx: StepContext) -> bool:
    """Delete every image that this run made and that is still there; whether none is left.

    One that the cloud does not delete is left, and the user is told.
    """
    gone = True
    for image_id in owned_ids(ctx.run, OwnedKind.IMAGE, removed=False):
        gone = await _remove(ctx, image_id) and gone
    return gone


async def _remove(ctx: StepContext, image_id: str) -> bool:
    owned = Owned(kind=OwnedKind.IMAGE, id=image_id, name=ctx.run.plan.request.name)
    await ctx.intend(IntentAction.DELETE_IMAGE, image_id)
    try:
        await ctx.cloud.images.delete_image(image_id)
    except (NotOwnedError, ForbiddenError) as error:  # it is published, or somebody has protected it
        await ctx.leave(LeftBehind(kind=OwnedKind.IMAGE, id=image_id, name=owned.name, reason=error.what))
        return False
    except NotFoundError:
        pass  # it never came to be, or somebody was quicker
    await forget(ctx, owned)
    return True


async def forget(ctx: StepContext, owned: Owned) -> None:
    """Note that an image is gone: the next one gets an id of its own."""
    await ctx.own(owned.model_copy(update={"removed": True}))
    if ctx.run.image_id == owned.id:
        await ctx.record(image_id=None, sent_file=None)

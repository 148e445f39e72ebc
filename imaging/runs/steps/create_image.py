"""Create image: one request, one image, whatever happens to the answer."""

from __future__ import annotations

from imaging.runs.core.idempotency import create_once
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.image import find_image
from imaging.runs.ownership.images_and_servers import RUN, SOURCE, image_name
from imaging.runs.source.instance import read_source, require_stopped, root_volume_id, source_id
from models.errors import QuotaExceededError, RunError
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind


async def create_image(ctx: StepContext) -> StepResult:
    """Goal: one image of ours exists and its id is in the journal.

    Raises:
        RunError: the quota is used up.
    """
    if ctx.run.image_id is not None:
        return StepResult(f"image {ctx.run.image_id}")
    # V25: a request whose answer was lost may still be carried out; asking again at once makes a second image.
    asked_before = ctx.run.times_intended(IntentAction.CREATE_IMAGE) > 0
    image_id = await create_once(
        ctx, lambda: _ask(ctx), lambda: _find(ctx), what="the image to appear", asked_before=asked_before
    )
    # Owned before it is recorded as the run's image: killed in between, the image can still be deleted.
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image_id, name=image_name(ctx.run)))
    await ctx.record(image_id=image_id)
    return StepResult(f"image {image_id}")


async def _find(ctx: StepContext) -> str | None:
    image = await find_image(ctx)
    return image.id if image else None


async def _ask(ctx: StepContext) -> str:
    name = image_name(ctx.run)
    if ctx.run.spec.changes_source:  # which takes the source as it is, running and with its volumes
        await ctx.verify_claim()
        # V2: Nova images a running instance without complaint, so it is up to us to check.
        await require_stopped(ctx, "the image was made")
        await _refuse_volumes(ctx)
    await ctx.intend(IntentAction.CREATE_IMAGE, name)
    # N16: these become properties of the image, by which a lost one is found again.
    properties = {RUN: ctx.run.id, SOURCE: source_id(ctx)}
    try:
        return await ctx.cloud.compute.create_image(source_id(ctx), name, properties)
    # N6: of a volume-backed source this may be the quota of volume snapshots, not of images.
    except QuotaExceededError as error:
        raise RunError(
            f"The cloud refused to make the image: {error.what}",
            remedy=error.remedy or "Delete images or volume snapshots that are not needed, or ask for more quota.",
            request_id=error.request_id,
        ) from error


async def _refuse_volumes(ctx: StepContext) -> None:
    """The image of a volume-backed instance takes every attached volume along, those of others too."""
    source = await read_source(ctx)
    attachments = await ctx.cloud.compute.attachments(source.id)
    root_id = ctx.run.plan.root_volume_id or root_volume_id(source, attachments)
    attached = [each.volume_id for each in attachments if each.volume_id != root_id]
    if attached:
        raise RunError(
            f"Somebody has attached a volume before the image was made: {', '.join(attached)}.",
            meaning="No image was asked for, so that nothing of it is published.",
            remedy="Leave the instance alone until the run is done, and try again.",
        )

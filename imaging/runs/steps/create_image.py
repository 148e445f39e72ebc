"""Create image: one request, one image, whatever happens to the answer."""

from __future__ import annotations

from imaging.runs.asking import create_once
from imaging.runs.context import StepContext, StepResult
from imaging.runs.our_image import find_image
from imaging.runs.ours import RUN, SOURCE, image_name
from imaging.runs.source import read_source, require_stopped, root_volume_id, source_id
from models.errors import QuotaExceededError, RunError
from models.run import Owned, OwnedKind, RunKind
from models.steps import StepName


async def create_image(ctx: StepContext) -> StepResult:
    """Goal: one image of ours exists and its id is in the journal.

    Raises:
        RunError: the quota is used up.
    """
    if ctx.run.image_id is not None:
        return StepResult(f"image {ctx.run.image_id}")
    asked_before = bool(ctx.run.step(StepName.CREATE_IMAGE).intents)
    image_id = await create_once(
        ctx, lambda: _ask(ctx), lambda: _find(ctx), what="the image to appear", asked_before=asked_before
    )
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image_id, name=image_name(ctx.run)))
    await ctx.record(image_id=image_id)
    return StepResult(f"image {image_id}")


async def _find(ctx: StepContext) -> str | None:
    image = await find_image(ctx)
    return image.id if image else None


async def _ask(ctx: StepContext) -> str:
    name = image_name(ctx.run)
    if ctx.run.kind is not RunKind.DEEP_CHECK:  # which takes the source as it is, running and with its volumes
        await ctx.still_ours()
        await require_stopped(ctx, "the image was made")
        await _refuse_volumes(ctx)
    await ctx.intend(f"create image {name}")
    properties = {RUN: ctx.run.id, SOURCE: source_id(ctx)}
    try:
        return await ctx.cloud.compute.create_image(source_id(ctx), name, properties)
    except QuotaExceededError as error:
        raise RunError(
            f"The cloud refused to make the image: {error.what}",
            remedy=error.remedy or "Delete images or volume snapshots that are not needed, or ask for more quota.",
            request_id=error.request_id,
        ) from error


async def _refuse_volumes(ctx: StepContext) -> None:
    """The image of a volume-backed instance takes every attached volume along, whoever attached it meanwhile."""
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

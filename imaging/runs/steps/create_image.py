"""Create image: one request, one image, even if the answer is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from imaging.runs.core.idempotency import create_once
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.image import find_image, note_image
from imaging.runs.ownership.made_things import MadeImage, image_of_source
from imaging.runs.source.instance import read_source, require_stopped, root_volume_id
from models.errors import QuotaExceededError, RunError


async def create_image(ctx: StepContext) -> StepResult:
    """Goal: one image of the source exists and its id is in the journal.

    Raises:
        RunError: the quota is used up.
    """
    made = image_of_source(ctx.run)
    if made is None:
        raise RunError("This run has no source instance.")
    return await make_image(ctx, made, lambda: _refuse_unready_source(ctx))


async def make_image(ctx: StepContext, made: MadeImage, refuse_unready: Callable[[], Awaitable[None]]) -> StepResult:
    """Make one image, and see its id in the journal.

    Args:
        ctx: the step's context.
        made: which image, and of what.
        refuse_unready: raises where the instance may not be imaged as it is now; called right before it is.

    Raises:
        RunError: the quota is used up.
    """
    known_id = made.known_id(ctx.run)
    if known_id is not None:
        return StepResult(f"image {known_id}")
    # V25: a request whose answer was lost may still be carried out; asking again at once makes a second image.
    asked_before = ctx.run.times_intended(made.create) > 0

    async def ask() -> str:
        await refuse_unready()
        await ctx.intend(made.create, made.name)
        return await _ask(ctx, made)

    async def find() -> str | None:
        image = await find_image(ctx, made)
        return image.id if image else None

    image_id = await create_once(ctx, ask, find, what="the image to appear", asked_before=asked_before)
    await note_image(ctx, made, image_id)
    return StepResult(f"image {image_id}")


async def _ask(ctx: StepContext, made: MadeImage) -> str:
    try:
        # N16: these become properties of the image, by which a lost one is found again.
        return await ctx.cloud.compute.create_image(made.source_id, made.name, made.properties(ctx.run))
    # N6: of a volume-backed source this may be the quota of volume snapshots, not of images.
    except QuotaExceededError as error:
        raise RunError(
            f"The cloud refused to make the image: {error.what}",
            remedy=error.remedy or "Delete images or volume snapshots that are not needed, or ask for more quota.",
            request_id=error.request_id,
        ) from error


async def _refuse_unready_source(ctx: StepContext) -> None:
    if not ctx.run.spec.changes_source:  # which takes the source as it is, running and with its volumes
        return
    await ctx.verify_claim()
    # V2: Nova images a running instance without complaint, so it is up to us to check.
    await require_stopped(ctx, "the image was made")
    await _refuse_volumes(ctx)


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

"""Finds the image of a run whose id did not reach the journal."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import images_of_run
from imaging.runs.ownership.made_things import MadeImage
from models.cloud.image import Image
from models.run.record import Owned, OwnedKind, OwnedRole


async def all_images(ctx: StepContext) -> tuple[Image, ...]:
    """Every image that the project can see."""
    return tuple([image async for page in ctx.cloud.images.images() for image in page])


async def find_image(ctx: StepContext, made: MadeImage | None) -> Image | None:
    """The oldest image that this run asked for."""
    return next(iter(images_of_run(ctx.run, await all_images(ctx), made)), None)


async def note_image(ctx: StepContext, made: MadeImage, image_id: str) -> None:
    """Write down the id of an image that the run has made, by which alone it is known from now on."""
    # Owned before it is recorded as the run's image: killed in between, the image can still be deleted.
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image_id, name=made.name, role=made.owned))
    if made.owned is OwnedRole.INTERIM:
        await ctx.record(interim_image_id=image_id)
    else:
        await ctx.record(image_id=image_id)

"""Finds the image of a run whose id did not reach the journal."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import images_of_run
from models.cloud.image import Image


async def all_images(ctx: StepContext) -> tuple[Image, ...]:
    """Every image that the project can see."""
    return tuple([image async for page in ctx.cloud.images.images() for image in page])


async def find_image(ctx: StepContext) -> Image | None:
    """The oldest image that this run asked for."""
    return next(iter(images_of_run(ctx.run, await all_images(ctx))), None)

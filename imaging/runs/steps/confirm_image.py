"""Confirm image: at the end the image is seen once more, for others may have deleted or changed it meanwhile."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from models.cloud.image import Image, ImageData
from models.errors import NotFoundError, RunError

_DELETED = frozenset({"deleted", "pending_delete"})


async def confirm_image(ctx: StepContext) -> StepResult:
    """Goal: the image is there, active, and holds what it held when it became active.

    Raises:
        RunError: somebody deleted, deactivated or changed it since; a verdict on it is worth nothing.
    """
    if ctx.run.image_data is None:
        return StepResult("what the image held was not written down", skipped=True)
    await confirmed_image(ctx, ctx.run.image_data)
    return StepResult("active, and unchanged")


async def confirmed_image(ctx: StepContext, known: ImageData) -> Image:
    """The image, if it holds what it held; asked before it is published, and again at the end.

    Raises:
        RunError: it is gone, cannot be launched, or was changed.
    """
    image = await _image(ctx, known.image_id)
    if image is None:
        raise RunError(
            f"The image {known.image_id} is gone: it was deleted, or is shared with you no more.",
            meaning="There is no image any more, whatever the test launch showed.",
            remedy="Ask in your project who deleted it, and make it again.",
        )
    if image.status != "active":
        raise RunError(
            f"The image {known.image_id} is {image.status}: it was active before.",
            meaning="Nobody can launch it now.",
            remedy="Ask the cloud's operators why.",
        )
    if changed := known.changes_to(image.data):
        raise RunError(
            f"The image {known.image_id} was changed while the run was under way: {' and '.join(changed)}.",
            meaning="What was tested is not what the image holds now.",
            remedy="Do not use it; make it again.",
        )
    return image


async def _image(ctx: StepContext, image_id: str) -> Image | None:
    """The image; None where it is gone."""
    try:
        image = await ctx.cloud.images.image(image_id)
    except NotFoundError:
        return None
    return None if image.status in _DELETED else image

"""What a run does where its image follows an older one: links both ways, and the older one hidden, if wanted."""

from __future__ import annotations

from imaging.guidelines.lineage.succession import links
from imaging.runs.core.step_context import StepContext
from models.cloud.image import Image
from models.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError
from models.run.intent import IntentAction
from models.works.verdict import WorksWord

_REFUSALS = (ConflictError, ForbiddenError, NotFoundError, RejectedError)
"""Of these nothing is to be had by asking again; the run's own image is finished in any case."""


async def follow(ctx: StepContext) -> str:
    """Link the run's image with the one that it follows, and hide that one, if it was asked for and the new one works.

    Returns:
        What was done or why not, for people; empty where it follows none.
    """
    older_id, newer_id = ctx.run.plan.request.succeeds, ctx.run.image_id
    if older_id is None or newer_id is None or older_id == newer_id:
        return ""
    older, newer = await _image(ctx, older_id), await _image(ctx, newer_id)
    if newer is None or newer.status != "active":
        return "the older image is left as it is: the new one is not active"
    if older is None:
        return "the image that it follows is gone"
    told = await _link(ctx, older, newer)
    return told if not ctx.run.plan.request.hide_older else f"{told}; {await _hide(ctx, older, newer)}"


async def _image(ctx: StepContext, image_id: str) -> Image | None:
    try:
        return await ctx.cloud.images.image(image_id)
    except NotFoundError:
        return None


async def _link(ctx: StepContext, older: Image, newer: Image) -> str:
    of_older, of_newer = links(older.id, newer.id)
    if not await _note(ctx, newer, of_newer):
        return f"follows {older.name}, which could not be noted"
    if older.owner != ctx.run.identity.project_id:
        return f"follows {older.name}, on which that is not noted: it is another project's"
    if older.noted_newer not in {None, newer.id}:
        return f"follows {older.name}, on which that is not noted: another image follows it already"
    if not await _note(ctx, older, of_older):
        return f"follows {older.name}, on which that could not be noted"
    return f"follows {older.name}"


async def _note(ctx: StepContext, image: Image, properties: dict[str, str]) -> bool:
    """Only what differs: after a restart nothing is left to do, and no intent is written."""
    fresh = {key: value for key, value in properties.items() if image.properties.get(key) != value}
    if not fresh:
        return True
    await ctx.intend(IntentAction.LINK_IMAGES, image.id)
    try:
        await ctx.cloud.images.update_image(image.id, properties=fresh)
    except _REFUSALS:
        return False
    return True


async def _hide(ctx: StepContext, older: Image, newer: Image) -> str:
    """Never before the new one is noted to work, by its own id and by the cloud's own record."""
    if older.owner != ctx.run.identity.project_id:
        return "not hidden: it is another project's"
    if newer.noted_works != WorksWord.YES.value:
        return f"not hidden: the new image is not noted to work ({newer.noted_works or 'nothing is noted'})"
    undo = f"`imaging succession {older.id} --unhide` shows it again"
    if older.hidden:
        return f"it is hidden; {undo}"
    await ctx.intend(IntentAction.HIDE_IMAGE, older.id)
    try:
        await ctx.cloud.images.update_image(older.id, hidden=True)
    except _REFUSALS as error:
        return f"not hidden: {error.what}"
    return f"hidden from lists; {undo}"

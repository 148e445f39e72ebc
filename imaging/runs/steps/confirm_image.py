"""Confirm image: at the end the image is seen once more, for others may have deleted or changed it meanwhile."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.test_instance.image_data import image_data
from imaging.runs.test_instance.seal_note import withdraw_seal_verdict
from imaging.runs.test_instance.verdict_note import withdraw_verdict
from imaging.runs.test_instance.works.note import withdraw_works
from models.cloud.image import Image, ImageData
from models.errors import NotFoundError, RunError
from models.formatting import with_id

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
        RunError: it is gone, cannot be launched, or was changed; what is still there claims no verdict any more.
    """
    image = await _image(ctx, known.image_id)
    if image is None:
        plan = ctx.run.plan
        name = plan.image.name if plan.image is not None else plan.request.name
        raise RunError(
            f"The image {with_id(name, known.image_id)} is gone: it was deleted, or is shared with you no more.",
            meaning="There is no image any more, so the test launch shows nothing of it.",
            remedy="Ask in your project who deleted it, and make it again.",
        )
    trouble = _trouble(known, image, await image_data(ctx, image))
    if trouble is not None:
        raise await _without_verdict(ctx, image, trouble)
    return image


def _trouble(known: ImageData, image: Image, now: ImageData) -> RunError | None:
    """Why the verdict says nothing of the image as it is now; None where it does."""
    named = with_id(image.name, image.id)
    if image.status != "active":
        return RunError(
            f"The image {named} is {image.status}: it was active before.",
            meaning="Nobody can launch it now.",
            remedy="Ask the cloud's operators why.",
        )
    if changed := known.changes_to(now):
        return RunError(
            f"The image {named} was changed while the run was under way: {' and '.join(changed)}.",
            meaning="What was tested is not what the image holds now.",
            remedy="Do not use it; make it again.",
        )
    if troubles := _snapshot_troubles(known, now):
        return RunError(
            f"The image {named} cannot be launched any more: {'; '.join(troubles)}.",
            meaning="Its data is in its volume snapshots; the image only refers to them.",
            remedy="Ask in your project who changed them, and make the image again.",
        )
    return None


def _snapshot_troubles(known: ImageData, now: ImageData) -> list[str]:
    before = {each.id: each for each in known.snapshots or ()}
    found = [(each, each.trouble_since(before[each.id])) for each in now.snapshots or () if each.id in before]
    return [f"its volume snapshot {each.id} {trouble}" for each, trouble in found if trouble is not None]


async def _without_verdict(ctx: StepContext, image: Image, trouble: RunError) -> RunError:
    """The same trouble once the image claims no verdict any more, or with the word that it still does."""
    claims = [
        word
        for word, withdrawn in (
            (image.noted_verdict, await withdraw_verdict(ctx, image)),
            (image.noted_works, await withdraw_works(ctx, image)),
            (image.noted_seal, await withdraw_seal_verdict(ctx, image)),
        )
        if not withdrawn
    ]
    if not claims:
        return trouble
    said = " and ".join(f'"{word}"' for word in claims)
    still = f"Its note still says {said}, for the cloud refused to change it."
    return RunError(trouble.what, meaning=f"{trouble.meaning} {still}", remedy=trouble.remedy)


async def _image(ctx: StepContext, image_id: str) -> Image | None:
    """The image; None where it is gone."""
    try:
        image = await ctx.cloud.images.image(image_id)
    except NotFoundError:
        return None
    return None if image.status in _DELETED else image

"""The verdict, noted on the image that it is about: named by its id, for descendants inherit every property."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from imaging.runs.core.step_context import StepContext
from models.cloud.image import VERDICT, VERDICT_ABOUT, Image
from models.errors import ConflictError, ForbiddenError, NotFoundError, QuotaExceededError, RejectedError
from models.verdict import Verdict, VerdictWord

VERDICT_STRENGTH = "imaging.verdict.strength"
VERDICT_AT = "imaging.verdict.at"
NO_IMAGE = "there is no image"


def image_id_under_test(ctx: StepContext) -> str | None:
    """The image that the run made, or that it was asked to verify."""
    if ctx.run.image_id is not None:
        return ctx.run.image_id
    return ctx.run.plan.image.id if ctx.run.plan.image else None


async def write_verdict(ctx: StepContext, verdict: Verdict) -> str:
    """Note a verdict on the image; why that was not possible, as for `note_on_image`."""
    image_id = image_id_under_test(ctx)
    return NO_IMAGE if image_id is None else await _note(ctx, image_id, verdict)


async def withdraw_verdict(ctx: StepContext, image: Image) -> bool:
    """Note that nobody has tested what an image holds now; False where it still claims what an earlier test showed."""
    if image.noted_verdict in {None, VerdictWord.NOT_TESTED.value}:
        return True
    return not await _note(ctx, image.id, Verdict(word=VerdictWord.NOT_TESTED))


async def _note(ctx: StepContext, image_id: str, verdict: Verdict) -> str:
    properties = {
        VERDICT: verdict.word.value,
        # V24: descendants inherit the verdict; the id of the image says which one it is about.
        VERDICT_ABOUT: image_id,
        VERDICT_AT: ctx.clock.now().isoformat(timespec="seconds"),
    }
    if verdict.strength is not None:
        properties[VERDICT_STRENGTH] = verdict.strength.value
    # An ancestor's strength says nothing of this verdict; one that is set stays.
    return await note_on_image(ctx, image_id, properties, (VERDICT_STRENGTH,))


async def note_on_image(
    ctx: StepContext, image_id: str, properties: Mapping[str, str], remove: Collection[str] = ()
) -> str:
    """Set properties of an image, and remove others.

    Returns:
        Why the cloud refused, as the end of a sentence; empty where it did not. What is noted stands in the journal,
        too, so no run fails by it.

    Raises:
        CloudError: the cloud did not answer, or not as expected.
    """
    try:
        await ctx.cloud.images.update_image(image_id, properties=properties, remove_properties=tuple(remove))
    except QuotaExceededError:
        return "the quota of properties is used up"
    except ForbiddenError:
        return "you may not change it"
    # V41: the image may be deleted while its test instance boots, and the verdict still stands.
    except NotFoundError:
        return "it is gone"
    # Glance refuses changes of an image in some of its states.
    except (ConflictError, RejectedError) as error:
        return f"the cloud refused: {error.what.rstrip('.')}"
    return ""

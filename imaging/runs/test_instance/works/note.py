"""Whether an image works, noted on it: by its id, as the verdict of a test launch is."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.test_instance.verdict_note import NO_IMAGE, image_id_under_test, note_on_image
from models.cloud.image import WORKS, WORKS_ABOUT, Image
from models.works.verdict import WorksVerdict, WorksWord

WORKS_AT = "imaging.works.at"


async def write_works(ctx: StepContext, verdict: WorksVerdict) -> str:
    """Note a verdict on the image; why that was not possible, as for `note_on_image`."""
    image_id = image_id_under_test(ctx)
    return NO_IMAGE if image_id is None else await _note(ctx, image_id, verdict.word)


async def withdraw_works(ctx: StepContext, image: Image) -> bool:
    """Note that nobody has tested what an image holds now; False where it still claims what an earlier test showed."""
    if image.noted_works in {None, WorksWord.NOT_ASKED.value}:
        return True
    return not await _note(ctx, image.id, WorksWord.NOT_ASKED)


async def _note(ctx: StepContext, image_id: str, word: WorksWord) -> str:
    properties = {
        WORKS: word.value,
        # V24: descendants inherit the word; the id of the image says which one it is about.
        WORKS_ABOUT: image_id,
        WORKS_AT: ctx.clock.now().isoformat(timespec="seconds"),
    }
    return await note_on_image(ctx, image_id, properties)

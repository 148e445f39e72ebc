"""The verdict on a seal, noted on the image that it is about: by its id, as the verdict of a test launch is."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.test_instance.verdict_note import note_on_image
from models.cloud.image import SEALED, SEALED_ABOUT, SEALED_KEPT, Image
from models.seal.verdict import SealVerdict, SealWord
from models.text import cut

SEALED_AT = "imaging.sealed.at"
_LONGEST_KEPT = 250
"""Characters: Nova refuses longer properties of a snapshot that inherits them."""


async def write_seal_verdict(ctx: StepContext, image_id: str, verdict: SealVerdict) -> str:
    """Note a verdict on the sealed image; why that was not possible, as for `note_on_image`."""
    properties = {
        SEALED: verdict.word.value,
        # V24: descendants inherit the verdict; the id of the image says which one it is about.
        SEALED_ABOUT: image_id,
        SEALED_AT: ctx.clock.now().isoformat(timespec="seconds"),
    }
    if verdict.kept:
        properties[SEALED_KEPT] = cut(", ".join(verdict.kept), _LONGEST_KEPT)
    # What an ancestor kept says nothing of this image; what is set stays.
    return await note_on_image(ctx, image_id, properties, (SEALED_KEPT,))


async def withdraw_seal_verdict(ctx: StepContext, image: Image) -> bool:
    """Note that nobody knows what an image holds now; False where it still claims what an earlier proof showed."""
    if image.noted_seal in {None, SealWord.UNKNOWN.value}:
        return True
    return not await write_seal_verdict(ctx, image.id, SealVerdict(word=SealWord.UNKNOWN))

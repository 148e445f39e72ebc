"""Image clone: the image of the clone after its seal, which is the one that the run is there for."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import MARKER, image_of_clone
from imaging.runs.steps.create_image import make_image
from imaging.runs.steps.stop_clone import sealed_clone
from imaging.runs.test_instance.seal.clone import deleted_clone
from models.errors import ImagingError, RunError
from models.seal.report import SealState

_BOOTS = frozenset({"start", "reboot", "rebuild", "rescue", "unrescue", "resume", "unpause", "unshelve", "resize"})
"""What somebody can ask of an instance by which its system runs again, or its disk becomes another one."""


async def image_clone(ctx: StepContext) -> StepResult:
    """Goal: one image of the sealed clone exists and its id is in the journal.

    Raises:
        RunError: the clone is not sealed, somebody has started it since, or the quota is used up.
    """
    made = image_of_clone(ctx.run)
    if made is None:
        raise deleted_clone()
    return await make_image(ctx, made, lambda: _refuse_unready_clone(ctx))


async def _refuse_unready_clone(ctx: StepContext) -> None:
    """A boot writes again what the seal has removed, so the disk must be as the clone left it."""
    report = ctx.run.seal_report
    clone = await sealed_clone(ctx)
    if report is None or report.state is not SealState.SEALED or report.nonce != clone.metadata.get(MARKER):
        raise RunError("This clone did not report that it is sealed, so no image is made of it.")
    asked = await _asked(ctx, clone.id) & _BOOTS
    if clone.status != "SHUTOFF" or asked:
        what = f"asked for {', '.join(sorted(asked))}" if asked else f"it is {clone.status}"
        raise RunError(
            f"Somebody has used the clone after its seal: {what}.",
            meaning="A system that runs again writes again what was removed, so no image is made.",
            remedy="Ask in your project who it was, and make the image again.",
        )


async def _asked(ctx: StepContext, clone_id: str) -> frozenset[str]:
    """What was ever asked of the clone; nothing where the cloud does not tell."""
    try:
        listed = await ctx.cloud.compute.actions(clone_id)
    except ImagingError:
        return frozenset()
    return frozenset(each.action for each in listed.actions)

"""Publish: who may see the image, and only once it has been seen to boot, or the user insists."""

from __future__ import annotations

from imaging.runs.core.outcome import is_proven_sealed
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.lineage.following import follow
from imaging.runs.steps.confirm_image import confirmed_image
from models.cloud.image import PUBLISHED, PUBLISHED_ABOUT, Image
from models.errors import ConflictError, ForbiddenError, RunError
from models.findings import AskedFor
from models.formatting import counted
from models.run.intent import IntentAction
from models.run.record import RunRecord
from models.run.request import Visibility
from models.verdict import Verdict, VerdictWord
from models.works.verdict import WorksVerdict

_VISIBILITY_RULE = "PROP-VISIBILITY"
"""Its waiver lets an image be seen beyond the project although its seal is not proven."""


async def publish(ctx: StepContext) -> StepResult:
    """Goal: visibility and members as planned; then, where it follows an older image, both are linked.

    Raises:
        RunError: the cloud does not allow that visibility; the image stays as it is.
    """
    result = await _published(ctx)
    followed = await follow(ctx)
    return StepResult(f"{result.note}; {followed}") if followed else result


async def _published(ctx: StepContext) -> StepResult:
    request = ctx.run.plan.request
    if request.visibility is Visibility.PRIVATE:
        return StepResult("stays private, as planned", skipped=True)
    hindrance = why_not(ctx.run)
    if hindrance:
        return StepResult(f"not published, stays private: {hindrance}", skipped=True)
    if ctx.run.image_id is None:
        raise RunError("There is no image to publish.")
    image = await _unchanged_image(ctx, ctx.run.image_id)
    try:
        if image.visibility != request.visibility.value:
            await ctx.intend(IntentAction.SET_VISIBILITY, request.visibility.value)
            # First the visibility: V18, Glance takes members of shared images alone.
            # V24: descendants inherit the note; the id keeps it from counting for them.
            note = {PUBLISHED: request.visibility.value, PUBLISHED_ABOUT: image.id}
            await ctx.cloud.images.update_image(image.id, visibility=request.visibility, properties=note)
        added = await _add_members(ctx, image.id)
    except ForbiddenError as error:
        raise RunError(
            f"The cloud does not let you make the image {request.visibility.value}: {error.what}",
            meaning="The image is finished and stays as it is.",
            remedy="Share it with single projects (--visibility shared --member PROJECT), or ask the cloud's support.",
            request_id=error.request_id,
        ) from error
    return StepResult(request.visibility.value + added)


async def _unchanged_image(ctx: StepContext, image_id: str) -> Image:
    """The image, confirmed first where the journal holds what it was: afterwards would be too late."""
    known = ctx.run.image_data
    return await ctx.cloud.images.image(image_id) if known is None else await confirmed_image(ctx, known)


def why_not(run: RunRecord) -> str | None:
    """What forbids publishing; None if nothing does."""
    request = run.plan.request
    if not request.publish_unverified and not (run.verdict is not None and run.verdict.opens_publishing):
        return f"the test launch came to: {_shown(run.verdict)}"
    if not request.publish_unverified and run.works is not None and not run.works.opens_publishing:
        return f"its checks and tests came to: {run.works.word.value}{_named(run.works)}"
    if run.spec.seals and not is_proven_sealed(run) and request.waiver(_VISIBILITY_RULE) is None:
        word = run.seal_verdict.word.value if run.seal_verdict else "not proven"
        return f"the seal came to: {word} (or waive {_VISIBILITY_RULE})"
    findings = run.plan.checklist.findings if run.plan.checklist else ()
    missing = [
        finding.rule
        for finding in findings
        if finding.asked_for is AskedFor.BEFORE_PUBLISHING
        and finding.awaits_confirmation
        and not request.attests(finding.rule)
    ]
    return f"please confirm {', '.join(missing)} (--attest {missing[0]})" if missing else None


def _named(works: WorksVerdict) -> str:
    return f" ({', '.join(works.failed)})" if works.failed else ""


def _shown(verdict: Verdict | None) -> str:
    if verdict is None:
        return "nothing"
    if verdict.word is not VerdictWord.BOOTED:
        return verdict.word.value
    strength = f" ({verdict.strength.value})" if verdict.strength else ""
    return f"{verdict.word.value}{strength}, without an address and a default route seen"


async def _add_members(ctx: StepContext, image_id: str) -> str:
    request = ctx.run.plan.request
    if request.visibility is not Visibility.SHARED or not request.members:
        return ""
    # A member that was added before a restart is a 409 the second time.
    present = await ctx.cloud.images.members(image_id)
    for project_id in request.members:
        if project_id in present:
            continue
        await ctx.intend(IntentAction.SHARE_IMAGE, project_id)
        try:
            await ctx.cloud.images.add_member(image_id, project_id)
        except ConflictError:
            continue  # it is a member already
    number = len(request.members)
    # G4: until they accept, the image is not in their lists.
    return f" with {counted(number, 'project')}, which must still accept"

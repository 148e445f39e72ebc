"""Publish: who may see the image, and only once it has been seen to boot, or the user insists."""

from __future__ import annotations

from imaging.runs.context import StepContext, StepResult
from models.errors import ConflictError, ForbiddenError, RunError
from models.findings import AskedFor
from models.request import Visibility
from models.run import RunRecord
from models.verdict import VerdictWord


async def publish(ctx: StepContext) -> StepResult:
    """Goal: visibility and members as planned.

    Raises:
        RunError: the cloud does not allow that visibility; the image stays as it is.
    """
    request = ctx.run.plan.request
    if request.visibility is Visibility.PRIVATE:
        return StepResult("stays private, as planned", skipped=True)
    hindrance = why_not(ctx.run)
    if hindrance:
        return StepResult(f"not published, stays private: {hindrance}", skipped=True)
    if ctx.run.image_id is None:
        raise RunError("There is no image to publish.")
    image = await ctx.cloud.images.image(ctx.run.image_id)
    try:
        if image.visibility != request.visibility.value:
            await ctx.intend(f"make the image {request.visibility.value}")
            await ctx.cloud.images.update_image(image.id, visibility=request.visibility)
        added = await _add_members(ctx, image.id)
    except ForbiddenError as error:
        raise RunError(
            f"The cloud does not let you make the image {request.visibility.value}: {error.what}",
            meaning="The image is finished and stays as it is.",
            remedy="Share it with single projects (--visibility shared --member PROJECT), or ask the cloud's support.",
            request_id=error.request_id,
        ) from error
    return StepResult(request.visibility.value + added)


def why_not(run: RunRecord) -> str | None:
    """What stands in the way of publishing; None if nothing does."""
    request = run.plan.request
    booted = run.verdict is not None and run.verdict.word is VerdictWord.BOOTED
    if not booted and not request.publish_unverified:
        return f"the test launch came to: {run.verdict.word.value if run.verdict else 'nothing'}"
    findings = run.plan.checklist.findings if run.plan.checklist else ()
    missing = [
        finding.rule
        for finding in findings
        if finding.asked_for is AskedFor.BEFORE_PUBLISHING and finding.awaits_word and not request.attests(finding.rule)
    ]
    return f"your word is missing on {', '.join(missing)} (--attest {missing[0]})" if missing else None


async def _add_members(ctx: StepContext, image_id: str) -> str:
    request = ctx.run.plan.request
    if request.visibility is not Visibility.SHARED or not request.members:
        return ""
    present = await ctx.cloud.images.members(image_id)
    for project_id in request.members:
        if project_id in present:
            continue
        await ctx.intend(f"share the image with project {project_id}")
        try:
            await ctx.cloud.images.add_member(image_id, project_id)
        except ConflictError:
            continue  # it is a member already
    number = len(request.members)
    return f" with {number} project{'' if number == 1 else 's'}, which must still accept"

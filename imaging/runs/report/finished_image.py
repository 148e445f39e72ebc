"""What the guidelines say about the image once it is there: format, size, owner, description, and whether it boots."""

from __future__ import annotations

import logging

from imaging.cloud.instance_facts import gather_facts
from imaging.guidelines.checklist import judge
from imaging.runs.core.step_context import StepContext
from models.cloud.image import Image
from models.errors import ImagingError
from models.findings import Finding
from models.guidelines.facts import Fact

_log = logging.getLogger(__name__)


async def judge_finished_image(ctx: StepContext) -> tuple[Finding, ...]:
    """The findings that are other than they would be without the image: those that are about it.

    Nothing depends on them any more, so a cloud that does not answer now only leaves them out.
    """
    run = ctx.run
    if run.image_id is None or run.instance_id is None or run.spec.image_is_temporary:
        return ()
    try:
        facts = await gather_facts(ctx.cloud, run.instance_id, ctx.clock, request=run.plan.request)
        image = await ctx.cloud.images.image(run.image_id)
    except ImagingError as error:
        _log.warning("the finished image was not judged: %s", error)
        return ()
    verdicts = dict(facts.verdicts)
    if run.verdict is not None:
        verdicts[image.id] = run.verdict.word.value
    before = facts.model_copy(update={"verdicts": verdicts})
    after = before.model_copy(update={"image": Fact[Image](value=image, read_at=ctx.clock.now())})
    without = {finding.rule: finding for finding in judge(before, ctx.profile).findings}
    return tuple(finding for finding in judge(after, ctx.profile).findings if finding != without[finding.rule])

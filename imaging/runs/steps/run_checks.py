"""Run checks: what a test instance tells of its two boots comes to a verdict, noted on the image by its id."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import TWIN, WORKS
from imaging.runs.steps.remove_test import remove_launched
from imaging.runs.test_instance.works.note import write_works
from models.verdict import VerdictWord
from models.works.verdict import WorksVerdict, WorksWord

_NOT_WANTED = "No test launch was wanted."
_NOT_BOOTED = "Only an image that was seen to boot is asked whether it works."
_NOT_BEGUN = "The test instance has not begun with the checks: it has no cloud-init, or not one that takes a script."


async def run_checks(ctx: StepContext) -> StepResult:
    """Goal: there is a verdict on whether the image works, noted on it, and no instance is left of those made for it.

    A check or a test that failed is no failure of the step: the run goes on, and the image stays private.
    """
    works = ctx.run.works
    if works is None:
        works = await _works(ctx)
        # Recorded before it is noted: after a restart the console need not be watched a second time.
        await ctx.record(works=works)
    noted = await write_works(ctx, works) if ctx.run.plan.request.test else True
    removed = await remove_checked(ctx)
    parts = (works.word.value, "" if noted else "not noted on the image: it is not ours")
    note = "; ".join(part for part in (*parts, "" if removed.skipped else removed.note) if part)
    return StepResult(note, skipped=works.word is WorksWord.NOT_ASKED and removed.skipped)


async def remove_checked(ctx: StepContext) -> StepResult:
    """Goal: no instance is left that was launched for the checks alone, nor its security group."""
    results = [await remove_launched(ctx, made, None) for made in (WORKS, TWIN)]
    told = tuple(dict.fromkeys(result.note for result in results if not result.skipped))
    return StepResult("; ".join(told) or results[0].note, skipped=not told)


async def _works(ctx: StepContext) -> WorksVerdict:
    verdict = ctx.run.verdict
    if not ctx.run.plan.request.test:
        return WorksVerdict(word=WorksWord.NOT_ASKED, reason=_NOT_WANTED)
    if verdict is None or verdict.word is not VerdictWord.BOOTED:
        return WorksVerdict(word=WorksWord.NOT_ASKED, reason=_NOT_BOOTED)
    return WorksVerdict(word=WorksWord.NOT_ASKED, reason=_NOT_BEGUN)

"""Verify: watch the test instance's console until it says enough, and note the verdict on the image."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import MARKER
from imaging.runs.test_instance.console_watch import ConsoleWatch
from imaging.runs.test_instance.seal.proof_watch import read_proof
from imaging.runs.test_instance.server import standing_server
from imaging.runs.test_instance.verdict_note import write_verdict
from imaging.runs.test_instance.works.first_boot import verdict_with_report
from models.verdict import Verdict, VerdictWord


async def verify(ctx: StepContext) -> StepResult:
    """Goal: there is a verdict, and it is noted on the image that it is about."""
    verdict = ctx.run.verdict
    if verdict is None:
        verdict = await _watch(ctx)
        await ctx.record(verdict=verdict)
    # Recorded above before it is noted: after a restart the console need not be watched a second time.
    unnoted = await write_verdict(ctx, verdict)
    if ctx.run.spec.seals and verdict.word is VerdictWord.BOOTED and ctx.run.sealed_image_report is None:
        await read_proof(ctx)
    strength = f", {verdict.strength.value}" if verdict.strength else ""
    note = f"{verdict.word.value}{strength}{f'; not noted on the image: {unnoted}' if unnoted else ''}"
    return StepResult(note, skipped=verdict.word is VerdictWord.NOT_TESTED)


async def _watch(ctx: StepContext) -> Verdict:
    server = await standing_server(ctx)
    if server is None:
        return Verdict(word=VerdictWord.INCONCLUSIVE, reason="The test instance was deleted by someone else.")
    limit = float(ctx.profile.patience.test_limit_seconds)
    watch = ConsoleWatch(ctx, server)
    try:
        # A minute more than the watch's own limit, so that it is the watch that ends this, with a verdict.
        verdict = await ctx.wait_until(watch.observe, what="the test instance to come up", limit_seconds=limit + 60)
    finally:
        watch.save()
    if not watch.has_reported:
        return verdict
    return await verdict_with_report(ctx, verdict, watch.console.text, server.metadata.get(MARKER, ""))

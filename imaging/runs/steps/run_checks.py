"""Run checks: what a test instance tells about its two boots comes to a verdict, noted on the image by its id.

In a sealed run it is an instance of its own, for the user data of the first one have room for the proof of the seal
alone. A twin is launched beside it where that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imaging.guest.works.user_data import seconds_for
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import TEST, TWIN, WORKS, MadeServer, checked_server
from imaging.runs.plan.launch_choice import require_network
from imaging.runs.steps.remove_test import remove_launched
from imaging.runs.steps.see_up import CONSOLE_BEFORE
from imaging.runs.steps.test_launch import choose_for, in_own_group
from imaging.runs.test_instance.launching import Launching, Place, Up, launch_one
from imaging.runs.test_instance.security_group import may_have_made_group
from imaging.runs.test_instance.server import may_have_lost_one, standing_server
from imaging.runs.test_instance.verdict_note import image_id_under_test
from imaging.runs.test_instance.works.judging import works_verdict
from imaging.runs.test_instance.works.keeping import keep_failed
from imaging.runs.test_instance.works.note import write_works
from imaging.runs.test_instance.works.source_boot import seconds_to_come_up
from imaging.runs.test_instance.works.watch import WorksWatch
from imaging.runtime.private_files import read_private
from imaging.runtime.threads import in_thread
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import NotFoundError
from models.verdict import VerdictWord
from models.works.report import WorksReport
from models.works.verdict import WorksVerdict, WorksWord

_CONSOLES = {TEST: "works-console.log", WORKS: "works-console.log", TWIN: "twin-console.log"}
"""In the run's folder, mode 0600: the console over both boots."""
_LARGEST_CONSOLE = 4_000_000
_DELETED = "it was deleted by somebody else"


async def run_checks(ctx: StepContext) -> StepResult:
    """Goal: there is a verdict on whether the image works, noted on it, and no instance is left of those made for it.

    A check or a test that failed is no failure of the step: the run continues, and the image stays private.
    """
    works = ctx.run.works
    if works is None:
        works = await _works(ctx)
        # Recorded before it is noted: after a restart the console need not be watched a second time.
        await ctx.record(works=works)
    unnoted = await write_works(ctx, works) if ctx.run.plan.request.test else ""
    kept = await keep_failed(ctx, WORKS)
    removed = await _remove(ctx, (TWIN,) if kept else (WORKS, TWIN))
    told = "; ".join(part for part in (kept, "" if removed.skipped else removed.note) if part)
    parts = (_in_words(works), f"not noted on the image: {unnoted}" if unnoted else "", told)
    return StepResult("; ".join(part for part in parts if part), skipped=works.word is WorksWord.NOT_ASKED and not told)


async def remove_checked(ctx: StepContext) -> StepResult:
    """Goal: no instance is left that was launched for the checks alone, nor its security group."""
    return await _remove(ctx, (WORKS, TWIN))


async def _remove(ctx: StepContext, launched: Sequence[MadeServer]) -> StepResult:
    asked = [made for made in launched if ctx.run.times_intended(made.launch) or may_have_made_group(ctx, made)]
    image = await _image(ctx) if asked else None
    results = [await remove_launched(ctx, made, image) for made in asked]
    told = tuple(dict.fromkeys(result.note for result in results if not result.skipped))
    return StepResult("; ".join(told) or "nothing to remove", skipped=not told)


def _in_words(works: WorksVerdict) -> str:
    return f"{works.word.value}: {works.reason.rstrip('.')}" if works.reason else works.word.value


async def _works(ctx: StepContext) -> WorksVerdict:
    verdict = ctx.run.verdict
    if not ctx.run.plan.request.test or verdict is None or verdict.word is not VerdictWord.BOOTED:
        return await works_verdict(ctx, None, no_twin_because="")
    made = checked_server(ctx.run)
    server, why = await _instance(ctx, made)
    twin, no_twin = await _instance(ctx, TWIN) if ctx.run.plan.request.twins else (None, "")
    if server is not None:
        await _watch(ctx, server, made)
    elif ctx.run.works_report is None:
        await ctx.record(works_report=WorksReport(trouble=f"There is no test instance: {why}."))
    if twin is not None and _has_told(ctx.run.works_report):
        await _watch(ctx, twin, TWIN)
    seconds = await in_thread(_source_seconds, ctx.folder / CONSOLE_BEFORE)
    return await works_verdict(ctx, server, no_twin_because=no_twin, source_seconds=seconds)


def _source_seconds(console: Path) -> float | None:
    """How long the source took to boot; None where its console was not to be had before it was stopped."""
    try:
        return seconds_to_come_up(read_private(console, _LARGEST_CONSOLE).decode("utf-8", "replace"))
    except OSError:
        return None


def _has_told(report: WorksReport | None) -> bool:
    """Whether there is anything that a twin could be compared with."""
    return report is not None and bool(report.boots)


async def _instance(ctx: StepContext, made: MadeServer) -> tuple[Instance | None, str]:
    """The instance, launched unless it stands; else None and why there is none, as the end of a sentence."""
    server = await standing_server(ctx, made)
    if server is not None and (made is TEST or server.status == "ACTIVE"):
        return server, ""
    if made is TEST:
        return None, _DELETED
    image = await _image(ctx)
    if image is None:
        return None, "the image is gone"
    why = await _launch(ctx, image, server, made)
    server = None if why else await standing_server(ctx, made)
    return server, "" if server is not None else why or _DELETED


async def _image(ctx: StepContext) -> Image | None:
    image_id = image_id_under_test(ctx)
    try:
        return await ctx.cloud.images.image(image_id) if image_id is not None else None
    except NotFoundError:
        return None


async def _launch(ctx: StepContext, image: Image, server: Instance | None, made: MadeServer) -> str:
    """Why there is none; empty where it is up."""
    counted = server is not None or may_have_lost_one(ctx, made)
    chosen = await choose_for(ctx, image, made, counted=counted)
    if server is None and chosen.refused_because:
        return chosen.refused_because
    network = require_network(chosen)

    async def place(_flavor: Flavor) -> Place:
        return await in_own_group(ctx, network, made)

    came_of_it = await launch_one(ctx, Launching(made, image, chosen, place), server)
    return "" if isinstance(came_of_it, Up) else came_of_it.reason.rstrip(".")


async def _watch(ctx: StepContext, server: Instance, made: MadeServer) -> None:
    """Watch both boots; what was told, and how a second boot ended that told nothing, is in the journal afterwards."""
    is_twin = made is TWIN

    async def record(report: WorksReport) -> None:
        await (ctx.record(twin_report=report) if is_twin else ctx.record(works_report=report))

    limit = seconds_for(ctx.run.plan.request.work_tests) + ctx.profile.patience.test_limit_seconds
    known = ctx.run.twin_report if is_twin else ctx.run.works_report
    watch = WorksWatch(
        ctx,
        server,
        limit_seconds=limit,
        console_log=_CONSOLES[made],
        has_booted=made is TEST,
        known=known,
        record=record,
    )
    try:
        # A minute more than the watch's own limit, so that it is the watch that ends this.
        await ctx.wait_until(watch.observe, what="the checks of the test instance", limit_seconds=limit + 60)
    finally:
        watch.save()

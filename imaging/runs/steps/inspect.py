"""Inspect sealed image: a second test instance prints what lies on its disk, before its cloud-init makes it new.

It is the deep check's probe on the *sealed* image: its facts are judged by the same rules as those of an instance. Once
it has booted it tells by what others know it, so that it can be compared with the first test instance.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from imaging.guest.confined_reading.client import read_console_confined, read_proof_confined
from imaging.guest.seal_proof import PROOF_WORD
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import INSPECTION
from imaging.runs.plan.launch_choice import require_network
from imaging.runs.steps.read_facts import DEEP_REPORT
from imaging.runs.steps.remove_test import remove_launched
from imaging.runs.steps.test_launch import choose_for, in_own_group
from imaging.runs.test_instance.launching import Launching, Place, Up, launch_one
from imaging.runs.test_instance.report_watch import Awaited, ReportWatch
from imaging.runs.test_instance.server import may_have_lost_one, standing_server
from imaging.runtime.private_files import write_private
from models import foreign
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import BadProbeError, ForeignValueError, NotFoundError
from models.run.kept_seal import KeptInspection
from models.seal.report import BootSeen

INSPECTION_FILE = "sealed-guest.json"
"""In the run's folder, mode 0600: what lies on the disk of the sealed image, and who its second instance is."""
_CONSOLE = "inspection-console.log"
_LARGEST_FACTS = 40_000_000
_AWAITED = Awaited(
    begun_seconds=DEEP_REPORT.begun_seconds,
    unbegun_seconds=DEEP_REPORT.unbegun_seconds,
    begins="the second test instance reads its disk",
    console_log=_CONSOLE,
)
_IDENTITY = Awaited(
    begun_seconds=60.0,
    unbegun_seconds=60.0,
    word=PROOF_WORD,
    what="its identity",
    console_log=_CONSOLE,
)
"""A script of cloud-init's last stage tells it, in a few lines."""


async def inspect_sealed(ctx: StepContext) -> StepResult:
    """Goal: what the second test instance tells is in the run's folder, and the instance is gone.

    What cannot be read is no failure of the run: then the seal is not proven, which the verdict on it says.
    """
    if not ctx.run.plan.request.test:
        return StepResult("no test launch was wanted", skipped=True)
    note = "inspected"
    if kept_inspection(ctx.folder) is None:
        trouble = await _inspect(ctx)
        note = f"not inspected: {trouble}" if trouble else note
    _keep_for_later(ctx)
    removed = await remove_launched(ctx, INSPECTION, None)
    return StepResult(f"{note}; {removed.note}")


def kept_inspection(folder: Path) -> KeptInspection | None:
    """What the second test instance of this run told; None where it told nothing."""
    try:
        return foreign.model(KeptInspection, (folder / INSPECTION_FILE).read_bytes(), max_bytes=_LARGEST_FACTS)
    except (OSError, ForeignValueError):
        return None


def _keep_for_later(ctx: StepContext) -> None:
    """What was found belongs to the image from now on: who exports it need not inspect it again."""
    kept = kept_inspection(ctx.folder)
    if kept is not None and ctx.run.image_id is not None:
        with suppress(OSError):  # then it is inspected again
            ctx.guests.write(ctx.run.image_id, kept.facts)


async def _inspect(ctx: StepContext) -> str:
    """Why it was not inspected; empty where it was."""
    if ctx.run.image_id is None:
        return "there is no image"
    try:
        image = await ctx.cloud.images.image(ctx.run.image_id)
    except NotFoundError:
        return "the image is gone"
    server = await standing_server(ctx, INSPECTION)
    if server is None or server.status != "ACTIVE":
        trouble = await _launch(ctx, image, server)
        server = await standing_server(ctx, INSPECTION)
        if trouble or server is None:
            return trouble or "the second test instance was deleted by somebody else"
    return await _watch(ctx, server)


async def _launch(ctx: StepContext, image: Image, server: Instance | None) -> str:
    """Why there is none; empty where it is up."""
    counted = server is not None or may_have_lost_one(ctx, INSPECTION)
    chosen = await choose_for(ctx, image, INSPECTION, counted=counted)
    if server is None and chosen.refused_because:
        return chosen.refused_because
    network = require_network(chosen)

    async def place(_flavor: Flavor) -> Place:
        return await in_own_group(ctx, network, INSPECTION)

    came_of_it = await launch_one(ctx, Launching(INSPECTION, image, chosen, place), server)
    return "" if isinstance(came_of_it, Up) else came_of_it.reason


async def _watch(ctx: StepContext, server: Instance) -> str:
    """Why it told nothing; empty where it did."""
    watch = ReportWatch(ctx, server, _AWAITED)
    # Longer than both deadlines of the watch, so that those end it.
    limit = ctx.profile.patience.test_limit_seconds + _AWAITED.begun_seconds + 60
    try:
        await ctx.wait_until(watch.observe, what="the second test instance's report", limit_seconds=limit)
    finally:
        watch.save()
    try:
        facts = await read_console_confined(watch.text, nonce=watch.nonce, now=ctx.clock.now())
    except BadProbeError as error:
        return error.what
    kept = KeptInspection(facts=facts, identity=await _identity(ctx, server))
    write_private(ctx.folder / INSPECTION_FILE, kept.model_dump_json())
    return ""


async def _identity(ctx: StepContext, server: Instance) -> BootSeen | None:
    """By what others know this instance; None where it does not tell, which proves nothing."""
    watch = ReportWatch(ctx, server, _IDENTITY)
    limit = ctx.profile.patience.test_limit_seconds + _IDENTITY.begun_seconds + 60

    async def told() -> bool | None:
        await watch.listen()
        return True if watch.heard.whole or watch.is_hopeless else None

    try:
        await ctx.wait_until(told, what="the second test instance's identity", limit_seconds=limit)
    finally:
        watch.save()
    try:
        report = await read_proof_confined(watch.text, nonce=watch.nonce, now=ctx.clock.now())
    except BadProbeError:
        return None
    return next(iter(report.boots), None)

"""Test launch: one instance from the image, in the smallest flavor that fits; the next larger if no host has room."""

from __future__ import annotations

import re
from typing import NamedTuple

from imaging.runs.child_group import make_group
from imaging.runs.child_server import (
    launch,
    may_have_lost_one,
    own_volumes,
    read_server,
    remove_server,
    standing_server,
)
from imaging.runs.context import StepContext, StepResult
from imaging.runs.launching import plan_test_launch, require_network
from imaging.runs.ours import owned_ids
from imaging.runs.verdict_note import image_id_under_test
from models.errors import ConflictError, ForbiddenError, ImagingError, QuotaExceededError, RejectedError, RunError
from models.flavor import Flavor
from models.image import Image
from models.instance import Instance
from models.network import Network
from models.plan import TestLaunchPlan
from models.quota import Quota
from models.run import OwnedKind
from models.verdict import Stage, Verdict, VerdictWord

_NO_ROOM = re.compile(r"No valid host|Exceeded maximum number of retries|Exhausted all hosts", re.IGNORECASE)
_IMAGE_AT_FAULT = re.compile(
    r"Image \S+ is unacceptable|does not match disk_format|safety check|not in a supported format"
    r"|Invalid snapshot|failed to get snapshot|failed to get volume",
    re.IGNORECASE,
)
_OVER_QUOTA = re.compile(r"quota", re.IGNORECASE)


async def test_launch(ctx: StepContext) -> StepResult:
    """Goal: one instance of ours is ACTIVE, or there is a verdict already that says why there is none."""
    if ctx.run.verdict is not None:
        return StepResult(ctx.run.verdict.reason, skipped=True)
    if not ctx.run.plan.request.test:
        return await _end(ctx, VerdictWord.NOT_TESTED, "No test launch was wanted.")
    image = await _image(ctx)
    server = await standing_server(ctx)
    test = await _choose(ctx, image, counted=server is not None or may_have_lost_one(ctx))
    if server is None and test.refused_because:
        return await _end(ctx, VerdictWord.NOT_TESTED, f"No test launch was possible: {test.refused_because}.")
    return await _try_flavors(ctx, image, test, server)


test_launch.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


async def _image(ctx: StepContext) -> Image:
    image_id = image_id_under_test(ctx)
    if image_id is None:
        raise RunError("There is no image to launch.")
    return await ctx.cloud.images.image(image_id)


async def _choose(ctx: StepContext, image: Image, *, counted: bool) -> TestLaunchPlan:
    """Flavor and network for the image as it now is; `counted`: the quota already holds our test instance."""
    plan = ctx.run.plan
    request = plan.request
    if plan.test is not None and plan.test.network is not None:
        request = request.model_copy(update={"network_id": plan.test.network.id})
    return await plan_test_launch(
        ctx.cloud,
        image,
        source_id=ctx.run.instance_id,
        request=request,
        profile=ctx.profile,
        quota=None if counted else await _quota(ctx),
    )


async def _quota(ctx: StepContext) -> Quota | None:
    try:
        return await ctx.cloud.quota()
    except ImagingError:
        return None  # unknown: Nova will say


async def _try_flavors(ctx: StepContext, image: Image, test: TestLaunchPlan, server: Instance | None) -> StepResult:
    network = require_network(test)
    tried = len(owned_ids(ctx.run, OwnedKind.SERVER, removed=True))
    reason = ""
    for flavor in test.flavors[tried:]:
        if server is None:
            server, refusal = await _launched(ctx, image, flavor, network)
            reason = refusal or reason
        if server is None:
            continue
        trouble = await _await_active(ctx, server)
        if trouble is None:
            await own_volumes(ctx, server.id, image)
            return StepResult(f"{flavor.name}, {f'the next larger: {reason}' if reason else test.why}")
        word, reason = trouble
        if not _NO_ROOM.search(reason):
            return await _end(ctx, word, reason)
        await ctx.phase(f"{flavor.name}: {reason}")
        await remove_server(ctx, server.id, image)
        server = None
    word = VerdictWord.NOT_TESTED if _OVER_QUOTA.search(reason) else VerdictWord.INCONCLUSIVE
    return await _end(ctx, word, f"No test instance could be launched: {reason or 'no flavor was left to try'}")


async def _launched(ctx: StepContext, image: Image, flavor: Flavor, network: Network) -> tuple[Instance | None, str]:
    group, note = await make_group(ctx, network)
    await ctx.phase(f"{flavor.name} on {network.name}, {note}")
    try:
        return await launch(ctx, image, flavor.id, network.id, group), ""
    except QuotaExceededError as error:
        return None, f"quota: {error.what}"
    except (RejectedError, ForbiddenError, ConflictError) as error:
        return None, error.what


class _Outcome(NamedTuple):
    """How a launch ended; without trouble the test instance is up."""

    trouble: tuple[VerdictWord, str] | None


async def _await_active(ctx: StepContext, server: Instance) -> tuple[VerdictWord, str] | None:
    """None once it is ACTIVE, else what to make of it and why."""
    deadline = ctx.clock.monotonic() + ctx.profile.patience.test_limit_seconds

    async def observe() -> _Outcome | None:
        now = await read_server(ctx, server.id)
        if now is None:
            return _Outcome((VerdictWord.INCONCLUSIVE, "The test instance was deleted by someone else."))
        await ctx.phase(f"test instance {now.status}" + (f", {now.task_state}" if now.task_state else ""))
        if now.status == "ERROR":
            fault = now.fault or "The test instance went into ERROR, and the cloud does not say why."
            return _Outcome(_fault(fault))
        if now.status == "ACTIVE" and now.task_state is None:
            return _Outcome(None)
        if ctx.clock.monotonic() >= deadline:
            still = f"The test instance was still {now.status} when its time was up."
            return _Outcome((VerdictWord.INCONCLUSIVE, still))
        return None

    limit = ctx.profile.patience.test_limit_seconds + 60.0
    outcome = await ctx.wait_until(observe, what="the test instance to become ACTIVE", limit_seconds=limit)
    return outcome.trouble


def _fault(fault: str) -> tuple[VerdictWord, str]:
    """Nova's own words decide whether the image is to blame, the quota, or only this cloud at this time."""
    if _IMAGE_AT_FAULT.search(fault):
        return VerdictWord.FAILED, fault
    if _OVER_QUOTA.search(fault):
        return VerdictWord.NOT_TESTED, fault
    return VerdictWord.INCONCLUSIVE, fault


async def _end(ctx: StepContext, word: VerdictWord, reason: str) -> StepResult:
    stage = Stage.SILENT if word in {VerdictWord.FAILED, VerdictWord.INCONCLUSIVE} else None
    await ctx.record(verdict=Verdict(word=word, stage=stage, reason=reason))
    return StepResult(f"{word.value}: {reason}", skipped=word is VerdictWord.NOT_TESTED)

"""Test launch: one instance from the image, in the smallest flavor that fits; the next larger if no host has room."""

from __future__ import annotations

import re
from typing import NamedTuple

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.images_and_servers import existing_volume_ids, has_unreadable_disks, owned_ids
from imaging.runs.plan.launch_choice import plan_test_launch, require_network
from imaging.runs.test_instance.security_group import make_group
from imaging.runs.test_instance.server import (
    launch,
    may_have_lost_one,
    read_server,
    remove_server,
    standing_server,
)
from imaging.runs.test_instance.verdict_note import image_id_under_test
from imaging.runs.test_instance.volumes import note_volumes
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.cloud.quota import Quota
from models.errors import ConflictError, ForbiddenError, ImagingError, QuotaExceededError, RejectedError, RunError
from models.run.plan import TestLaunchPlan
from models.run.record import OwnedKind
from models.verdict import Stage, Verdict, VerdictWord

# V17: Nova's words where no host could build it.
_NO_ROOM = re.compile(r"No valid host|Exceeded maximum number of retries|Exhausted all hosts", re.IGNORECASE)
# N10, V9: passed by the API, refused on the host. Only these say something about the image.
_IMAGE_AT_FAULT = re.compile(
    r"Image \S+ is unacceptable|does not match disk_format|safety check|not in a supported format"
    r"|Invalid snapshot|failed to get snapshot|failed to get volume",
    re.IGNORECASE,
)
_UNREADABLE_DISKS = "The image names its disks in a form that cannot be read, so nobody knows what it would take along."
_EXISTING_VOLUMES = "The image would take along volumes as they are, which are somebody's: {}."
_NO_FAULT = "The test instance went into ERROR, and the cloud does not say why."
_OVER_QUOTA = re.compile(r"quota", re.IGNORECASE)


async def test_launch(ctx: StepContext) -> StepResult:
    """Goal: one instance of ours is ACTIVE, or there is a verdict already that says why there is none."""
    if ctx.run.verdict is not None:
        return StepResult(ctx.run.verdict.reason, skipped=True)
    if not ctx.run.plan.request.test:
        return await _end(ctx, VerdictWord.NOT_TESTED, "No test launch was wanted.")
    image = await _image(ctx)
    # Nova would attach these themselves, not copies, and the test instance would write to somebody's data.
    volumes = existing_volume_ids(image)
    if volumes:
        return await _end(ctx, VerdictWord.NOT_TESTED, _EXISTING_VOLUMES.format(", ".join(volumes)))
    if has_unreadable_disks(image):
        return await _end(ctx, VerdictWord.NOT_TESTED, _UNREADABLE_DISKS)
    server = await standing_server(ctx)
    # The plan was made before the image existed; only now is its real size known (N10).
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
    # After a restart: each flavor that had no room left one removed test instance in the journal.
    tried = len(owned_ids(ctx.run, OwnedKind.SERVER, removed=True))
    last = _Trouble(VerdictWord.INCONCLUSIVE, "")
    for flavor in test.flavors[tried:]:
        if server is None:
            started = await _launched(ctx, image, flavor, network)
            if isinstance(started, _Trouble):
                last = started
                continue
            server = started
        trouble = await _await_active(ctx, server, image)
        if trouble is None:
            return StepResult(f"{flavor.name}, {f'the next larger: {last.reason}' if last.reason else test.why}")
        if not trouble.no_room:
            return await _end(ctx, trouble.word, trouble.reason)
        last = trouble
        await ctx.phase(f"{flavor.name}: {last.reason}")
        # A test instance that must stay counts against the quota; a second one beside it would only add to that.
        if not await remove_server(ctx, server.id, image):
            break
        server = None
    reason = last.reason or "no flavor was left to try"
    return await _end(ctx, last.word, f"No test instance could be launched: {reason}")


class _Trouble(NamedTuple):
    """Why there is no test instance: what that makes the verdict, and the reason for people."""

    word: VerdictWord
    reason: str
    no_room: bool = False
    """No host had room; another flavor may find one."""


async def _launched(ctx: StepContext, image: Image, flavor: Flavor, network: Network) -> Instance | _Trouble:
    group, note = await make_group(ctx, network)
    await ctx.record(test_flavor=flavor.name)
    await ctx.phase(f"{flavor.name} on {network.name}, {note}")
    try:
        return await launch(ctx, image, flavor.id, network.id, group)
    # V20: says nothing about the image, so it is not tested rather than inconclusive.
    except QuotaExceededError as error:
        return _Trouble(VerdictWord.NOT_TESTED, f"quota: {error.what}")
    except (RejectedError, ForbiddenError, ConflictError) as error:
        return _Trouble(VerdictWord.INCONCLUSIVE, error.what)


class _Outcome(NamedTuple):
    """How a launch ended; without trouble the test instance is up."""

    trouble: _Trouble | None


async def _await_active(ctx: StepContext, server: Instance, image: Image) -> _Trouble | None:
    """None once it is ACTIVE, else what to make of it and why."""
    deadline = ctx.clock.monotonic() + ctx.profile.patience.test_limit_seconds

    async def observe() -> _Outcome | None:
        now = await read_server(ctx, server.id)
        if now is None:
            return _Outcome(_Trouble(VerdictWord.INCONCLUSIVE, "The test instance was deleted by someone else."))
        await ctx.phase(f"test instance {now.status}" + (f", {now.task_state}" if now.task_state else ""))
        # V9: the volumes that Nova makes along with it stay behind unless they are in the journal.
        if image.is_volume_backed:
            await note_volumes(ctx, server.id, image)  # what is there before it is up, nobody but Nova attached
        if now.status == "ERROR":
            return _Outcome(_fault(now.fault) if now.fault else _Trouble(VerdictWord.INCONCLUSIVE, _NO_FAULT))
        if now.status == "ACTIVE" and now.task_state is None:
            return _Outcome(None)
        if ctx.clock.monotonic() >= deadline:
            still = f"The test instance was still {now.status} when its time was up."
            return _Outcome(_Trouble(VerdictWord.INCONCLUSIVE, still))
        return None

    # Later than the deadline in `observe`, which gives a verdict instead of waiting for the user.
    limit = ctx.profile.patience.test_limit_seconds + 60.0
    outcome = await ctx.wait_until(observe, what="the test instance to become ACTIVE", limit_seconds=limit)
    return outcome.trouble


def _fault(fault: str) -> _Trouble:
    """Nova's own words decide whether the image is to blame, the quota, or only this cloud at this time.

    There is nothing else to decide by: Nova gives the fault of an instance no code that tells these apart.
    """
    if _IMAGE_AT_FAULT.search(fault):
        word = VerdictWord.FAILED
    else:
        word = VerdictWord.NOT_TESTED if _OVER_QUOTA.search(fault) else VerdictWord.INCONCLUSIVE
    return _Trouble(word, fault, no_room=_NO_ROOM.search(fault) is not None)


async def _end(ctx: StepContext, word: VerdictWord, reason: str) -> StepResult:
    stage = Stage.SILENT if word in {VerdictWord.FAILED, VerdictWord.INCONCLUSIVE} else None
    await ctx.record(verdict=Verdict(word=word, stage=stage, reason=reason))
    return StepResult(f"{word.value}: {reason}", skipped=word is VerdictWord.NOT_TESTED)

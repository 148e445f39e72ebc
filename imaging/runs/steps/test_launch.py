"""Test launch: one instance from the image, in the smallest flavor that fits; the next larger if no host has room."""

from __future__ import annotations

from imaging.cloud.image_to_launch import quota_if_told
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.images_and_servers import existing_volume_ids, has_unreadable_disks
from imaging.runs.ownership.made_things import TEST, TWIN, MadeServer, checked_server
from imaging.runs.plan.launch_choice import plan_test_launch, require_network
from imaging.runs.test_instance.launching import Launching, Place, Up, launch_one
from imaging.runs.test_instance.security_group import make_group
from imaging.runs.test_instance.server import may_have_lost_one, standing_server
from imaging.runs.test_instance.verdict_note import image_id_under_test
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.errors import RunError
from models.run.plan import TestLaunchPlan
from models.verdict import Stage, Verdict, VerdictWord
from models.works.test_file import WorkTests

_UNREADABLE_DISKS = "The image names its disks in a form that cannot be read, so nobody knows what it would take along."
_EXISTING_VOLUMES = "The image would take along volumes as they are, which are somebody's: {}."


async def test_launch(ctx: StepContext) -> StepResult:
    """Goal: one test instance of this run is ACTIVE, or there is a verdict already that says why there is none."""
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
    test = await choose_for(ctx, image, TEST, counted=server is not None or may_have_lost_one(ctx))
    if server is None and test.refused_because:
        return await _end(ctx, VerdictWord.NOT_TESTED, f"No test launch was possible: {test.refused_because}.")
    return await _launch(ctx, image, test, server)


test_launch.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


async def _launch(ctx: StepContext, image: Image, test: TestLaunchPlan, server: Instance | None) -> StepResult:
    network = require_network(test)

    async def place(flavor: Flavor) -> Place:
        found = await in_own_group(ctx, network, TEST)
        await ctx.record(test_flavor=flavor.name)
        return found

    wanted = Launching(TEST, image, test, place)
    came_of_it = await launch_one(ctx, wanted, server)
    if isinstance(came_of_it, Up):
        return StepResult(came_of_it.note)
    return await _end(ctx, came_of_it.word, came_of_it.reason)


async def _image(ctx: StepContext) -> Image:
    image_id = image_id_under_test(ctx)
    if image_id is None:
        raise RunError("There is no image to launch.")
    return await ctx.cloud.images.image(image_id)


async def choose_for(ctx: StepContext, image: Image, made: MadeServer, *, counted: bool) -> TestLaunchPlan:
    """Flavor and network for the image as it now is; `counted`: the quota already holds our instance."""
    plan = ctx.run.plan
    request = plan.request
    # What the user's tests need, only the instances have that run them.
    if made not in {checked_server(ctx.run), TWIN}:
        request = request.model_copy(update={"work_tests": WorkTests()})
    if plan.test is not None and plan.test.network is not None:
        request = request.model_copy(update={"network_id": plan.test.network.id})
    return await plan_test_launch(
        ctx.cloud,
        image,
        source_id=ctx.run.instance_id,
        request=request,
        profile=ctx.profile,
        quota=None if counted else await quota_if_told(ctx.cloud),
    )


async def in_own_group(ctx: StepContext, network: Network, made: MadeServer) -> Place:
    """On a network, in a security group of its own that lets nothing in."""
    group, note = await make_group(ctx, network, made)
    return Place(network.id, group, f"on {network.name}, {note}")


async def _end(ctx: StepContext, word: VerdictWord, reason: str) -> StepResult:
    stage = Stage.SILENT if word in {VerdictWord.FAILED, VerdictWord.INCONCLUSIVE} else None
    await ctx.record(verdict=Verdict(word=word, stage=stage, reason=reason))
    return StepResult(f"{word.value}: {reason}", skipped=word is VerdictWord.NOT_TESTED)

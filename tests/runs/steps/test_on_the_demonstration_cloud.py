"""The steps one after the other over real HTTP, on machines that boot, that fail, and that say nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import resolve_cloud
from imaging.guidelines.profiles import load_profile
from imaging.runs.ownership.images_and_servers import images_of_run
from imaging.runs.plan.image_plan import plan_run
from imaging.runs.steps import STEPS
from imaging.runs.steps.compensation import remove_unfinished_image
from imaging.runtime.clock import SystemClock
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.launch import LaunchRequest
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import OwnedKind, RunRecord, RunState, StepRecord
from models.run.request import Attestation, RunRequest, Waiver
from models.steps import CREATE_STEPS, StepName
from models.verdict import Strength, VerdictWord
from tests.runs.steps.memory_context import MemoryContext, made_of_source
from tests.support.clock import ManualClock
from tests.support.demo import DemoCloud

SHIPPED = load_profile("openstack")
PROFILE = SHIPPED.model_copy(update={"patience": SHIPPED.patience.model_copy(update={"console_silence_seconds": 30})})
REQUEST = RunRequest(
    name="lidar-tools",
    description="PostgreSQL 16 and the lidar tools, which the base image does not have.",
    profile="openstack",
    attestations=(Attestation(rule="SW-ATTEST"),),
    uninspected="the demonstration cloud's guest is known",
    waivers=(Waiver(rule="STATE-LOCKED", reason="agreed with those who locked it"),),
)


class DemoClock(ManualClock):
    """Sleeping turns the cloud's clock together with this one."""

    def __init__(self, demo: DemoCloud) -> None:
        super().__init__(datetime.fromtimestamp(demo.now(), UTC))
        self._demo = demo

    async def sleep(self, seconds: float) -> None:
        self._demo.turn(seconds)
        await super().sleep(seconds)


@pytest.fixture
def compute_max() -> str | None:
    """The highest microversion of Nova; None for what the demonstration cloud has."""
    return None


@pytest.fixture
async def cloud(demo_cloud, compute_max) -> AsyncIterator[Cloud]:
    demo_cloud.hold()
    if compute_max is not None:
        demo_cloud.options(compute_max=compute_max)
    cloud = await connect(await resolve_cloud("demo", ask=None), SystemClock())
    yield cloud
    await cloud.close()


@pytest.fixture
def start(cloud, demo_cloud, tmp_path):
    """Makes the context of a run about one of the seeded machines."""

    async def make(name: str, run_id: str = "run1") -> MemoryContext:
        clock = DemoClock(demo_cloud)
        plan = await plan_run(cloud, clock, demo_cloud.server_id(name), REQUEST, PROFILE)
        now = clock.now()
        run = RunRecord(
            id=run_id,
            kind=RunKind.CREATE,
            state=RunState.RUNNING,
            identity=plan.login.identity,
            host="login1",
            created_at=now,
            updated_at=now,
            began_at=now,
            plan=plan,
            steps=tuple(StepRecord(step=step) for step in CREATE_STEPS),
        )
        return MemoryContext(cloud, clock, run, PROFILE, tmp_path)

    return make


async def go(ctx: MemoryContext, *, until: StepName = StepName.REPORT) -> MemoryContext:
    for step in CREATE_STEPS:
        await STEPS[step](ctx.at(step))
        if step is until:
            break
    return ctx


async def everything(cloud: Cloud) -> dict[str, object]:
    """What a user could see to be other than before, but for images."""
    servers = [each async for page in cloud.compute.instances() for each in page]
    return {
        "servers": {
            each.id: (each.status, each.task_state, each.locked, each.locked_reason, dict(each.metadata))
            for each in servers
        },
        "attached": {
            each.id: [(row.volume_id, row.device) for row in await cloud.compute.attachments(each.id)]
            for each in servers
        },
        "volumes": {each.id: each.status for each in await cloud.volumes.volumes()},
        "groups": {each.id for each in await cloud.networking.security_groups()},
    }


async def test_the_main_example_boots_and_all_is_as_before(cloud, start):
    before = await everything(cloud)
    ctx = await go(await start("db-07"))
    assert ctx.verdict.word is VerdictWord.BOOTED
    assert await everything(cloud) == before
    image = await cloud.images.image(ctx.run.image_id)
    assert image.noted_verdict == "booted"
    assert image.description == REQUEST.description


@pytest.mark.parametrize("compute_max", ["2.1"])
async def test_the_oldest_nova_that_is_spoken_with_is_enough(cloud, start):
    assert await cloud.compute.microversion() == (2, 1)
    before = await everything(cloud)
    ctx = await go(await start("db-07"))
    assert ctx.verdict.word is VerdictWord.BOOTED
    assert ctx.run.instance_restored
    assert await everything(cloud) == before
    assert any("too old to show whether an instance is locked" in warning for warning in ctx.run.plan.warnings)


async def test_the_report_judges_the_finished_image(start):
    ctx = await go(await start("web-01"))
    written = json.loads((ctx.folder / "report.json").read_text())["finished_image"]
    outcomes = {finding["rule"]: finding["outcome"] for finding in written}
    assert (outcomes["TEST-LAUNCH"], outcomes["OWN-CREATOR"]) == ("pass", "pass")
    assert "## The finished image, by the guidelines" in (ctx.folder / "report.md").read_text()


async def test_the_report_is_there_though_the_cloud_does_not_answer_any_more(start, demo_cloud):
    ctx = await start("web-01")
    await ctx.record(image_id=demo_cloud.image_id("survey-appliance"))
    await ctx.cloud.close()
    await STEPS[StepName.REPORT](ctx.at(StepName.REPORT))
    assert json.loads((ctx.folder / "report.json").read_text())["finished_image"] == []


async def test_the_test_instance_runs_our_script_so_the_verdict_is_strong(start):
    ctx = await go(await start("db-07"))
    assert ctx.verdict.strength is Strength.STRONG
    assert ctx.verdict.has_address is True


async def test_a_test_instance_in_emergency_mode_fails_with_the_lines_that_say_so(cloud, start):
    before = await everything(cloud)
    ctx = await go(await start("gis-lab"))
    assert ctx.verdict.word is VerdictWord.FAILED
    assert any("emergency mode" in line for line in ctx.verdict.evidence)
    assert await everything(cloud) == before


async def test_a_silent_test_instance_is_inconclusive(cloud, start):
    before = await everything(cloud)
    ctx = await go(await start("quiet-box"))
    assert ctx.verdict.word is VerdictWord.INCONCLUSIVE
    assert await everything(cloud) == before


async def test_of_a_volume_backed_source_only_the_snapshots_stay(cloud, start):
    before = await everything(cloud)
    ctx = await go(await start("bfv-01"))
    assert await everything(cloud) == before
    kept = {owned.id for owned in ctx.run.owned if owned.kind is OwnedKind.VOLUME_SNAPSHOT}
    assert kept
    assert kept <= {each.id for each in await cloud.volumes.snapshots()}


async def test_a_strangers_snapshot_of_a_test_instance_is_neither_touched_nor_shown_as_verified(cloud, start):
    ctx = await go(await start("db-07"))
    image = await cloud.images.image(ctx.run.image_id)
    test = ctx.run.plan.test
    assert test is not None
    assert test.network is not None
    launched_id = await cloud.compute.launch(
        LaunchRequest(name="strangers", image_id=image.id, flavor_id=test.flavors[0].id, network_id=test.network.id)
    )
    await ctx.wait_until(lambda: _running(cloud, launched_id), what="the test instance", limit_seconds=60)
    stranger_id = await cloud.compute.create_image(launched_id, "strangers-own", {})
    stranger = await ctx.wait_until(lambda: _active(cloud, stranger_id), what="the snapshot", limit_seconds=60)
    assert stranger.properties["imaging.run"] == "run1"
    assert stranger.properties["imaging.verdict"] == "booted"
    assert stranger.noted_verdict is None
    assert images_of_run(ctx.run, [stranger], made_of_source(ctx)) == ()
    ctx.change(image_id=None)  # even where the journal does not name the image
    await ctx.at(StepName.CREATE_IMAGE).intend(IntentAction.CREATE_IMAGE, "lidar-tools")
    await remove_unfinished_image(ctx)
    await STEPS[StepName.REMOVE_TEST](ctx.at(StepName.REMOVE_TEST))
    assert (await cloud.images.image(stranger_id)).status == "active"
    assert (await cloud.compute.instance(launched_id)).status == "ACTIVE"
    assert ctx.run.image_id == image.id


async def _running(cloud: Cloud, server_id: str) -> Instance | None:
    server = await cloud.compute.instance(server_id)
    return server if server.status == "ACTIVE" and server.task_state is None else None


async def _active(cloud: Cloud, image_id: str) -> Image | None:
    image = await cloud.images.image(image_id)
    return image if image.status == "active" else None

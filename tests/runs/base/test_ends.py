"""Runs that end while the base is listed, bases that are volumes, and runs that make an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from imaging.guidelines.sealing.planning import plan_seal
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.image_plan import plan_run
from imaging.runs.plan.seal.planning import plan_seal_of_image
from imaging.runs.steps.prove_seal import facts_of
from models.errors import ForbiddenError, LostAnswerError
from models.run.record import OwnedKind, OwnedRole, RunState
from models.run.request import RunRequest
from models.steps import StepName, StepState
from models.verdict import VerdictWord
from models.works.verdict import WorksWord
from tests.runs.base.listing import (
    IMAGE,
    carried_out,
    change_told,
    launched,
    listed,
    listing,
    note_of,
    plan_of,
    refuse_data,
    store_in,
    without_parts,
)
from tests.runs.sealed.sealing import inspected, plan_sealed
from tests.runs.sealed.test_seal_of_an_image import an_image
from tests.runs.test_crash_matrix import (
    PROFILE,
    REQUEST,
    Death,
    DemoClock,
    a_run_of,
    check_end,
    everything,
    one_runner,
    to_its_end,
)
from tests.runs.works.checking import image_named, left_of
from tests.support.demo_here import DemoCloudHere
from tests.support.known import present


class Meanwhile:
    """What a user asks for while the console of the base is read."""

    def __init__(self, cloud: Cloud) -> None:
        self._read = cloud.compute.console_log
        cloud.compute.console_log = self.read  # type: ignore[method-assign]
        self.journal: Journal | None = None
        self.run_id = ""
        self.change: dict[str, bool] = {}

    async def read(self, instance_id: str) -> str:
        text = await self._read(instance_id)
        if self.change and "imaging-inventory" in text and "imaging-works" not in text:
            change, self.change = self.change, {}
            await present(self.journal).request_change(self.run_id, lambda changes: changes.run(**change))
        return text


async def test_a_run_that_is_cancelled_meanwhile_removes_its_instance_and_keeps_its_verdict(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    meanwhile = Meanwhile(cloud)
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        meanwhile.journal, meanwhile.run_id, meanwhile.change = journal, new.id, {"cancel_requested": True}
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)

    assert run.state is RunState.CANCELLED
    assert run.verdict is not None
    assert run.verdict.word is VerdictWord.BOOTED
    assert run.works is not None
    assert run.works.word is WorksWord.YES
    assert launched(run) == 1
    assert await left_of(cloud) == []
    assert (await cloud.images.image(image_named(demo_cloud, IMAGE))).noted_works == "yes"


@pytest.mark.parametrize("asked,state", [("cancel_requested", RunState.CANCELLED), ("undo_requested", RunState.UNDONE)])
async def test_a_run_whose_runner_died_is_ended_and_leaves_nothing(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, *, asked: str, state: RunState
):
    without_parts(demo_cloud)
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        run = new
        launch = cloud.compute.launch

        async def deadly(request):
            answer = await launch(request)
            if request.name.startswith("imaging-base"):
                clock.kills_in_next_sleep = True
            return answer

        cloud.compute.launch = deadly  # type: ignore[method-assign]
        run = await one_runner(journal, run, cloud, clock, tmp_path)
        assert not run.state.is_over
        assert [name for name in await left_of(cloud) if name.startswith("imaging-base")]
        await journal.request_change(run.id, lambda changes: changes.run(**{asked: True}))
        run, _ = await to_its_end(journal, run, cloud, clock, tmp_path)

    assert run.state is state
    assert await left_of(cloud) == []


async def test_a_lost_answer_to_its_launch_makes_no_second_one(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    launch = cloud.compute.launch

    async def lost(request):
        answer = await launch(request)
        if request.name.startswith("imaging-base"):
            demo_cloud.here.front.faults.clear()
            raise LostAnswerError("No answer came.")
        return answer

    cloud.compute.launch = lost  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert not run.base_unread
    assert launched(run) == 1
    assert await left_of(cloud) == []


async def test_a_base_of_volumes_is_launched_and_its_volume_goes_with_it(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    base_id = await _image_of_volumes(demo_cloud, cloud, clock)
    image = demo_cloud.here.world.images[image_named(demo_cloud, IMAGE)]
    image.properties["base_image_ref"] = base_id
    before = set(demo_cloud.here.world.volumes)

    run = await listed(demo_cloud, cloud, clock, tmp_path)

    assert run.state is RunState.DONE
    assert not run.base_unread
    assert launched(run) == 1
    volumes = [each for each in run.owned if each.kind is OwnedKind.VOLUME]
    assert volumes
    assert all(each.removed for each in volumes)
    assert set(demo_cloud.here.world.volumes) == before
    assert store_in(tmp_path).read(base_id) is not None


async def _image_of_volumes(demo: DemoCloudHere, cloud: Cloud, clock: DemoClock) -> str:
    source = demo.server_id("bfv-01")
    await cloud.compute.stop(source)
    while (await cloud.compute.instance(source)).status != "SHUTOFF":
        await clock.sleep(1)
    image_id = await cloud.compute.create_image(source, "volumes-base", {})
    while (await cloud.images.image(image_id)).status != "active":
        await clock.sleep(1)
    assert (await cloud.images.image(image_id)).is_volume_backed
    return image_id


async def test_an_instance_on_a_volume_has_no_known_base(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    request = REQUEST.model_copy(update={"list_base": True})
    planned = await plan_run(cloud, clock, demo_cloud.server_id("bfv-01"), request, PROFILE)
    plan = await listing(cloud, planned, tmp_path)
    run = await carried_out(plan, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert note_of(run) == "which image it goes back to is not known"


async def test_a_run_that_makes_an_image_ends_with_the_list_of_its_base(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    source_id = demo_cloud.server_id("db-07")
    base_id = present((await cloud.compute.instance(source_id)).image_id)
    refuse_data(demo_cloud, base_id)
    before = await everything(cloud, source_id)
    request = REQUEST.model_copy(update={"list_base": True})
    plan = await listing(cloud, await plan_run(cloud, clock, source_id, request, PROFILE), tmp_path)
    Death("after", clock).wrap(cloud)
    run = await carried_out(plan, cloud, clock, tmp_path)

    await check_end(cloud, source_id, run, before)
    assert [record.step for record in run.steps][-3:] == [StepName.SEE_UP, StepName.LIST_BASE, StepName.REPORT]
    assert run.step(StepName.LIST_BASE).state is StepState.DONE
    change = change_told(run, tmp_path)
    assert (change.base_name, change.unknown_because) == ("astro-base", "")
    assert "postgresql-16" in {each.name for each in change.added}
    roles = {each.role for each in run.owned if each.kind is OwnedKind.SERVER}
    assert roles == {OwnedRole.MAIN, OwnedRole.BASE}


@pytest.mark.slow  # the same step as at the end of a run that makes an image, and of a seal of an image
async def test_a_sealed_run_ends_with_the_list_of_its_base(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    clock.skips_ahead = False  # how far the clone is changes by itself, and is read at each poll
    source_id = demo_cloud.server_id("db-07")
    refuse_data(demo_cloud, present((await cloud.compute.instance(source_id)).image_id))
    planned = await plan_sealed(cloud, clock, source_id, "db-07")
    planned = planned.model_copy(update={"request": planned.request.model_copy(update={"list_base": True})})
    run = await carried_out(await listing(cloud, planned, tmp_path), cloud, clock, tmp_path)

    assert run.state is RunState.DONE
    assert run.step(StepName.LIST_BASE).state is StepState.DONE
    assert launched(run) == 1
    assert await left_of(cloud) == []


async def test_an_instance_of_the_base_that_cannot_be_removed_is_told_as_every_test_instance(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    delete = cloud.compute.delete_instance

    async def refused(instance_id: str) -> None:
        if (await cloud.compute.instance(instance_id)).name.startswith("imaging-base"):
            raise ForbiddenError("You are not allowed to delete instances by now.")
        await delete(instance_id)

    cloud.compute.delete_instance = refused  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)

    assert run.works is not None
    assert run.works.word is WorksWord.YES
    assert (await cloud.images.image(image_named(demo_cloud, IMAGE))).noted_works == "yes"
    assert run.step(StepName.LIST_BASE).state is StepState.FAILED
    assert run.trouble is not None
    assert "not allowed to delete" in run.trouble.what
    assert [each.role for each in run.owned if not each.removed and each.kind is OwnedKind.SERVER] == [OwnedRole.BASE]


async def test_the_seal_of_an_image_is_compared_with_that_image(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    image = await an_image(cloud, clock, demo_cloud.server_id("db-07"))
    refuse_data(demo_cloud, image.id)
    network = next(each for each in await cloud.networking.networks() if each.name == "astro-net")
    request = RunRequest(
        name="sealed course", description="d", profile="openstack", network_id=network.id, list_base=True
    )
    guest = inspected("db-07", clock.now())
    seal = plan_seal(facts_of(None, guest, request, clock.now()), PROFILE, request)
    planned = await plan_seal_of_image(cloud, clock, image.id, request, PROFILE, seal=seal, guest=guest)
    Death("after", clock).wrap(cloud)
    run = await carried_out(await listing(cloud, planned, tmp_path), cloud, clock, tmp_path)

    assert (run.state, run.step(StepName.LIST_BASE).state) == (RunState.DONE, StepState.DONE)
    assert change_told(run, tmp_path).base_id == image.id
    assert launched(run) == 1
    assert await left_of(cloud) == []

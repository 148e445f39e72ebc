"""The step that tells what is installed on the base: kept, read, or listed by a test instance of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from imaging.democloud.web.faults import Fault
from models.run.record import RunState
from models.steps import StepName, StepState
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from models.works.verdict import WorksWord
from tests.runs.base.listing import (
    BASE,
    carried_out,
    change_told,
    launched,
    listed,
    listing,
    note_of,
    plan_of,
    store_in,
    without_parts,
)
from tests.runs.test_crash_matrix import MOMENTS, Death, DemoClock
from tests.runs.works.checking import image_named, left_of, verified
from tests.support.demo_here import DemoCloudHere
from tests.support.known import present

KNOWN = Inventory(packages=(InstalledPackage(manager=PackageManager.DPKG, name="bash", version="5.1-6ubuntu1.1"),))


def as_without_it(run):
    """The run ended as it would have without the step."""
    assert run.state is RunState.DONE
    assert run.works is not None
    assert run.works.word is WorksWord.YES


async def test_a_base_whose_data_the_cloud_does_not_give_is_listed_by_a_test_instance(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert run.step(StepName.LIST_BASE).state is StepState.DONE
    assert "known from a test instance of it" in note_of(run)
    assert launched(run) == 1
    assert await left_of(cloud) == []
    kept = present(store_in(tmp_path).read(image_named(demo_cloud, BASE)))
    assert kept.tells_system
    assert PackageManager.DPKG not in change_told(run, tmp_path).not_compared
    assert change_told(run, tmp_path).unknown_because == ""


async def test_a_later_run_takes_the_list_that_is_kept(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    await listed(demo_cloud, cloud, clock, tmp_path)
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    assert plan.base is not None
    assert (plan.base.is_known, plan.base.seconds) == (True, 0)
    run = await carried_out(plan, cloud, clock, tmp_path)
    assert launched(run) == 0
    assert change_told(run, tmp_path).unknown_because == ""


async def test_a_base_that_can_be_read_by_its_parts_is_not_launched(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert launched(run) == 0
    assert "known from its file" in note_of(run)


async def test_nobody_launches_a_base_who_was_not_asked(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    run = await verified(demo_cloud, cloud, clock, tmp_path)
    assert StepName.LIST_BASE not in {record.step for record in run.steps}
    assert launched(run) == 0
    assert change_told(run, tmp_path).unknown_because


@pytest.mark.parametrize(
    "moment", [pytest.param(moment, marks=() if moment != MOMENTS[2] else pytest.mark.slow) for moment in MOMENTS]
)
async def test_killed_around_every_call_it_comes_to_the_same_end(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, *, moment: str
):
    without_parts(demo_cloud)
    Death(moment, clock).wrap(cloud)
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    run = await carried_out(plan, cloud, clock, tmp_path)
    as_without_it(run)
    assert not run.base_unread
    assert launched(run) == 1
    assert await left_of(cloud) == []


async def test_killed_at_every_reading_of_its_console_the_list_is_told(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    read, seen = cloud.compute.console_log, 0

    async def deadly(instance_id: str) -> str:
        nonlocal seen
        text = await read(instance_id)
        if "imaging-inventory" in text and "imaging-works" not in text and seen < 5:
            seen += 1
            clock.kills_in_next_sleep = True
            demo_cloud.turn(1)
        return text

    cloud.compute.console_log = deadly  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    assert seen == 5
    assert launched(run) == 1
    assert not run.base_unread


async def test_without_quota_for_it_the_difference_is_unknown_and_says_why(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    launch = cloud.compute.launch

    async def no_room_by_now(request):
        # Between the removal of the test instance and this launch somebody else took what was free.
        if request.name.startswith("imaging-base"):
            demo_cloud.quotas(instances=present((await cloud.quota()).instances).used)
        return await launch(request)

    cloud.compute.launch = no_room_by_now  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert "quota" in note_of(run).lower()
    assert "quota" in change_told(run, tmp_path).unknown_because.lower()
    assert await left_of(cloud) == []


async def test_a_base_that_is_gone_is_said_before_and_after(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    del demo_cloud.here.world.images[image_named(demo_cloud, BASE)]
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    assert any("the base is gone" in warning for warning in plan.warnings)
    run = await carried_out(plan, cloud, clock, tmp_path)
    as_without_it(run)
    assert run.step(StepName.LIST_BASE).state is StepState.SKIPPED
    assert "the base is gone" in change_told(run, tmp_path).unknown_because


async def test_a_base_that_was_made_private_by_its_project_is_gone_for_this_one(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    demo_cloud.here.world.images[image_named(demo_cloud, BASE)].visibility = "private"
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert "no longer shared with this project" in note_of(run)


async def test_a_deactivated_base_is_not_launched(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    demo_cloud.here.world.images[image_named(demo_cloud, BASE)].status = "deactivated"
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    assert any("it is deactivated" in warning for warning in plan.warnings)
    run = await carried_out(plan, cloud, clock, tmp_path)
    as_without_it(run)
    assert launched(run) == 0
    assert "it is deactivated" in note_of(run)


async def test_a_base_that_fits_no_flavor_is_not_launched(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    demo_cloud.here.world.images[image_named(demo_cloud, BASE)].min_disk = 100_000
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert launched(run) == 0
    assert "no flavor" in note_of(run)


async def test_a_base_without_cloud_init_tells_nothing_and_is_removed(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    image = demo_cloud.here.world.images[image_named(demo_cloud, BASE)]
    image.disk = image.disk.__class__(**{**vars(image.disk), "cloud_init": False})
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert "did not run what it was given" in note_of(run)
    assert launched(run) == 1
    assert await left_of(cloud) == []


async def test_a_cloud_that_fails_every_launch_of_it_fails_nothing_else(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    launch = cloud.compute.launch

    async def broken(request):
        if request.name.startswith("imaging-base"):
            demo_cloud.here.front.faults.append(Fault("POST", r"/servers$", status=500, times=1))
        return await launch(request)

    cloud.compute.launch = broken  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert run.base_unread
    assert await left_of(cloud) == []


async def test_a_fault_of_the_program_in_it_fails_nothing_else(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    launch = cloud.compute.launch

    async def broken(request):
        answer = await launch(request)
        if request.name.startswith("imaging-base"):
            raise ZeroDivisionError
        return answer

    cloud.compute.launch = broken  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    as_without_it(run)
    assert run.base_unread
    assert await left_of(cloud) == []


async def test_an_image_of_which_nothing_is_known_is_no_reason_to_launch_its_base(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    without_parts(demo_cloud)
    run = await listed(demo_cloud, cloud, clock, tmp_path, "survey-appliance")
    assert launched(run) == 0
    assert "nothing could be compared" in note_of(run)


async def test_an_image_without_a_base_says_so(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path, BASE)
    assert any("is not known" in warning for warning in plan.warnings)
    run = await carried_out(plan, cloud, clock, tmp_path)
    as_without_it(run)
    assert note_of(run) == "which image it goes back to is not known"


async def test_the_plan_counts_the_time_and_the_instance(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    without = await plan_of(demo_cloud, cloud, clock, tmp_path, list_base=False)
    assert plan.estimated_seconds == without.estimated_seconds + 180
    assert [step.step for step in plan.steps][-2:] == [StepName.LIST_BASE, StepName.REPORT]
    assert StepName.LIST_BASE not in {step.step for step in without.steps}
    assert any("One more test instance may be launched, of the base Featured-Ubuntu22" in w for w in plan.warnings)


async def test_a_kept_test_instance_counts_in_the_quota_of_the_plan(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    quota = await cloud.quota()
    assert quota.instances is not None
    demo_cloud.quotas(instances=(quota.instances.used or 0) + 1)
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path, keep_test=True)
    assert plan.base is not None
    assert "beside the test instance that is kept" in plan.base.refused_because


async def test_without_a_test_launch_nothing_is_planned_of_a_base(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    plan = await plan_of(demo_cloud, cloud, clock, tmp_path)
    untested = plan.request.model_copy(update={"test": False})
    planned = plan.model_copy(update={"request": untested, "base": None})
    assert (await listing(cloud, planned, tmp_path)).base is None

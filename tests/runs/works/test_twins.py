"""Two test instances at once: compared where both can stand, and said where the quota has no room for the second."""

from __future__ import annotations

from pathlib import Path

from imaging.cloud.interface import Cloud
from imaging.runs.plan.image_plan import plan_run
from models.run.record import OwnedKind, OwnedRole, RunState
from models.works.outcome import CheckId, Outcome
from models.works.verdict import WorksVerdict, WorksWord
from tests.runs.test_crash_matrix import PROFILE, REQUEST, Death, DemoClock, a_run_of, to_its_end
from tests.runs.works.checking import left_of, verification, verified
from tests.support.demo_here import DemoCloudHere

FEATURED = "Featured-Ubuntu24"
"""Two instances of an image of the project would have one machine-id: that of the instance that it was made of."""


def of_twins(works: WorksVerdict | None) -> Outcome:
    assert works is not None
    return next(each.outcome for each in works.checks if each.check is CheckId.TWINS)


async def test_a_second_one_stands_beside_the_first_and_both_are_removed(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    run = await verified(demo_cloud, cloud, clock, tmp_path, FEATURED, twins=True)

    assert run.state is RunState.DONE
    assert of_twins(run.works) is Outcome.PASS
    assert run.twin_report is not None
    servers = {each.role for each in run.owned if each.kind is OwnedKind.SERVER}
    assert servers == {OwnedRole.MAIN, OwnedRole.TWIN}
    assert all(each.removed for each in run.owned)
    assert await left_of(cloud) == []


async def test_without_room_for_it_the_verdict_is_partly_and_says_why(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    quota = await cloud.quota()
    assert quota.instances is not None
    demo_cloud.quotas(instances=(quota.instances.used or 0) + 1)
    plan = await verification(demo_cloud, cloud, clock, FEATURED, twins=True)
    assert any("There will be no twin" in warning for warning in plan.warnings)

    run = await verified(demo_cloud, cloud, clock, tmp_path, FEATURED, twins=True)

    assert run.works is not None
    assert (run.works.word, of_twins(run.works)) == (WorksWord.PARTLY, Outcome.SKIPPED)
    assert "quota" in next(each.reason for each in run.works.checks if each.check is CheckId.TWINS)


async def test_killed_around_every_call_there_is_one_twin_and_none_is_left(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    Death("after", clock).wrap(cloud)
    run = await verified(demo_cloud, cloud, clock, tmp_path, FEATURED, twins=True)

    assert run.state is RunState.DONE
    assert of_twins(run.works) is Outcome.PASS
    assert len([each for each in run.owned if each.role is OwnedRole.TWIN and each.kind is OwnedKind.SERVER]) == 1
    assert await left_of(cloud) == []


async def test_the_volumes_of_a_twin_go_with_it_and_those_of_a_kept_test_instance_stay(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    request = REQUEST.model_copy(update={"twins": True, "keep_test": True})
    plan = await plan_run(cloud, clock, demo_cloud.server_id("bfv-01"), request, PROFILE)
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)

    assert run.left_behind == ()
    volumes = [each for each in run.owned if each.kind is OwnedKind.VOLUME]
    assert sorted(each.removed for each in volumes) == [False, True]
    (kept,) = [each.id for each in run.owned if each.kind is OwnedKind.SERVER and not each.removed]
    (volume,) = [each.id for each in volumes if not each.removed]
    assert [use.server_id for use in (await cloud.volumes.volume(volume)).uses] == [kept]

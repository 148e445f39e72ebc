"""The checks of a sealed image run in an instance of their own, which is removed again, or kept where they failed."""

from __future__ import annotations

from pathlib import Path

from imaging.cloud.interface import Cloud
from models.run.record import OwnedKind, OwnedRole, RunRecord, RunState
from models.seal.verdict import SealWord
from models.steps import StepName
from models.works.verdict import WorksWord
from tests.runs.sealed.sealing import plan_sealed, standing
from tests.runs.test_crash_matrix import DemoClock, a_run_of, to_its_end
from tests.runs.works.checking import FAILS, with_tests
from tests.support.demo_here import DemoCloudHere


async def made(demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path, **request: object) -> RunRecord:
    plan = await plan_sealed(cloud, clock, demo.server_id("db-07"), "db-07")
    wanted = plan.request.model_copy(update={"work_tests": with_tests(FAILS), **request})
    async with a_run_of(plan.model_copy(update={"request": wanted}), clock, folder) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, folder)
    return run


async def test_a_test_that_fails_leaves_the_seal_proven_and_the_image_private(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    run = await made(demo_cloud, cloud, clock, tmp_path)

    assert run.works is not None
    assert (run.state, run.works.word) == (RunState.FAILED, WorksWord.NO)
    assert run.seal_verdict is not None
    assert run.seal_verdict.word is SealWord.SEALED
    assert run.trouble is not None
    assert "licence.sh" in run.trouble.what
    assert run.instance_restored is True
    assert standing(run) == []


async def test_one_that_is_to_be_kept_is_the_one_that_ran_them(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    kept = {"keep_failed_hours": 1, "keep_failed_key": "ada-laptop", "keep_failed_from": "192.0.2.17"}
    run = await made(demo_cloud, cloud, clock, tmp_path, **kept)

    left = [each for each in run.owned if each.kind is OwnedKind.SERVER and not each.removed]
    assert [each.role for each in left] == [OwnedRole.WORKS]
    assert run.kept_until is not None
    assert "port 22 is open to 192.0.2.17" in run.step(StepName.RUN_CHECKS).note

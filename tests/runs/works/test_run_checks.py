"""The step in which a test instance tells about its two boots: the outcome, and runners that die meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from models.run.record import OwnedKind, RunState
from models.steps import StepName, StepState
from models.verdict import Strength, VerdictWord
from models.works.test_file import TestFile
from models.works.verdict import WorksWord
from tests.runs.test_crash_matrix import DemoClock, a_run_of, one_runner, to_its_end
from tests.runs.works.checking import (
    FAILS,
    IMAGE,
    PASSES,
    Console,
    image_named,
    left_of,
    verification,
    verified,
    with_tests,
)
from tests.support.demo_here import DemoCloudHere


@pytest.fixture
def console(demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock) -> Console:
    return Console(demo_cloud, cloud, clock)


async def test_an_image_works_whose_test_passes_in_both_boots(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    run = await verified(demo_cloud, cloud, clock, tmp_path, work_tests=with_tests(PASSES))

    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert run.works is not None
    assert (run.works.word, run.works.boots) == (WorksWord.YES, 2)
    assert [(each.name, each.boot) for each in run.works.tests] == [("loads.sh", 1), ("loads.sh", 2)]
    image = await cloud.images.image(image_named(demo_cloud, IMAGE))
    assert image.noted_works == "yes"
    assert await left_of(cloud) == []


async def test_a_system_that_goes_down_is_not_taken_for_one_that_comes_up(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    run = await verified(demo_cloud, cloud, clock, tmp_path)

    seen = [phase.text for phase in run.step(StepName.RUN_CHECKS).phases if phase.text.startswith("second boot: ")]
    assert seen[0] in {"second boot: firmware", "second boot: kernel"}


async def test_a_test_that_fails_fails_the_run_and_is_named(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    run = await verified(demo_cloud, cloud, clock, tmp_path, work_tests=with_tests(PASSES, FAILS))

    assert run.state is RunState.FAILED
    assert run.verdict is not None
    assert run.verdict.word is VerdictWord.BOOTED
    assert run.works is not None
    assert run.works.word is WorksWord.NO
    assert run.trouble is not None
    assert "licence.sh" in run.trouble.what
    assert (await cloud.images.image(image_named(demo_cloud, IMAGE))).noted_works == "no"
    assert await left_of(cloud) == []


async def test_a_second_boot_that_stands_still_leaves_the_first_ones_verdict(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: Console
):
    console.stands_still_after = " restarts\n"
    run = await verified(demo_cloud, cloud, clock, tmp_path)

    assert run.verdict is not None
    assert (run.verdict.word, run.verdict.strength) == (VerdictWord.BOOTED, Strength.STRONG)
    assert run.works is not None
    assert (run.works.word, run.works.failed) == (WorksWord.NO, ("second-boot",))
    assert run.works_report is not None
    assert run.works_report.boot(1) is not None
    assert await left_of(cloud) == []


async def test_a_runner_that_dies_at_every_reading_of_the_console_comes_to_the_same_end(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: Console
):
    console.is_deadly = True
    plan = await verification(demo_cloud, cloud, clock, work_tests=with_tests(PASSES))
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)

    assert killed > 10
    assert run.works is not None
    assert (run.state, run.works.word, run.works.boots) == (RunState.DONE, WorksWord.YES, 2)
    assert await left_of(cloud) == []


async def test_a_second_boot_that_is_never_seen_is_unknown(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: Console
):
    console.ends_after = " restarts\n"
    run = await verified(demo_cloud, cloud, clock, tmp_path)

    assert run.works is not None
    assert (run.works.word, run.works.failed, run.works.boots) == (WorksWord.PARTLY, (), 1)
    assert "second-boot" in run.works.open
    assert run.state is RunState.DONE


async def test_an_instance_that_somebody_deletes_meanwhile_leaves_it_unknown(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: Console
):
    plan = await verification(demo_cloud, cloud, clock)
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        console.is_deadly = True
        run = new
        while run.step(StepName.RUN_CHECKS).state is StepState.PENDING:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
        console.is_deadly = False
        await cloud.compute.delete_instance(next(each.id for each in run.owned if each.kind is OwnedKind.SERVER))
        run, _ = await to_its_end(journal, run, cloud, clock, tmp_path)

    assert run.works is not None
    assert run.works.word is WorksWord.PARTLY
    assert await left_of(cloud) == []


@pytest.mark.parametrize("step", [StepName.VERIFY, StepName.RUN_CHECKS])
async def test_a_runner_that_comes_back_when_the_first_boot_is_long_out_of_the_console(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: Console, *, step: StepName
):
    plan = await verification(demo_cloud, cloud, clock, work_tests=with_tests(PASSES))
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        console.is_deadly = True
        run = new
        while run.step(step).state is StepState.PENDING:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
        console.is_deadly = False
        demo_cloud.turn(600)
        console.most = _last_report(await cloud.compute.console_log(run.owned[-1].id))
        run, _ = await to_its_end(journal, run, cloud, clock, tmp_path)

    assert run.verdict is not None
    assert (run.verdict.word, run.verdict.strength) == (VerdictWord.BOOTED, Strength.STRONG)
    assert run.works is not None
    assert (run.works.word, run.works.boots) == (WorksWord.YES, 2)


def _last_report(text: str) -> int:
    """How many of the last characters hold the report once, and nothing of a boot."""
    assert "imaging-marker" in text
    *_, round_before_last, last = text.split(" ended\n")
    shown = f"{round_before_last} ended\n{last}"
    assert "imaging-marker" not in shown
    assert "Linux version" not in shown
    return len(shown)


async def test_cancelled_while_the_checks_run_nothing_is_left(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: Console
):
    plan = await verification(demo_cloud, cloud, clock, twins=True)
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        console.is_deadly = True
        run = new
        while run.step(StepName.RUN_CHECKS).state is StepState.PENDING:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
        console.is_deadly = False
        await journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
        run, _ = await to_its_end(journal, run, cloud, clock, tmp_path)

    assert run.state is RunState.CANCELLED
    assert run.works is None
    assert await left_of(cloud) == []


async def test_of_an_image_without_cloud_init_nothing_is_asked_and_nothing_waited_for(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    disk = demo_cloud.here.world.images[image_named(demo_cloud, IMAGE)].disk
    demo_cloud.here.world.images[image_named(demo_cloud, IMAGE)].disk = replace(disk, cloud_init=False)
    clock.skips_ahead = False
    run = await verified(demo_cloud, cloud, clock, tmp_path)

    assert run.works is not None
    assert run.works.word is WorksWord.NOT_ASKED
    seconds = run.step(StepName.RUN_CHECKS).seconds
    assert seconds is not None
    assert seconds <= 30


async def test_an_image_that_does_not_boot_is_not_asked(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    panic = "[    1.0] Kernel panic - not syncing: no root\n"
    demo_cloud.here.world.hooks = {"console": {"text": panic, "match": "imaging-"}}
    run = await verified(demo_cloud, cloud, clock, tmp_path)

    assert run.verdict is not None
    assert run.verdict.word is VerdictWord.FAILED
    assert run.works is not None
    assert run.works.word is WorksWord.NOT_ASKED


async def test_tests_that_are_too_large_are_refused_before_anything_is_changed(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    noise = "".join(f"# {number * 7919 % 100_003:x}\n" for number in range(30_000))
    large = TestFile(name="large.sh", text=f"#!/bin/sh\n{noise}")
    run = await verified(demo_cloud, cloud, clock, tmp_path, work_tests=with_tests(large))

    assert run.state is RunState.FAILED
    assert run.step(StepName.CHECK).state is StepState.FAILED
    assert run.trouble is not None
    assert "bytes" in run.trouble.what
    assert run.owned == ()

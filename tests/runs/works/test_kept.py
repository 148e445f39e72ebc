"""A test instance that stays because its checks failed: reachable from one address, and gone when its time is over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.commands.output.run_text import outcome
from imaging.runs.core.outcome import kept_note
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.import_file.costs import Uploads
from imaging.runs.planner import Planner
from imaging.runs.process.runner import Runner
from imaging.runs.service import RunService
from imaging.runs.steps import PROCEDURES
from imaging.runtime.paths import Paths
from models.errors import UsageError
from models.run.record import OwnedKind, RunRecord, RunState
from models.run.request import RunRequest
from models.steps import StepName
from models.works.outcome import CheckId, Outcome
from tests.runs.test_crash_matrix import PROFILE, DemoClock, a_run_of, one_runner, to_its_end
from tests.runs.works.checking import FAILS, IMAGE, PASSES, image_named, left_of, verification, with_tests
from tests.support.demo_here import DemoCloudHere

KEPT: dict[str, Any] = {
    "keep_failed_hours": 2,
    "keep_failed_key": "ada-laptop",
    "keep_failed_from": "192.0.2.17",
}


@asynccontextmanager
async def over(
    demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path, *tests: Any
) -> AsyncIterator[tuple[Journal, RunRecord]]:
    """A run that is over, and its journal."""
    plan = await verification(demo, cloud, clock, work_tests=with_tests(*tests), **KEPT)
    paths = Paths.below(folder)
    paths.state.mkdir(parents=True, exist_ok=True)
    async with a_run_of(plan, clock, paths.state) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, folder)
        yield journal, run


def rules_of(demo: DemoCloudHere, run: RunRecord) -> list[tuple[str, str | None, int | None]]:
    """Who is let in to the run's group, and where."""
    ids = {each.id for each in run.owned if each.kind is OwnedKind.SECURITY_GROUP}
    groups = [group for group in demo.here.world.security_groups.values() if group.id in ids]
    return [
        (rule.direction, rule.remote_ip_prefix, rule.port_range_min)
        for group in groups
        for rule in group.rules
        if rule.direction == "ingress"
    ]


async def test_it_stays_with_one_port_open_to_one_address(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, FAILS) as (_, run):
        assert run.state is RunState.FAILED
        assert "192.0.2.17" in run.step(StepName.REMOVE_TEST).note
        assert run.kept_until is not None
        assert timedelta(hours=1) < run.kept_until - clock.now() <= timedelta(hours=2)
        assert rules_of(demo_cloud, run) == [("ingress", "192.0.2.17/32", 22)]
        assert len(await left_of(cloud)) == 2
        (server,) = [each for each in demo_cloud.here.world.servers.values() if each.name.startswith("imaging-")]
        assert server.key_name == "ada-laptop"
        (address,) = {each for line in outcome(run) for each in re.findall(r"`ssh ubuntu@([^`]+)`", line)}
        assert [line for line in outcome(run) if line.startswith("kept      the test instance, until ")]
        assert address in kept_note(run)
        gone = run.model_copy(update={"owned": tuple(each.model_copy(update={"removed": True}) for each in run.owned)})
        assert kept_note(gone) == ""


async def test_one_whose_checks_passed_is_removed(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, PASSES) as (_, run):
        assert (run.state, run.kept_until) == (RunState.DONE, None)
        assert await left_of(cloud) == []


async def test_the_key_that_the_run_put_in_says_nothing_of_the_image(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, FAILS) as (_, run):
        assert run.works is not None
        assert run.works.failed == ("licence.sh (boot 1)", "licence.sh (boot 2)")
        assert [each.outcome for each in run.works.checks if each.check is CheckId.OTHER_KEYS] == [Outcome.PASS]


async def _no_uploads() -> Uploads:
    return ()


async def test_a_key_pair_that_is_not_there_is_refused_with_the_names_of_those_that_are(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    planner = Planner(clock, uploads=_no_uploads, state=tmp_path)
    request = RunRequest(profile="openstack", **{**KEPT, "keep_failed_key": "ada-desk"})
    with pytest.raises(UsageError, match="no key pair ada-desk") as refused:
        await planner.verification(cloud, image_named(demo_cloud, IMAGE), request, PROFILE)
    assert refused.value.remedy == "Yours are: ada-laptop."


async def _same(cloud: Cloud) -> Cloud:
    return cloud


def runner_of(demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path) -> Runner:
    return Runner(
        Paths.below(folder),
        clock,
        demo.here.resolved,
        procedures=PROCEDURES,
        connect=lambda _resolved, _clock: _same(_Unclosed(cloud)),
    )


async def test_a_clock_that_was_set_back_keeps_it_no_longer(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, FAILS) as (journal, run):
        began = clock.monotonic()
        late = clock.now() + timedelta(days=30)
        await journal.request_change(run.id, lambda changes: changes.run(kept_until=late))
        await runner_of(demo_cloud, cloud, clock, tmp_path).work(run.id)
        assert 2 * 3600 <= clock.monotonic() - began < 3 * 3600
        assert await left_of(cloud) == []


async def test_its_runner_removes_it_when_its_time_is_over(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, FAILS) as (_, run):
        began = clock.now()
        after = await runner_of(demo_cloud, cloud, clock, tmp_path).work(run.id)

        assert clock.now() - began >= timedelta(hours=1, minutes=50)
        assert after.state is RunState.FAILED
        assert all(each.removed for each in after.owned)
        assert await left_of(cloud) == []


class _Unclosed:
    """The cloud of a test, which outlives the runner."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    async def close(self) -> None:
        """Stay open."""


async def test_one_that_nobody_removed_is_told_at_the_next_start_and_then_removed(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, FAILS) as (_, run):
        service = RunService(Paths.below(tmp_path), clock)
        assert await service.overdue() == ()
        with pytest.raises(UsageError, match="is over"):
            await service.resume(run.id, demo_cloud.here.resolved)
        demo_cloud.turn(3 * 3600)
        await clock.sleep(3 * 3600)

        (told,) = await service.overdue()
        assert f"imaging resume {run.id}" in told
        await service.close()


async def test_nothing_is_removed_for_a_run_that_keeps_nothing(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    async with over(demo_cloud, cloud, clock, tmp_path, PASSES) as (_, run):
        service = RunService(Paths.below(tmp_path), clock)
        with pytest.raises(UsageError, match="keeps no test instance"):
            await service.remove_kept(run.id, demo_cloud.here.resolved)
        await service.close()


async def test_a_runner_that_was_killed_after_the_port_was_opened_keeps_it_once(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    opened = cloud.networking.open_ssh_port

    async def deadly(group_id: str, address: str) -> None:
        cloud.networking.open_ssh_port = opened  # type: ignore[method-assign]
        await opened(group_id, address)
        clock.kills_in_next_sleep = True
        await clock.sleep(1)

    cloud.networking.open_ssh_port = deadly  # type: ignore[method-assign]
    async with over(demo_cloud, cloud, clock, tmp_path, FAILS) as (journal, run):
        assert run.state is RunState.FAILED
        assert set(rules_of(demo_cloud, run)) == {("ingress", "192.0.2.17/32", 22)}
        again = await one_runner(journal, run, cloud, clock, tmp_path)
        assert again.state is RunState.FAILED

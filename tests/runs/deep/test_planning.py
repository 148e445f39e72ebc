"""The plan of a deep check: what it costs is said first, and what cannot be had is refused before anything is done."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.plan.deep_check.planning import plan_deep_check
from imaging.runs.plan.new_run import run_of_plan
from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runs.steps.check import check
from models.errors import NotFoundError, RunError, UsageError
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.request import RunRequest, Visibility
from models.steps import DEEP_CHECK_STEPS, StepName
from tests.runs.steps.conftest import PROFILE
from tests.runs.steps.held_world import BASE, DB, OTHERS, PGDATA, SCRATCH, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock


async def plan(world: HeldWorld, **request: Any) -> Plan:
    return await plan_deep_check(world.cloud, world.clock, DB, RunRequest(**request), PROFILE)


def boots_from_volume(world: HeldWorld) -> None:
    """`db-07` has a root volume of 20 GiB and one other of 5."""
    world.boot_from_volume()
    world.db.attachments = [each for each in world.db.attachments if each.volume_id != PGDATA]
    del world.records.volumes[PGDATA]
    world.records.volumes[SCRATCH].size = 5


class TestSaidFirst:
    async def test_the_price_comes_first(self, world: HeldWorld) -> None:
        made = await plan(world)
        assert made.warnings[0] == (
            "It costs one instance (m3.tiny) for some minutes and one temporary image of at most 20 GiB. "
            "All of it is removed afterwards; the instance itself is only read."
        )

    async def test_of_a_running_instance_also_that_the_snapshot_is_only_crash_consistent(
        self, world: HeldWorld
    ) -> None:
        (told,) = [text for text in (await plan(world)).warnings if "crash-consistent" in text]
        assert "suspended meanwhile" in told

    async def test_of_a_stopped_one_not(self, world: HeldWorld) -> None:
        world.set(vm_state="stopped")
        assert not [text for text in (await plan(world)).warnings if "crash-consistent" in text]

    async def test_of_a_volume_backed_one_that_every_volume_costs_a_snapshot(self, world: HeldWorld) -> None:
        boots_from_volume(world)
        price = (await plan(world)).warnings[0]
        assert "a snapshot of each of its 2 volumes, and as many new volumes made of them, 25 GiB" in price
        assert "temporary image" not in price

    async def test_an_image_that_asks_for_quiescing_is_said(self, world: HeldWorld) -> None:
        assert world.records.images[BASE].properties["os_require_quiesce"] == "yes"
        assert [text for text in (await plan(world)).warnings if "quiescing" in text]

    async def test_every_step_is_in_the_plan(self, world: HeldWorld) -> None:
        made = await plan(world)
        assert tuple(each.step for each in made.steps) == DEEP_CHECK_STEPS
        assert all(each.summary for each in made.steps)

    async def test_it_stops_nothing_and_keeps_nothing(self, world: HeldWorld) -> None:
        made = await plan(world, name="x", keep_test=True, visibility=Visibility.PUBLIC, test=False)
        assert (made.will_stop, made.volumes, made.checklist) == (False, (), None)
        assert (made.request.keep_test, made.request.test) == (False, True)
        assert made.request.visibility is Visibility.PRIVATE

    async def test_planning_changes_nothing(self, world: HeldWorld) -> None:
        await plan(world)
        assert world.calls == []

    async def test_the_run_of_it_is_a_deep_check(self, world: HeldWorld, clock: TurnedClock) -> None:
        run = run_of_plan(await plan(world), clock.now())
        assert run.kind is RunKind.DEEP_CHECK
        assert tuple(record.step for record in run.steps) == DEEP_CHECK_STEPS


class TestRefused:
    async def refusal(self, world: HeldWorld, ctx: MemoryContext) -> str:
        """Both the plan and, when things changed after it, the first step refuse."""
        made = await plan(world)
        with pytest.raises(RunError, match="No deep check is possible") as caught:
            refuse(obstacles(made))
        with pytest.raises(RunError, match="No deep check is possible"):
            await check(ctx.at(StepName.CHECK))
        assert world.calls == []
        assert any(text.startswith("No deep check is possible now") for text in made.warnings)
        return caught.value.what

    @pytest.mark.parametrize(
        "quota,what",
        [
            ({"instances": 1}, "0 instances free"),
            ({"cores": 2}, "0 cores free"),
        ],
    )
    async def test_without_room_in_the_quota(
        self, world: HeldWorld, ctx: MemoryContext, quota: dict[str, int], what: str
    ) -> None:
        world.quotas(**quota)
        assert what in await self.refusal(world, ctx)

    async def test_without_room_for_an_image(self, world: HeldWorld, ctx: MemoryContext) -> None:
        world.answer("GET", "/info/usage", {"usage": {"image_count_total": {"limit": 10, "usage": 10}}})
        assert "0 images free" in await self.refusal(world, ctx)

    @pytest.mark.parametrize(
        "quota,what",
        [
            ({"snapshots": 1}, "1 volume snapshots free, 2 needed"),
            ({"volumes": 2}, "0 volumes free, 2 needed"),
            ({"gigabytes": 45}, "20 GiB of volumes free, 25 needed"),
        ],
    )
    async def test_a_volume_backed_one_without_room_for_its_volumes(
        self, world: HeldWorld, ctx: MemoryContext, quota: dict[str, int], what: str
    ) -> None:
        boots_from_volume(world)
        world.quotas(**quota)
        assert what in await self.refusal(world, ctx)

    @pytest.mark.parametrize("state", ["shelved_offloaded", "error", "rescued", "building", "of another release"])
    async def test_in_a_status_of_which_no_snapshot_can_be_taken(
        self, world: HeldWorld, ctx: MemoryContext, state: str
    ) -> None:
        world.set(vm_state=state)
        assert (await world.cloud.compute.instance(DB)).status in await self.refusal(world, ctx)

    async def test_while_the_cloud_is_busy_with_it(self, world: HeldWorld, ctx: MemoryContext) -> None:
        world.set(task_state="image_uploading")
        assert "image_uploading" in await self.refusal(world, ctx)

    async def test_while_a_run_has_claimed_it(self, world: HeldWorld, ctx: MemoryContext) -> None:
        claim = '{"v":1,"host":"login2","at":"2026-11-01T14:00:00+00:00","run":1,"lock":0,"n":0}'
        world.set(metadata={"imaging.claim.other": claim})
        assert "run other works on the instance" in await self.refusal(world, ctx)

    async def test_an_instance_that_is_not_there(self, world: HeldWorld) -> None:
        with pytest.raises(NotFoundError):
            await plan_deep_check(world.cloud, world.clock, OTHERS, RunRequest(), PROFILE)

    async def test_a_flavor_that_is_not_there(self, world: HeldWorld) -> None:
        with pytest.raises(UsageError, match="no flavor"):
            await plan(world, flavor_id="nonesuch")

    async def test_paused_is_enough_for_one_that_boots_from_an_image(self, world: HeldWorld) -> None:
        world.set(vm_state="paused")
        refuse(obstacles(await plan(world)))

    async def test_when_all_is_there_the_first_step_lets_it_pass(self, world: HeldWorld, ctx: MemoryContext) -> None:
        await check(ctx.at(StepName.CHECK))
        assert world.calls == []

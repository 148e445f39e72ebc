"""The plan of a deep check: what it costs is said first, and what cannot be had is refused before anything is done."""

from __future__ import annotations

import pytest

from imaging.runs.deep_planning import plan_deep_check
from imaging.runs.new_runs import refuse_unready, run_of_plan
from imaging.runs.steps.check import check
from models.errors import NotFoundError, RunError, UsageError
from models.quota import Limit, Quota
from models.request import RunRequest, Visibility
from models.run import RunKind
from models.steps import DEEP_CHECK_STEPS, StepName
from tests.runs.steps.conftest import PROFILE
from tests.runs.steps.fake_cloud import FakeCloud

NONE_LEFT = Limit(used=10, maximum=10)


async def plan(world, **request):
    return await plan_deep_check(FakeCloud(world), world.clock, "db", RunRequest(**request), PROFILE)


def boots_from_volume(world) -> None:
    world.set("db", image_id=None, volume_backed=True, root_device="/dev/vda")
    world.set_volume("pgdata", size_gib=20, bootable=True)
    world.set_volume("scratch", size_gib=5)
    rows = world.attached["db"]
    world.attached["db"] = [rows[0].model_copy(update={"device": "/dev/vda"}), rows[1]]


class TestSaidFirst:
    async def test_the_price_comes_first(self, world):
        made = await plan(world)
        assert made.warnings[0] == (
            "It costs one instance (small) for some minutes and one temporary image of at most 10 GiB. "
            "All of it is removed afterwards; the instance itself is only read."
        )

    async def test_of_a_running_instance_also_that_the_snapshot_is_only_crash_consistent(self, world):
        (told,) = [text for text in (await plan(world)).warnings if "crash-consistent" in text]
        assert "suspended meanwhile" in told

    async def test_of_a_stopped_one_not(self, world):
        world.set("db", status="SHUTOFF")
        assert not [text for text in (await plan(world)).warnings if "crash-consistent" in text]

    async def test_of_a_volume_backed_one_that_every_volume_costs_a_snapshot(self, world):
        boots_from_volume(world)
        price = (await plan(world)).warnings[0]
        assert "a snapshot of each of its 2 volumes, and as many new volumes made of them, 25 GiB" in price
        assert "temporary image" not in price

    async def test_an_image_that_asks_for_quiescing_is_said(self, world):
        world.set_image("base", properties={"os_require_quiesce": "yes"})
        assert [text for text in (await plan(world)).warnings if "quiescing" in text]

    async def test_every_step_is_in_the_plan(self, world):
        made = await plan(world)
        assert tuple(each.step for each in made.steps) == DEEP_CHECK_STEPS
        assert all(each.summary for each in made.steps)

    async def test_it_stops_nothing_and_keeps_nothing(self, world):
        made = await plan(world, name="x", keep_test=True, visibility=Visibility.PUBLIC, test=False)
        assert (made.will_stop, made.volumes, made.checklist) == (False, (), None)
        assert (made.request.keep_test, made.request.test) == (False, True)
        assert made.request.visibility is Visibility.PRIVATE

    async def test_planning_changes_nothing(self, world):
        await plan(world)
        assert world.calls == []

    async def test_the_run_of_it_is_a_deep_check(self, world, clock):
        run = run_of_plan(await plan(world), clock.now())
        assert run.kind is RunKind.DEEP_CHECK
        assert tuple(record.step for record in run.steps) == DEEP_CHECK_STEPS


class TestRefused:
    async def refusal(self, world, ctx) -> str:
        """Both the plan and, when things changed after it, the first step refuse."""
        made = await plan(world)
        with pytest.raises(RunError, match="No deep check is possible") as caught:
            refuse_unready(made)
        with pytest.raises(RunError, match="No deep check is possible"):
            await check(ctx.at(StepName.CHECK))
        assert world.calls == []
        assert any(text.startswith("No deep check is possible now") for text in made.warnings)
        return caught.value.what

    @pytest.mark.parametrize(
        "quota,what",
        [
            (Quota(instances=NONE_LEFT), "0 instances free"),
            (Quota(cores=NONE_LEFT), "0 cores free"),
            (Quota(images=NONE_LEFT), "0 images free"),
        ],
    )
    async def test_without_room_in_the_quota(self, world, ctx, quota, what):
        world.limits = quota
        assert what in await self.refusal(world, ctx)

    @pytest.mark.parametrize(
        "quota,what",
        [
            (Quota(volume_snapshots=Limit(used=9, maximum=10)), "1 volume snapshots free, 2 needed"),
            (Quota(volumes=NONE_LEFT), "0 volumes free, 2 needed"),
            (Quota(volume_gib=Limit(used=80, maximum=100)), "20 GiB of volumes free, 25 needed"),
        ],
    )
    async def test_a_volume_backed_one_without_room_for_its_volumes(self, world, ctx, quota, what):
        boots_from_volume(world)
        world.limits = quota
        assert what in await self.refusal(world, ctx)

    @pytest.mark.parametrize("status", ["SHELVED_OFFLOADED", "ERROR", "RESCUE", "BUILD", "UNKNOWN"])
    async def test_in_a_status_of_which_no_snapshot_can_be_taken(self, world, ctx, status):
        world.set("db", status=status)
        assert status in await self.refusal(world, ctx)

    async def test_while_the_cloud_is_busy_with_it(self, world, ctx):
        world.set("db", task_state="image_uploading")
        assert "image_uploading" in await self.refusal(world, ctx)

    async def test_while_a_run_has_claimed_it(self, world, ctx):
        claim = '{"v":1,"host":"login2","at":"2026-11-01T14:00:00+00:00","run":1,"lock":0,"n":0}'
        world.set("db", metadata={"imaging.claim.other": claim})
        assert "run other works on the instance" in await self.refusal(world, ctx)

    async def test_an_instance_that_is_not_there(self, world):
        with pytest.raises(NotFoundError):
            await plan_deep_check(FakeCloud(world), world.clock, "gone", RunRequest(), PROFILE)

    async def test_a_flavor_that_is_not_there(self, world):
        with pytest.raises(UsageError, match="no flavor"):
            await plan(world, flavor_id="nonesuch")

    async def test_paused_is_enough_for_one_that_boots_from_an_image(self, world):
        world.set("db", status="PAUSED")
        refuse_unready(await plan(world))

    async def test_when_all_is_there_the_first_step_lets_it_pass(self, world, ctx):
        await check(ctx.at(StepName.CHECK))
        assert world.calls == []

"""The plan: what would be done, said before anything is done, and the check that looks once more."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from imaging.cloud.connection import connect
from imaging.guidelines.instance.flavor_fit import FitReason, FlavorFit
from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.image_plan import plan_run, plan_verification
from imaging.runs.plan.launch_choice import choose_flavors
from imaging.runs.plan.preflight import login_trouble
from imaging.runs.steps.check import check
from models.cloud.flavor import Flavor
from models.cloud.login import CloudIdentity, Login
from models.cloud.network import Network
from models.errors import NotFoundError, RunError, UsageError
from models.run.kind import RunKind
from models.run.plan import Plan, PlannedStep, TestLaunchPlan
from models.run.request import RunRequest, Visibility
from models.steps import CREATE_STEPS, VERIFY_STEPS, StepName
from tests.runs.steps.held_world import BASE, DB, OTHERS, PGDATA, SCRATCH, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock

REQUEST = RunRequest(
    name="postgres-16",
    description="PostgreSQL 16 with PostGIS, beside the base image Ubuntu24.",
    profile="openstack",
    uninspected="a test of the plan alone",
)
PROFILE = load_profile("openstack")
HOSTILE = "$(rm -rf /); `id` 'quoted' \x1b[2J"


async def plan(world: HeldWorld, **request: Any) -> Plan:
    wanted = REQUEST.model_copy(update=request)
    return await plan_run(world.cloud, world.clock, DB, wanted, PROFILE)


def step(plan: Plan, name: StepName) -> PlannedStep:
    return next(each for each in plan.steps if each.step is name)


def launch_of(plan: Plan) -> TestLaunchPlan:
    assert plan.test is not None
    return plan.test


async def test_planning_changes_nothing(world: HeldWorld) -> None:
    await plan(world)
    assert world.calls == []


async def test_every_step_is_there_in_the_order_in_which_it_is_done(world: HeldWorld) -> None:
    made = await plan(world)
    assert tuple(each.step for each in made.steps) == CREATE_STEPS
    assert all(each.summary for each in made.steps)


async def test_it_names_the_volumes_in_the_order_of_their_devices(world: HeldWorld) -> None:
    world.db.attachments.reverse()
    made = await plan(world)
    assert [each.attachment.device for each in made.volumes] == ["/dev/vdb", "/dev/vdc"]
    assert "pgdata (/dev/vdb), scratch (/dev/vdc)" in step(made, StepName.DETACH).summary


async def test_the_smallest_flavor_that_fits_is_planned_with_the_reason(world: HeldWorld) -> None:
    made = await plan(world)
    assert [flavor.name for flavor in launch_of(made).flavors] == ["m3.tiny", "m3.small", "m3.quad"]
    assert "smallest that fits" in launch_of(made).why
    assert launch_of(made).network == world.network


async def test_a_stopped_source_without_volumes_skips_what_needs_no_doing(world: HeldWorld) -> None:
    world.stop_and_let_go()
    made = await plan(world)
    assert step(made, StepName.STOP).skipped
    assert step(made, StepName.DETACH).skipped
    assert step(made, StepName.UNLOCK).skipped
    assert made.estimated_seconds < (await plan(world, test=True)).estimated_seconds + 1


@pytest.mark.parametrize("name", [HOSTILE, "[/red]\x1b[2J", "宽" * 255, "-rf", "a'b\"c"])
async def test_commands_are_safe_to_paste_whatever_the_names_are(world: HeldWorld, name: str) -> None:
    world.db.name = name  # as old clouds hold them: Nova would refuse some today
    world.lock(name)
    made = await plan(world, name=name, description=name, visibility=Visibility.SHARED, members=(name,))
    for each in made.steps:
        for command in each.commands:
            assert "\x1b" not in command
            words = shlex.split(command)
            assert words[0] == "openstack"
            assert not {"rm", "-rf", "/);", "id"} & (set(words) - {name})


async def test_the_commands_take_away_every_key_of_the_claim(world: HeldWorld) -> None:
    made = await plan(world)
    (unset,) = [line for line in step(made, StepName.RESTORE).commands if "unset" in line]
    keys = [word for word in shlex.split(unset) if word.startswith("imaging.claim.")]
    assert keys == ["imaging.claim.RUN", "imaging.claim.RUN.0", "imaging.claim.RUN.1"]


async def test_a_lock_with_a_reason_names_the_microversion_that_the_client_needs(world: HeldWorld) -> None:
    world.lock("mine")
    made = await plan(world)
    assert (
        f"openstack --os-compute-api-version 2.73 server lock --reason mine {DB}"
        in step(made, StepName.RESTORE).commands
    )


class TestWarnings:
    async def test_a_running_guest_may_be_powered_off(self, world: HeldWorld) -> None:
        assert any("is powered off by Nova" in warning for warning in (await plan(world)).warnings)

    async def test_a_gap_between_the_letters_is_said(self, world: HeldWorld) -> None:
        assert not any("gap" in warning for warning in (await plan(world)).warnings)
        world.set_device(1, "/dev/vdd")
        assert any("gap between the device letters" in warning for warning in (await plan(world)).warnings)

    async def test_a_volume_backed_source_is_told_of_the_empty_image(self, world: HeldWorld) -> None:
        root = world.boot_from_volume()
        made = await plan(world)
        assert made.root_volume_id == root
        assert [each.attachment.volume_id for each in made.volumes] == [PGDATA, SCRATCH]
        assert any("zero bytes" in warning for warning in made.warnings)

    async def test_what_an_old_cloud_cannot_restore_is_said(self, world: HeldWorld) -> None:
        world.records.options.compute_max = (2, 60)
        cloud = await connect(world.here.resolved, world.clock)
        warnings = " ".join((await plan_run(cloud, world.clock, DB, REQUEST, PROFILE)).warnings)
        await cloud.close()
        assert "deleted together with the instance" in warnings
        assert "device tags" in warnings

    async def test_no_room_for_the_test_is_said_before(self, world: HeldWorld) -> None:
        world.quotas(instances=1)
        made = await plan(world)
        assert "quota" in (launch_of(made).refused_because or "")
        assert any("No test launch will be possible" in warning for warning in made.warnings)

    async def test_the_flavor_without_room_in_the_quota_is_named_by_its_code(self, world: HeldWorld) -> None:
        size = {"ram_mib": 4096, "disk_gib": 20}
        broken = FlavorFit(flavor=Flavor(id="1", name="a", vcpus=1, **size), reason=FitReason.DISK, why="quota? no")
        full = FlavorFit(flavor=Flavor(id="2", name="b", vcpus=2, **size), reason=FitReason.QUOTA, why="all is used")
        assert choose_flavors((broken, full, broken), RunRequest(), PROFILE) == ((), "", "b: all is used")

    async def test_quiescing_is_not_needed_once_it_is_stopped(self, world: HeldWorld) -> None:
        assert world.records.images[BASE].properties["os_require_quiesce"] == "yes"
        assert any("os_require_quiesce" in warning for warning in (await plan(world)).warnings)


class TestLogin:
    def login(self, **fields: Any) -> Login:
        return Login(identity=CloudIdentity(cloud="demo", auth_url="", project_id="p", user_id="u"), **fields)

    def test_a_password_or_a_lasting_credential_is_fine(self, clock: TurnedClock) -> None:
        assert login_trouble(self.login(), clock.now(), 240) is None
        lasting = self.login(credential_expires_at=clock.now() + timedelta(hours=3))
        assert login_trouble(lasting, clock.now(), 240) is None

    def test_a_credential_that_ends_within_two_hours_is_not(self, clock: TurnedClock) -> None:
        ending = self.login(credential_expires_at=clock.now() + timedelta(minutes=119))
        assert "expires at" in (login_trouble(ending, clock.now(), 240) or "")

    def test_a_long_run_needs_three_times_its_estimate(self, clock: TurnedClock) -> None:
        ending = self.login(credential_expires_at=clock.now() + timedelta(hours=5))
        assert login_trouble(ending, clock.now(), 2 * 3600) is not None

    def test_a_bare_token_that_ends_soon_is_not_enough(self, clock: TurnedClock) -> None:
        soon = self.login(renewable=False, token_expires_at=clock.now() + timedelta(hours=1))
        assert "cannot be renewed" in (login_trouble(soon, clock.now(), 240) or "")


class TestVerification:
    async def test_it_launches_and_touches_no_source(self, world: HeldWorld) -> None:
        made = await plan_verification(world.cloud, world.clock, BASE, RunRequest(), PROFILE)
        assert made.source is None
        assert tuple(each.step for each in made.steps) == VERIFY_STEPS
        assert made.image is not None
        assert made.image.id == BASE

    async def test_an_image_that_is_not_active_is_wrong_use(self, world: HeldWorld) -> None:
        world.records.images[BASE].status = "queued"
        with pytest.raises(UsageError, match="is queued"):
            await plan_verification(world.cloud, world.clock, BASE, RunRequest(), PROFILE)


class TestCheck:
    @pytest_asyncio.fixture(loop_scope="session")
    async def checked(self, ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
        ctx.profile = PROFILE
        ctx.change(plan=await plan(world))
        return ctx

    async def test_a_ready_instance_passes_and_nothing_is_changed(
        self, checked: MemoryContext, world: HeldWorld
    ) -> None:
        result = await check(checked)
        assert "rules" in result.note
        assert world.calls == []

    async def test_another_runs_claim_is_refused(self, checked: MemoryContext, world: HeldWorld) -> None:
        world.set(metadata={"imaging.claim.other": "{}"})
        with pytest.raises(RunError, match="claimed by another run"):
            await check(checked)

    @pytest.mark.parametrize("state", ["suspended", "shelved_offloaded", "error", "paused", "resized"])
    async def test_a_state_from_which_it_cannot_be_stopped_is_refused(
        self, checked: MemoryContext, world: HeldWorld, state: str
    ) -> None:
        world.set(vm_state=state)
        with pytest.raises(RunError, match=(await world.cloud.compute.instance(DB)).status):
            await check(checked)

    async def test_something_under_way_is_refused(self, checked: MemoryContext, world: HeldWorld) -> None:
        world.set(task_state="resize_migrating")
        with pytest.raises(RunError, match="resize_migrating"):
            await check(checked)

    async def test_a_violation_that_came_up_since_the_plan_is_refused(
        self, checked: MemoryContext, world: HeldWorld
    ) -> None:
        checked.change(plan=await plan(world, name=""))
        with pytest.raises(RunError, match="NAME-"):
            await check(checked)

    async def test_an_unnamed_network_is_wrong_use(self, checked: MemoryContext, world: HeldWorld) -> None:
        test = launch_of(checked.run.plan).model_copy(
            update={"network": None, "networks": (Network(id="a", name="a"), Network(id="b", name="b"))}
        )
        checked.change(plan=checked.run.plan.model_copy(update={"test": test}))
        with pytest.raises(UsageError, match="Several networks") as caught:
            await check(checked)
        assert "--network: a (a), b (b)" in caught.value.remedy

    async def test_an_image_to_verify_that_is_gone_is_said_so(self, checked: MemoryContext, world: HeldWorld) -> None:
        made = await plan_verification(world.cloud, world.clock, BASE, RunRequest(), PROFILE)
        checked.change(kind=RunKind.VERIFY, plan=made)
        del world.records.images[BASE]
        with pytest.raises(RunError, match="is gone"):
            await check(checked)


async def test_an_instance_that_does_not_exist_is_not_found(world: HeldWorld) -> None:
    with pytest.raises(NotFoundError):
        await plan_run(world.cloud, world.clock, OTHERS, REQUEST, PROFILE)

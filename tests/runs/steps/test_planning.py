"""The plan: what would be done, said before anything is done, and the check that looks once more."""

from __future__ import annotations

import shlex
from datetime import timedelta

import pytest

from imaging.guidelines.profiles import load_profile
from imaging.runs.planning import plan_run, plan_verification
from imaging.runs.prechecks import login_trouble
from imaging.runs.steps.check import check
from models.errors import NotFoundError, RunError, UsageError
from models.instance import VolumeAttachment
from models.login import Login
from models.network import Network
from models.quota import Limit, Quota
from models.request import RunRequest, Visibility
from models.run import RunKind
from models.steps import CREATE_STEPS, VERIFY_STEPS, StepName
from models.volume import Volume, VolumeUse
from tests.runs.steps.fake_cloud import IDENTITY, FakeCloud

REQUEST = RunRequest(
    name="postgres-16", description="PostgreSQL 16 with PostGIS, beside the base image Ubuntu24.", profile="openstack"
)
PROFILE = load_profile("openstack")
HOSTILE = "$(rm -rf /); `id` 'quoted' \x1b[2J"


async def plan(world, **request):
    wanted = REQUEST.model_copy(update=request)
    return await plan_run(FakeCloud(world), world.clock, "db", wanted, PROFILE)


def step(plan, name):
    return next(each for each in plan.steps if each.step is name)


async def test_planning_changes_nothing(world):
    await plan(world)
    assert world.calls == []


async def test_every_step_is_there_in_the_order_in_which_it_is_done(world):
    made = await plan(world)
    assert tuple(each.step for each in made.steps) == CREATE_STEPS
    assert all(each.summary for each in made.steps)


async def test_it_names_the_volumes_in_the_order_of_their_devices(world):
    world.attached["db"].reverse()
    made = await plan(world)
    assert [each.attachment.device for each in made.volumes] == ["/dev/vdb", "/dev/vdc"]
    assert "pgdata (/dev/vdb), scratch (/dev/vdc)" in step(made, StepName.DETACH).summary


async def test_the_smallest_flavor_that_fits_is_planned_with_the_reason(world):
    made = await plan(world)
    assert [flavor.name for flavor in made.test.flavors] == ["small", "quad", "medium"]
    assert "smallest that fits" in made.test.why
    assert made.test.network.id == "net"


async def test_a_stopped_source_without_volumes_skips_what_needs_no_doing(world):
    world.set("db", status="SHUTOFF")
    world.attached["db"].clear()
    made = await plan(world)
    assert step(made, StepName.STOP).skipped
    assert step(made, StepName.DETACH).skipped
    assert step(made, StepName.UNLOCK).skipped
    assert made.estimated_seconds < (await plan(world, test=True)).estimated_seconds + 1


@pytest.mark.parametrize("name", [HOSTILE, "[/red]\x1b[2J", "宽" * 255, "-rf", "a'b\"c"])
async def test_commands_are_safe_to_paste_whatever_the_names_are(world, name):
    world.set("db", name=name, locked=True, locked_reason=name)
    made = await plan(world, name=name, description=name, visibility=Visibility.SHARED, members=(name,))
    for each in made.steps:
        for command in each.commands:
            assert "\x1b" not in command
            words = shlex.split(command)
            assert words[0] == "openstack"
            assert not {"rm", "-rf", "/);", "id"} & (set(words) - {name})


async def test_the_commands_take_away_every_key_of_the_claim(world):
    made = await plan(world)
    (unset,) = [line for line in step(made, StepName.PUT_BACK).commands if "unset" in line]
    keys = [word for word in shlex.split(unset) if word.startswith("imaging.claim.")]
    assert keys == ["imaging.claim.RUN", "imaging.claim.RUN.0", "imaging.claim.RUN.1"]


async def test_a_lock_with_a_reason_names_the_microversion_that_the_client_needs(world):
    world.set("db", locked=True, locked_reason="mine")
    made = await plan(world)
    assert (
        "openstack --os-compute-api-version 2.73 server lock --reason mine db" in step(made, StepName.PUT_BACK).commands
    )


class TestWarnings:
    async def test_a_running_guest_may_have_its_plug_pulled(self, world):
        assert any("has its plug pulled" in warning for warning in (await plan(world)).warnings)

    async def test_a_gap_between_the_letters_is_said(self, world):
        assert not any("gap" in warning for warning in (await plan(world)).warnings)
        world.attached["db"][1] = world.attached["db"][1].model_copy(update={"device": "/dev/vdd"})
        assert any("gap between the device letters" in warning for warning in (await plan(world)).warnings)

    async def test_a_volume_backed_source_is_told_of_the_empty_image(self, world):
        world.volumes["root"] = Volume(
            id="root", name="root", status="in-use", bootable=True, uses=(VolumeUse(server_id="db"),)
        )
        world.attached["db"].insert(0, VolumeAttachment(volume_id="root", device="/dev/vda"))
        world.set("db", volume_backed=True, image_id=None)
        made = await plan(world)
        assert made.root_volume_id == "root"
        assert [each.attachment.volume_id for each in made.volumes] == ["pgdata", "scratch"]
        assert any("zero bytes" in warning for warning in made.warnings)

    async def test_what_an_old_cloud_cannot_restore_is_said(self, world):
        world.version = (2, 60)
        warnings = " ".join((await plan(world)).warnings)
        assert "deleted together with the instance" in warnings
        assert "device tags" in warnings

    async def test_no_room_for_the_test_is_said_before(self, world):
        world.limits = Quota(instances=Limit(used=10, maximum=10))
        made = await plan(world)
        assert "quota" in made.test.refused_because
        assert any("No test launch will be possible" in warning for warning in made.warnings)

    async def test_quiescing_is_not_needed_once_it_is_stopped(self, world):
        world.set_image("base", properties={"os_require_quiesce": "yes"})
        assert any("os_require_quiesce" in warning for warning in (await plan(world)).warnings)


class TestLogin:
    def login(self, **fields):
        return Login(identity=IDENTITY, **fields)

    def test_a_password_or_a_lasting_credential_is_fine(self, clock):
        assert login_trouble(self.login(), clock.now(), 240) is None
        lasting = self.login(credential_expires_at=clock.now() + timedelta(hours=3))
        assert login_trouble(lasting, clock.now(), 240) is None

    def test_a_credential_that_ends_within_two_hours_is_not(self, clock):
        ending = self.login(credential_expires_at=clock.now() + timedelta(minutes=119))
        assert "expires at" in login_trouble(ending, clock.now(), 240)

    def test_a_long_run_needs_three_times_its_estimate(self, clock):
        ending = self.login(credential_expires_at=clock.now() + timedelta(hours=5))
        assert login_trouble(ending, clock.now(), 2 * 3600) is not None

    def test_a_bare_token_that_ends_soon_is_not_enough(self, clock):
        soon = self.login(renewable=False, token_expires_at=clock.now() + timedelta(hours=1))
        assert "cannot be renewed" in login_trouble(soon, clock.now(), 240)


class TestVerification:
    async def test_it_launches_and_touches_no_source(self, world):
        made = await plan_verification(FakeCloud(world), world.clock, "base", RunRequest(), PROFILE)
        assert made.source is None
        assert tuple(each.step for each in made.steps) == VERIFY_STEPS
        assert made.image.id == "base"

    async def test_an_image_that_is_not_active_is_wrong_use(self, world):
        world.set_image("base", status="queued")
        with pytest.raises(UsageError, match="is queued"):
            await plan_verification(FakeCloud(world), world.clock, "base", RunRequest(), PROFILE)


class TestCheck:
    @pytest.fixture
    async def checked(self, ctx, world):
        ctx.profile = PROFILE
        ctx.change(plan=await plan(world))
        return ctx

    async def test_a_ready_instance_passes_and_nothing_is_changed(self, checked, world):
        result = await check(checked)
        assert "rules" in result.note
        assert world.calls == []

    async def test_another_runs_claim_is_refused(self, checked, world):
        world.set("db", metadata={"imaging.claim.other": "{}"})
        with pytest.raises(RunError, match="claimed by another run"):
            await check(checked)

    @pytest.mark.parametrize("status", ["SUSPENDED", "SHELVED_OFFLOADED", "ERROR", "PAUSED", "VERIFY_RESIZE"])
    async def test_a_state_from_which_it_cannot_be_stopped_is_refused(self, checked, world, status):
        world.set("db", status=status)
        with pytest.raises(RunError, match=status):
            await check(checked)

    async def test_something_under_way_is_refused(self, checked, world):
        world.set("db", task_state="resize_migrating")
        with pytest.raises(RunError, match="resize_migrating"):
            await check(checked)

    async def test_a_violation_that_came_up_since_the_plan_is_refused(self, checked, world):
        checked.change(plan=await plan(world, name=""))
        with pytest.raises(RunError, match="NAME-"):
            await check(checked)

    async def test_an_unnamed_network_is_wrong_use(self, checked, world):
        test = checked.run.plan.test.model_copy(
            update={"network": None, "networks": (Network(id="a", name="a"), Network(id="b", name="b"))}
        )
        checked.change(plan=checked.run.plan.model_copy(update={"test": test}))
        with pytest.raises(UsageError, match="which network") as caught:
            await check(checked)
        assert "--network: a (a), b (b)" in caught.value.remedy

    async def test_an_image_to_verify_that_is_gone_is_said_so(self, checked, world):
        made = await plan_verification(FakeCloud(world), world.clock, "base", RunRequest(), PROFILE)
        checked.change(kind=RunKind.VERIFY, plan=made)
        del world.images["base"]
        with pytest.raises(RunError, match="is gone"):
            await check(checked)


async def test_an_instance_that_does_not_exist_is_not_found(world):
    with pytest.raises(NotFoundError):
        await plan_run(FakeCloud(world), world.clock, "nobody", REQUEST, PROFILE)

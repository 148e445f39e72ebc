"""Test launch, verify and remove: one child, a verdict, and nothing left behind."""

from __future__ import annotations

import stat

import pytest

from imaging.runs.launching import choose_network
from imaging.runs.steps.remove_test import remove_test
from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runs.steps.verify import verify
from models.errors import ConflictError, ForbiddenError, QuotaExceededError, RejectedError, UsageError
from models.image import Image
from models.instance import Instance, VolumeAttachment
from models.network import Network, SecurityGroup
from models.quota import Limit, Quota
from models.request import RunRequest
from models.run import OwnedKind
from models.steps import StepName
from models.verdict import Stage, Strength, VerdictWord
from models.volume import Volume
from tests.runs.steps.fake_cloud import Lost, volume_backed

NO_HOST = "No valid host was found. There are not enough hosts available."


@pytest.fixture
def imaged(ctx, world):
    """The run's image is there and described."""
    world.images["image"] = Image(
        id="image",
        name="postgres",
        status="active",
        size_bytes=2**30,
        min_disk_gib=10,
        created_at=world.clock.now(),
        properties={"imaging.run": "run1", "imaging.source": "db", "instance_uuid": "db"},
    )
    ctx.change(image_id="image")
    return ctx.at(StepName.TEST_LAUNCH)


def children(world):
    return [server for server in world.servers.values() if server.id != "db"]


def flavors_tried(world):
    return [call.removeprefix("launch ") for call in world.calls if call.startswith("launch ")]


def plan_with(ctx, **request):
    ctx.change(plan=ctx.run.plan.model_copy(update={"request": ctx.run.plan.request.model_copy(update=request)}))
    return ctx


class TestLaunch:
    async def test_the_smallest_flavor_that_fits_is_launched(self, imaged, world):
        await launch_test(imaged)
        assert flavors_tried(world) == ["small"]
        assert [child.status for child in children(world)] == ["ACTIVE"]

    async def test_the_child_says_what_it_is_and_whose(self, imaged, world):
        await launch_test(imaged)
        (request,) = world.launched
        assert request.metadata["imaging.role"] == "test"
        assert request.metadata["imaging.run"] == "run1"
        assert request.metadata["imaging.marker"] in request.user_data
        assert request.network_id == "net"

    async def test_it_has_a_security_group_of_its_own(self, imaged, world):
        await launch_test(imaged)
        assert world.launched[0].security_group_name == "imaging-run1"

    async def test_on_a_network_without_port_security_it_has_none(self, imaged, world):
        world.networks["net"] = world.networks["net"].model_copy(update={"port_security": False})
        await launch_test(imaged)
        assert world.launched[0].security_group_name is None
        assert world.groups == {}

    @pytest.mark.parametrize("is_open", [True, False])
    async def test_where_a_group_is_refused_it_gets_default_with_a_warning_if_that_is_open(
        self, imaged, world, is_open
    ):
        world.faults["create_security_group"] = [QuotaExceededError("10 of 10 groups used")]
        world.groups["default"] = SecurityGroup(id="default", name="default", open_to_world=is_open)
        await launch_test(imaged)
        assert world.launched[0].security_group_name == "default"
        assert any("WARNING: it lets the world in" in phase for phase in imaged.phases) is is_open

    async def test_without_a_valid_host_the_next_larger_is_tried_at_most_three(self, imaged, world):
        world.build_faults = [NO_HOST] * 5
        await launch_test(imaged)
        assert flavors_tried(world) == ["small", "quad", "medium"]
        assert imaged.run.verdict.word is VerdictWord.INCONCLUSIVE
        assert children(world) == []

    async def test_the_next_larger_may_find_room(self, imaged, world):
        world.build_faults = [NO_HOST]
        result = await launch_test(imaged)
        assert imaged.run.verdict is None
        assert result.note == f"quad, the next larger: {NO_HOST}"

    async def test_after_an_interruption_the_flavors_that_had_no_room_are_not_tried_again(self, imaged, world):
        world.build_faults = [NO_HOST, NO_HOST]
        world.faults["launch"] = [lambda: None, lambda: imaged.__setattr__("cancelled", True)]
        with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever ends the runner
            await launch_test(imaged)
        imaged.cancelled = False
        await launch_test(imaged)
        assert flavors_tried(world) == ["small", "quad", "medium"]

    @pytest.mark.parametrize(
        "fault,word",
        [
            ("Image 7 is unacceptable: Image content does not match disk_format", VerdictWord.FAILED),
            ("Build of instance X aborted: Invalid input received: Invalid snapshot: …", VerdictWord.FAILED),
            ("Build of instance X aborted: VolumeSizeExceedsAvailableQuota", VerdictWord.NOT_TESTED),
            ("Something odd happened", VerdictWord.INCONCLUSIVE),
        ],
    )
    async def test_novas_fault_decides_whether_the_image_is_to_blame(self, imaged, world, fault, word):
        world.build_faults = [fault]
        await launch_test(imaged)
        assert imaged.run.verdict.word is word
        assert imaged.run.verdict.reason == fault

    async def test_no_room_in_the_quota_means_not_tested(self, imaged, world):
        world.limits = Quota(instances=Limit(used=10, maximum=10))
        await launch_test(imaged)
        assert imaged.run.verdict.word is VerdictWord.NOT_TESTED
        assert "instances" in imaged.run.verdict.reason
        assert world.launched == []

    async def test_a_launch_refused_for_quota_means_not_tested(self, imaged, world):
        world.faults["launch"] = [QuotaExceededError("Quota exceeded for cores: 20 of 20 used")] * 3
        await launch_test(imaged)
        assert imaged.run.verdict.word is VerdictWord.NOT_TESTED

    async def test_a_flavor_that_nova_finds_too_small_is_passed_over(self, imaged, world):
        world.faults["launch"] = [RejectedError("Flavor's disk is too small for requested image.")]
        await launch_test(imaged)
        assert imaged.run.verdict is None
        assert flavors_tried(world) == ["small", "quad"]

    async def test_no_test_wanted_is_a_verdict_too(self, imaged, world):
        await launch_test(plan_with(imaged, test=False))
        assert imaged.run.verdict.word is VerdictWord.NOT_TESTED
        assert world.calls == []

    async def test_a_lost_answer_leaves_one_child(self, imaged, world):
        world.faults["launch"] = [Lost(acts=True)]
        await launch_test(imaged)
        assert len(children(world)) == 1
        assert imaged.run.owned[-1].id == children(world)[0].id

    async def test_done_again_it_launches_nothing_more(self, imaged, world):
        await launch_test(imaged)
        await launch_test(imaged)
        assert len(world.launched) == 1

    async def test_a_child_deleted_by_someone_else_is_inconclusive(self, imaged, world):
        world.later(2, lambda: [world.servers.pop(child.id) for child in children(world)])
        await launch_test(imaged)
        assert imaged.run.verdict.word is VerdictWord.INCONCLUSIVE
        assert "deleted by someone else" in imaged.run.verdict.reason


class TestNetwork:
    @pytest.fixture
    def several(self, world):
        world.networks["b"] = Network(id="b", name="b", subnet_ids=("s",))
        world.networks["a"] = Network(id="a", name="a", subnet_ids=("s",))
        return world

    async def test_it_is_that_of_the_source(self, ctx, several):
        network, _ = await choose_network(ctx.cloud, "db", RunRequest())
        assert network.id == "net"

    async def test_without_a_source_the_only_one_is_taken(self, ctx):
        network, _ = await choose_network(ctx.cloud, None, RunRequest())
        assert network.id == "net"

    async def test_of_several_it_has_to_be_asked(self, ctx, several):
        network, choices = await choose_network(ctx.cloud, None, RunRequest())
        assert network is None
        assert {choice.id for choice in choices} == {"net", "a", "b"}

    async def test_the_one_asked_for_is_taken_by_id_or_name(self, ctx, several):
        for wanted in ("net", "auto_allocated_network"):
            network, _ = await choose_network(ctx.cloud, None, RunRequest(network_id=wanted))
            assert network.id == "net"

    async def test_one_that_does_not_exist_is_wrong_use(self, ctx, several):
        with pytest.raises(UsageError, match="no network nowhere"):
            await choose_network(ctx.cloud, None, RunRequest(network_id="nowhere"))


class TestVerify:
    async def verify(self, ctx):
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        return await verify(ctx.at(StepName.VERIFY))

    async def test_the_verdict_is_noted_on_the_image_with_its_id(self, imaged, world):
        await self.verify(imaged)
        assert imaged.run.verdict.word is VerdictWord.BOOTED
        assert imaged.run.verdict.strength is Strength.GOOD
        assert world.images["image"].noted_verdict == "booted"

    async def test_our_own_marker_makes_it_strong(self, imaged, world):
        await launch_test(imaged)
        token = world.launched[0].metadata["imaging.marker"]
        world.console = f'imaging-marker {token} {{"status":0,"address":"yes","route":"yes","own":"yes"}}\n'
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.run.verdict.strength is Strength.STRONG

    async def test_silence_to_the_end_of_our_patience_is_inconclusive(self, imaged, world, clock):
        world.console = ""
        began = clock.monotonic()
        await self.verify(imaged)
        assert imaged.run.verdict.word is VerdictWord.INCONCLUSIVE
        assert imaged.run.verdict.stage is Stage.SILENT
        assert 60 <= clock.monotonic() - began < 80

    async def test_as_long_as_the_console_grows_we_are_patient(self, imaged, world):
        await launch_test(imaged)
        world.console = "[ 0.0] Linux version 6.1\n"
        for minute in range(1, 5):
            world.later(minute * 50, lambda: setattr(world, "console", world.console + "more\n"))
        world.later(240, lambda: setattr(world, "console", world.console + "child login: "))
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.run.verdict.word is VerdictWord.BOOTED

    async def test_a_console_that_never_ends_meets_the_limit_of_the_test(self, imaged, world, clock):
        await launch_test(imaged)
        world.console = "[ 0.0] Linux version 6.1\n"
        for moment in range(10, 2000, 10):
            world.later(moment, lambda: setattr(world, "console", world.console + "more\n"))
        began = clock.monotonic()
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.run.verdict.word is VerdictWord.INCONCLUSIVE
        assert clock.monotonic() - began < 610

    async def test_emergency_mode_fails_after_a_short_silence(self, imaged, world, clock):
        world.console = "[ 0.0] Linux version 6\nYou are in emergency mode.\n"
        began = clock.monotonic()
        await self.verify(imaged)
        assert 20 <= clock.monotonic() - began < 30
        assert imaged.run.verdict.word is VerdictWord.FAILED
        assert world.images["image"].noted_verdict == "failed"

    async def test_a_child_that_goes_into_error_is_inconclusive(self, imaged, world):
        world.console = ""
        await launch_test(imaged)
        world.later(5, lambda: world.set(children(world)[0].id, status="ERROR", fault="host died"))
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.run.verdict.word is VerdictWord.INCONCLUSIVE
        assert "host died" in imaged.run.verdict.reason

    async def test_the_console_log_is_kept_for_its_owner_alone_and_clean(self, imaged, world):
        world.console = "\x1b[2Jchild login: \n"
        await self.verify(imaged)
        kept = imaged.folder / "console.log"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert "child login:" in kept.read_text()
        assert "\x1b" not in kept.read_text()

    async def test_an_image_of_others_gets_its_verdict_without_a_note(self, imaged, world):
        world.faults["update_image"] = [ForbiddenError("not yours")]
        result = await self.verify(imaged)
        assert "not noted on the image" in result.note


class TestRemove:
    async def remove(self, ctx):
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        return await remove_test(ctx.at(StepName.REMOVE_TEST))

    async def test_nothing_is_left_but_the_source_and_the_image(self, imaged, world):
        await self.remove(imaged)
        assert children(world) == []
        assert world.groups == {}
        assert set(world.images) == {"base", "image"}
        assert all(owned.removed for owned in imaged.run.owned if owned.kind is not OwnedKind.IMAGE)

    async def test_done_again_it_does_no_harm(self, imaged, world):
        await self.remove(imaged)
        result = await remove_test(imaged)
        assert result.skipped

    async def test_it_can_be_kept(self, imaged, world):
        result = await self.remove(plan_with(imaged, keep_test=True))
        assert len(children(world)) == 1
        assert "kept as wanted" in result.note

    async def test_volumes_that_the_child_brought_go_with_it(self, imaged, world):
        volume_backed(world, "image", "snap")
        await launch_test(imaged)
        brought = Volume(id="brought", name="", status="in-use", snapshot_id="snap")
        by_hand = Volume(id="by-hand", name="mine", status="in-use")
        for volume in (brought, by_hand):
            world.volumes[volume.id] = volume
            world.attached[children(world)[0].id].append(VolumeAttachment(volume_id=volume.id))
        await remove_test(imaged.at(StepName.REMOVE_TEST))
        assert "brought" not in world.volumes
        assert world.volumes["by-hand"].status == "available"
        assert "snap" in world.snapshots

    async def test_a_group_is_deleted_once_the_port_has_let_go(self, imaged, world):
        world.faults["delete_security_group"] = [ConflictError("in use"), ConflictError("in use")]
        await self.remove(imaged)
        assert world.groups == {}

    async def test_a_child_whose_answer_was_lost_twice_is_found_and_removed(self, imaged, world):
        world.faults["launch"] = [Lost(acts=False), Lost(acts=False)]
        with pytest.raises(Exception, match="answer was lost"):
            await launch_test(imaged)
        late = {"imaging.role": "test", "imaging.run": "run1"}
        world.servers["late"] = Instance(
            id="late", name="x", status="ACTIVE", created_at=world.clock.now(), metadata=late
        )
        await remove_test(imaged.at(StepName.REMOVE_TEST))
        assert children(world) == []

    async def test_a_server_of_the_users_is_never_deleted_whatever_it_says(self, imaged, world):
        await imaged.intend("launch imaging-test-run1")
        clone = {"imaging.run": "run1"}  # no role: somebody copied our metadata
        world.servers["users"] = Instance(
            id="users", name="x", status="ACTIVE", created_at=world.clock.now(), metadata=clone
        )
        world.set("db", metadata={"imaging.role": "test", "imaging.run": "run1"})
        await remove_test(imaged.at(StepName.REMOVE_TEST))
        assert set(world.servers) == {"db", "users"}

"""Test launch, verify and remove: one test instance, a verdict, and nothing left behind."""

from __future__ import annotations

import base64
import stat
from typing import Any

import pytest

from imaging.democloud.records.network import Rule
from imaging.democloud.seed import names
from imaging.runs.core.step_context import StepResult
from imaging.runs.plan.launch_choice import choose_network
from imaging.runs.steps.remove_test import remove_test
from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runs.steps.verify import verify
from models.errors import LostAnswerError, UsageError
from models.run.intent import IntentAction
from models.run.plan import TestLaunchPlan
from models.run.record import Owned, OwnedKind
from models.run.request import RunRequest
from models.steps import StepName
from models.verdict import Stage, Strength, Verdict, VerdictWord
from tests.guest.seal_proof.proving import parts_of
from tests.runs.steps.conftest import NewContext
from tests.runs.steps.death import Death, KilledError
from tests.runs.steps.held_world import BASE, DB, GOOD_BOOT, LOST, NET, PGDATA, SCRATCH, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock

NO_HOST = "No valid host was found. There are not enough hosts available."
DEFAULT = names.group_id(names.PROJECT, "default")


@pytest.fixture
def imaged(ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
    """The run's image is there and described."""
    return with_image(ctx, world)


def with_image(ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
    image_id = world.make_image("postgres", {"imaging.run": "run1", "imaging.source": DB})
    world.clock.turn(10)
    ctx.change(image_id=image_id)
    return ctx.at(StepName.TEST_LAUNCH)


def flavors_tried(world: HeldWorld) -> list[str]:
    return [call.removeprefix("launch ") for call in world.asked("launch")]


def plan_with(ctx: MemoryContext, **request: Any) -> MemoryContext:
    ctx.change(plan=ctx.run.plan.model_copy(update={"request": ctx.run.plan.request.model_copy(update=request)}))
    return ctx


class TestLaunch:
    async def test_the_smallest_flavor_that_fits_is_launched(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(imaged)
        assert flavors_tried(world) == ["m3.tiny"]
        assert [server.vm_state for server in world.launched] == ["active"]

    async def test_the_size_is_said_with_why_it_was_taken(self, imaged: MemoryContext, world: HeldWorld) -> None:
        assert (await launch_test(imaged)).note.startswith("m3.tiny, the smallest that fits: ")

    async def test_where_there_is_a_verdict_nothing_is_launched(self, imaged: MemoryContext, world: HeldWorld) -> None:
        imaged.change(verdict=Verdict(word=VerdictWord.FAILED, reason="It ended in emergency mode."))
        assert await launch_test(imaged) == StepResult("It ended in emergency mode.", skipped=True)
        assert world.calls == []

    @pytest.mark.parametrize("planned", [False, True])
    async def test_of_several_networks_it_is_the_planned_one_or_else_the_sources(
        self, imaged: MemoryContext, world: HeldWorld, planned: bool
    ) -> None:
        world.new_network("second")
        second = names.network_id("second")
        network = await world.cloud.networking.network(second)
        test = TestLaunchPlan(network=network) if planned else None
        imaged.change(plan=imaged.run.plan.model_copy(update={"test": test}))
        await launch_test(imaged)
        (server,) = world.launched
        on = [world.records.ports[each].network_id for each in server.port_ids]
        assert on == [second if planned else NET]

    async def test_one_that_stands_is_kept_when_it_fills_the_quota(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        await launch_test(imaged)
        world.quotas(instances=2)
        assert (await launch_test(imaged)).note.startswith("m3.tiny, ")
        assert imaged.run.verdict is None

    async def test_where_every_size_was_tried_before_none_is_left(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        tried = (Owned(kind=OwnedKind.SERVER, id=f"gone-{number}", removed=True) for number in range(3))
        imaged.change(owned=tuple(tried))
        await launch_test(imaged)
        assert imaged.verdict.reason == "No test instance could be launched: no flavor was left to try"

    async def test_the_test_instance_says_what_it_is_and_whose(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(imaged)
        (server,) = world.launched
        assert server.metadata["imaging.role"] == "test"
        assert server.metadata["imaging.run"] == "run1"
        assert (
            server.metadata["imaging.marker"]
            in parts_of(base64.b64decode(server.user_data or ""))["text/x-shellscript"]
        )
        assert [world.records.ports[each].network_id for each in server.port_ids] == [NET]

    async def test_it_has_a_security_group_of_its_own(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(imaged)
        (server,) = world.launched
        assert [world.records.security_groups[each].name for each in server.security_groups] == ["imaging-run1"]

    async def test_on_a_network_without_port_security_it_has_none(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.records.networks[NET].port_security = False
        await launch_test(imaged)
        (launched,) = [line for line in world.here.front.calls if line["path"].endswith("/servers") and line["body"]]
        assert "security_groups" not in launched["body"]["server"]
        assert world.groups_of_runs == []

    @pytest.mark.parametrize("is_open", [True, False])
    async def test_where_a_group_is_refused_it_gets_default_with_a_warning_if_that_is_open(
        self, imaged: MemoryContext, world: HeldWorld, is_open: bool
    ) -> None:
        world.quotas(security_groups=3)
        if is_open:
            world.records.security_groups[DEFAULT].rules.append(Rule("open", "ingress", remote_ip_prefix="0.0.0.0/0"))
        await launch_test(imaged)
        assert [server.security_groups for server in world.launched] == [[DEFAULT]]
        assert any("WARNING: it lets the world in" in phase for phase in imaged.phases) is is_open

    @pytest.mark.parametrize("status", [400, 409])
    async def test_a_group_that_the_cloud_rejects_is_a_reason_and_no_end_of_the_run(
        self, imaged: MemoryContext, world: HeldWorld, status: int
    ) -> None:
        refusal = {"NeutronError": {"type": "Odd", "message": "not today", "detail": ""}}
        world.answer("POST", "/security-groups$", refusal, status=status)
        await launch_test(imaged)
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert "not today" in imaged.verdict.reason
        assert world.launched == []

    async def test_without_a_valid_host_the_next_larger_is_tried_at_most_three(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.hook("spawn", fail=NO_HOST)
        await launch_test(imaged)
        assert flavors_tried(world) == ["m3.tiny", "m3.small", "m3.quad"]
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert world.launched == []

    async def test_the_next_larger_may_find_room(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.hook("spawn", fail=NO_HOST, times=1)
        result = await launch_test(imaged)
        assert imaged.run.verdict is None
        assert result.note == f"m3.small, the next larger: {NO_HOST}"
        assert imaged.run.test_flavor == "m3.small"

    async def test_after_an_interruption_the_flavors_that_had_no_room_are_not_tried_again(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.hook("spawn", fail=NO_HOST, times=2)
        Death(imaged.cloud, "after", number=1, only="launch")
        with pytest.raises(KilledError):
            await launch_test(imaged)
        await launch_test(imaged)
        assert flavors_tried(world) == ["m3.tiny", "m3.small", "m3.quad"]

    @pytest.mark.parametrize(
        "fault,word",
        [
            ("Image 7 is unacceptable: Image content does not match disk_format", VerdictWord.FAILED),
            ("Build of instance X aborted: Invalid input received: Invalid snapshot: …", VerdictWord.FAILED),
            ("Build of instance X aborted: VolumeSizeExceedsAvailableQuota", VerdictWord.NOT_TESTED),
            ("Something odd happened", VerdictWord.INCONCLUSIVE),
        ],
    )
    async def test_novas_fault_decides_whether_the_image_is_to_blame(
        self, imaged: MemoryContext, world: HeldWorld, fault: str, word: VerdictWord
    ) -> None:
        world.hook("spawn", fail="as ordered", text=fault)
        result = await launch_test(imaged)
        assert (result.note, result.skipped) == (f"{word.value}: {fault}", word is VerdictWord.NOT_TESTED)
        assert imaged.verdict.word is word
        assert imaged.verdict.reason == fault
        assert imaged.verdict.stage is (None if word is VerdictWord.NOT_TESTED else Stage.SILENT)

    async def test_no_room_in_the_quota_means_not_tested(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.quotas(instances=1)
        await launch_test(imaged)
        assert imaged.verdict.word is VerdictWord.NOT_TESTED
        assert "instances" in imaged.verdict.reason
        assert world.asked("launch") == []

    async def test_a_launch_refused_for_quota_means_not_tested(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.clock.shortest = 10
        world.fault("launch", times=3, **refusal(403, "Quota exceeded for cores: 20 of 20 used"))
        await launch_test(imaged)
        assert imaged.verdict.word is VerdictWord.NOT_TESTED

    @pytest.mark.parametrize(
        "status,sentence,word",
        [
            (403, "Maximum number of cores for this project", VerdictWord.NOT_TESTED),
            (400, "No instance is named “quota”", VerdictWord.INCONCLUSIVE),
            (403, "Policy does not allow os-quota-sets", VerdictWord.INCONCLUSIVE),
        ],
    )
    async def test_the_kind_of_a_refusal_decides_and_not_its_words(
        self, imaged: MemoryContext, world: HeldWorld, status: int, sentence: str, word: VerdictWord
    ) -> None:
        world.clock.shortest = 10
        world.fault("launch", times=3, **refusal(status, sentence))
        await launch_test(imaged)
        assert imaged.verdict.word is word
        assert sentence in imaged.verdict.reason

    async def test_a_flavor_that_nova_finds_too_small_is_passed_over(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.clock.shortest = 10
        world.fault("launch", **refusal(400, "Flavor's disk is too small for requested image."))
        await launch_test(imaged)
        assert imaged.run.verdict is None
        assert flavors_tried(world) == ["m3.tiny", "m3.small"]

    async def test_no_test_wanted_is_a_verdict_too(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(plan_with(imaged, test=False))
        assert imaged.verdict.word is VerdictWord.NOT_TESTED
        assert imaged.verdict.reason == "No test launch was wanted."
        assert world.calls == []

    async def test_an_image_that_would_take_along_volumes_as_they_are_is_not_launched(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        rows = ", ".join(f'{{"source_type": "volume", "volume_id": "{each}"}}' for each in (PGDATA, SCRATCH))
        world.records.images[imaged.image_id].properties["block_device_mapping"] = f"[{rows}]"
        await launch_test(imaged)
        assert imaged.verdict.word is VerdictWord.NOT_TESTED
        assert imaged.verdict.reason.endswith(f"as they are, which are somebody's: {PGDATA}, {SCRATCH}.")
        assert world.calls == []

    async def test_a_lost_answer_leaves_one_test_instance(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.fault("launch", **LOST)
        await launch_test(imaged)
        assert len(world.launched) == 1
        assert imaged.run.owned[-1].id == world.launched[0].id

    async def test_done_again_it_launches_nothing_more(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(imaged)
        await launch_test(imaged)
        assert len(world.asked("launch")) == 1

    async def test_a_test_instance_deleted_by_someone_else_is_inconclusive(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.later(2, lambda: world.delete(world.launched[0].id))
        await launch_test(imaged)
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert imaged.verdict.reason == "The test instance was deleted by someone else."

    async def test_one_that_is_not_up_in_time_is_inconclusive(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.hook("spawn", delay=1e6)
        world.later(5, lambda: world.set(world.launched[0].id, task_state=None))
        world.clock.shortest = 10
        began = world.clock.monotonic()
        await launch_test(imaged)
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert imaged.verdict.reason == "The test instance was still BUILD when its time was up."
        assert 600 <= world.clock.monotonic() - began < 660

    async def test_the_volumes_that_it_brings_are_noted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.boot_from_volume()
        with_image(ctx, world)
        world.clock.turn(600)
        await launch_test(ctx)
        (server,) = world.launched
        noted = {each.id for each in ctx.run.owned if each.kind is OwnedKind.VOLUME}
        assert noted == {row.volume_id for row in server.attachments} != set()
        assert ctx.run.left_behind == ()


class TestNetwork:
    @pytest.fixture
    def several(self, world: HeldWorld) -> None:
        world.new_network("b")
        world.new_network("a")

    @pytest.mark.usefixtures("several")
    async def test_it_is_that_of_the_source(self, ctx: MemoryContext) -> None:
        network, _ = await choose_network(ctx.cloud, DB, RunRequest())
        assert network is not None
        assert network.id == NET

    async def test_without_a_source_the_only_one_is_taken(self, ctx: MemoryContext) -> None:
        network, _ = await choose_network(ctx.cloud, None, RunRequest())
        assert network is not None
        assert network.id == NET

    @pytest.mark.usefixtures("several")
    async def test_of_several_it_has_to_be_asked(self, ctx: MemoryContext) -> None:
        network, choices = await choose_network(ctx.cloud, None, RunRequest())
        assert network is None
        assert {choice.name for choice in choices} == {"astro-net", "a", "b"}

    @pytest.mark.usefixtures("several")
    async def test_the_one_asked_for_is_taken_by_id_or_name(self, ctx: MemoryContext) -> None:
        for wanted in (NET, "astro-net"):
            network, _ = await choose_network(ctx.cloud, None, RunRequest(network_id=wanted))
            assert network is not None
            assert network.id == NET

    @pytest.mark.usefixtures("several")
    async def test_one_that_does_not_exist_is_wrong_use(self, ctx: MemoryContext) -> None:
        with pytest.raises(UsageError, match="no network nowhere"):
            await choose_network(ctx.cloud, None, RunRequest(network_id="nowhere"))


class TestVerify:
    async def verify(self, ctx: MemoryContext) -> StepResult:
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        return await verify(ctx.at(StepName.VERIFY))

    async def test_the_verdict_is_noted_on_the_image_with_its_id(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.console(GOOD_BOOT)
        await self.verify(imaged)
        assert imaged.verdict.word is VerdictWord.BOOTED
        assert imaged.verdict.strength is Strength.GOOD
        assert (await imaged.cloud.images.image(imaged.image_id)).noted_verdict == "booted"

    async def test_our_own_marker_makes_it_strong(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(imaged)
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.verdict.strength is Strength.STRONG

    async def test_silence_to_the_end_of_our_patience_is_inconclusive(
        self, imaged: MemoryContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        world.console("")
        clock.shortest = 5
        began = clock.monotonic()
        await self.verify(imaged)
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert imaged.verdict.stage is Stage.SILENT
        assert 60 <= clock.monotonic() - began < 80

    async def test_as_long_as_the_console_grows_we_are_patient(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await launch_test(imaged)
        world.console("[ 0.0] Linux version 6.1\n")
        world.clock.shortest = 10
        for minute in range(1, 5):
            world.later(minute * 50, lambda: world.console_grows("more\n"))
        world.later(240, lambda: world.console_grows("child login: "))
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.verdict.word is VerdictWord.BOOTED

    async def test_a_console_that_never_ends_meets_the_limit_of_the_test(
        self, imaged: MemoryContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        await launch_test(imaged)
        world.console("[ 0.0] Linux version 6.1\n")
        world.clock.shortest = 10
        for moment in range(10, 2000, 10):
            world.later(moment, lambda: world.console_grows("more\n"))
        began = clock.monotonic()
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert clock.monotonic() - began < 610

    async def test_emergency_mode_fails_after_a_short_silence(
        self, imaged: MemoryContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        world.console("[ 0.0] Linux version 6\nYou are in emergency mode.\n")
        clock.shortest = 2
        began = clock.monotonic()
        await self.verify(imaged)
        assert 20 <= clock.monotonic() - began < 30
        assert imaged.verdict.word is VerdictWord.FAILED
        assert (await imaged.cloud.images.image(imaged.image_id)).noted_verdict == "failed"

    async def test_a_test_instance_that_goes_into_error_is_inconclusive(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.console("")
        await launch_test(imaged)
        world.later(5, lambda: world.set(world.launched[0].id, vm_state="error", fault=(500, "host died", 0.0)))
        await verify(imaged.at(StepName.VERIFY))
        assert imaged.verdict.word is VerdictWord.INCONCLUSIVE
        assert "host died" in imaged.verdict.reason

    async def test_the_console_log_is_kept_for_its_owner_alone_and_clean(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.clock.shortest = 5
        world.console("[2J\tchild login: \n\x7f")
        await self.verify(imaged)
        kept = imaged.folder / "console.log"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert "child login:" in kept.read_text()
        assert "\x7f" not in kept.read_text()

    async def test_an_image_of_others_gets_its_verdict_without_a_note(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.fault("update_image", **refusal(403, "You are not authorized to complete modify_image action."))
        result = await self.verify(imaged)
        assert "not noted on the image" in result.note


class TestRemove:
    async def remove(self, ctx: MemoryContext) -> StepResult:
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        return await remove_test(ctx.at(StepName.REMOVE_TEST))

    async def test_nothing_is_left_but_the_source_and_the_image(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await self.remove(imaged)
        assert world.launched == []
        assert world.groups_of_runs == []
        assert set(world.records.images) == {BASE, imaged.image_id}
        assert all(owned.removed for owned in imaged.run.owned if owned.kind is not OwnedKind.IMAGE)

    async def test_done_again_it_does_no_harm(self, imaged: MemoryContext, world: HeldWorld) -> None:
        await self.remove(imaged)
        result = await remove_test(imaged)
        assert result.skipped

    async def test_it_can_be_kept(self, imaged: MemoryContext, world: HeldWorld) -> None:
        result = await self.remove(plan_with(imaged, keep_test=True))
        assert len(world.launched) == 1
        assert "kept as wanted" in result.note

    async def test_volumes_that_the_test_instance_brought_go_with_it(
        self, new_context: NewContext, world: HeldWorld
    ) -> None:
        world.stop_and_let_go()
        root = world.boot_from_volume()
        await world.look()
        ctx = with_image(new_context(), world)
        await launch_test(ctx)
        (server,) = world.launched
        (brought,) = world.volumes_of(server)
        by_hand = world.new_volume("mine", to=server.id)
        await remove_test(ctx.at(StepName.REMOVE_TEST))
        assert brought.snapshot_id in world.records.snapshots
        assert set(world.records.volumes) == {PGDATA, SCRATCH, root, by_hand}
        assert world.records.volumes[by_hand].status == "available"

    async def test_a_group_is_deleted_once_the_port_has_let_go(self, imaged: MemoryContext, world: HeldWorld) -> None:
        world.fault("delete_security_group", times=2, **refusal(409, "Security Group in use."))
        await self.remove(imaged)
        assert world.groups_of_runs == []

    async def test_a_test_instance_whose_answer_was_lost_twice_is_found_and_removed(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        world.fault("launch", times=2, **UNHEARD)
        world.clock.shortest = 10
        with pytest.raises(LostAnswerError):
            await launch_test(imaged)
        world.launch("imaging-test-run1", {"imaging.role": "test", "imaging.run": "run1"})
        await remove_test(imaged.at(StepName.REMOVE_TEST))
        assert world.launched == []

    async def test_a_server_of_the_users_is_never_deleted_whatever_it_says(
        self, imaged: MemoryContext, world: HeldWorld
    ) -> None:
        await imaged.intend(IntentAction.LAUNCH, "imaging-test-run1")
        users = world.launch("x", {"imaging.run": "run1"})  # no role: somebody copied our metadata
        world.set(metadata={"imaging.role": "test", "imaging.run": "run1"})
        await remove_test(imaged.at(StepName.REMOVE_TEST))
        assert set(world.records.servers) == {DB, users}
        assert world.asked("delete_instance") == []

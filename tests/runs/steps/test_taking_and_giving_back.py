"""From unlock to restore: what is changed of the source, in which order, and how it comes back."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.core.step_context import CancelRequested
from imaging.runs.source.claim_keys import claim_keys, decode_claims
from imaging.runs.steps import STEPS
from imaging.runs.steps.claim import claim
from imaging.runs.steps.compensation import release_claim
from imaging.runs.steps.detach import detach
from imaging.runs.steps.lock import lock
from imaging.runs.steps.restore import restore
from imaging.runs.steps.stop import stop
from imaging.runs.steps.unlock import unlock
from models.errors import ClaimLostError, LostAnswerError, NeedsUserError, RunError
from models.steps import StepName
from tests.runs.steps.conftest import NewContext
from tests.runs.steps.death import Death, KilledError
from tests.runs.steps.held_world import DB, LOST, OTHERS, PGDATA, SCRATCH, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock

TAKING = (StepName.UNLOCK, StepName.CLAIM, StepName.STOP, StepName.DETACH, StepName.LOCK)


async def take(ctx: MemoryContext) -> None:
    for step in TAKING:
        await STEPS[step](ctx.at(step))


async def work(ctx: MemoryContext, done: list[StepName]) -> None:
    """Take and restore, but for what is done already."""
    for step in (*TAKING, StepName.RESTORE):
        if step not in done:
            await STEPS[step](ctx.at(step))
            done.append(step)


def changes(world: HeldWorld) -> list[str]:
    return [call.split(" ")[0] for call in world.calls]


async def test_the_source_is_taken_and_given_back_exactly_as_it_was(ctx: MemoryContext, world: HeldWorld) -> None:
    world.lock("do not touch")
    before = world.picture()
    await take(ctx)
    assert world.db.vm_state == "stopped"
    assert world.attached == []
    assert world.db.locked_by
    await restore(ctx.at(StepName.RESTORE))
    assert world.picture() == before
    assert ctx.run.instance_restored is True


async def test_stop_comes_before_detach_and_attach_before_start(ctx: MemoryContext, world: HeldWorld) -> None:
    await take(ctx)
    await restore(ctx.at(StepName.RESTORE))
    order = changes(world)
    assert order.index("stop") < order.index("detach_volume")
    assert order.index("start") > len(order) - 1 - order[::-1].index("attach_volume")
    assert order.index("lock") > order.index("detach_volume")


async def test_the_last_volume_is_detached_first_so_that_the_rest_keeps_its_order(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    await take(ctx)
    assert world.asked("detach_volume") == ["detach_volume scratch", "detach_volume pgdata"]


async def test_volumes_come_back_in_the_order_of_their_devices_whatever_order_nova_lists(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    world.db.attachments.reverse()
    await take(ctx)
    await restore(ctx.at(StepName.RESTORE))
    assert [row.device for row in world.db.attachments] == ["/dev/vdb", "/dev/vdc"]


async def test_a_stopped_source_stays_stopped(ctx: MemoryContext, world: HeldWorld) -> None:
    world.set(vm_state="stopped")
    await take(ctx)
    await restore(ctx.at(StepName.RESTORE))
    assert world.db.vm_state == "stopped"
    assert "start" not in changes(world)


# Before a change the cloud is as it was after the last one.
@pytest.mark.parametrize(
    "number,moment",
    [
        (0, "before"),
        *((number, "after") for number in range(15)),
        *(pytest.param(number, "before", marks=pytest.mark.slow) for number in range(1, 15)),
    ],
)
async def test_interrupted_at_any_call_and_done_again_it_ends_as_it_was(
    new_context: NewContext, world: HeldWorld, number: int, moment: str
) -> None:
    """`kill -9` of the runner just before or just after each change, then the steps from the first one on."""
    world.lock("do not touch")
    before = world.picture()
    ctx = new_context()
    death = Death(ctx.cloud, moment, number=number)
    done: list[StepName] = []
    with pytest.raises(KilledError):
        await work(ctx, done)
    await work(ctx, done)
    assert death.struck
    assert world.picture() == before


@pytest.mark.parametrize("call", ["unlock", "set_metadata", "stop", "detach_volume", "lock", "attach_volume", "start"])
@pytest.mark.parametrize("fault", [LOST, UNHEARD, {"status": 503}])
async def test_a_lost_answer_changes_nothing_of_the_outcome(
    ctx: MemoryContext, world: HeldWorld, call: str, fault: dict[str, Any]
) -> None:
    world.lock("do not touch")
    before = world.picture()
    world.fault(call, **fault)
    world.clock.shortest = 20
    await take(ctx)
    await restore(ctx.at(StepName.RESTORE))
    assert world.picture() == before


class TestUnlock:
    async def test_the_lock_is_in_the_journal_before_it_is_taken_away(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.lock("do not touch")
        world.fault("unlock", times=2, **UNHEARD)
        world.clock.shortest = 20
        with pytest.raises(LostAnswerError):
            await unlock(ctx)
        assert (ctx.claim.was_locked, ctx.claim.lock_reason) == (True, "do not touch")

    async def test_an_administrators_lock_ends_the_run_with_nothing_changed(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.lock(by="admin")
        with pytest.raises(RunError, match="locked by an administrator"):
            await unlock(ctx)
        assert world.db.locked_by

    async def test_another_runs_claim_is_refused_before_anything_is_unlocked(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.lock()
        world.set(metadata={"imaging.claim.other": "{}"})
        with pytest.raises(RunError, match="claimed by another run: other"):
            await unlock(ctx)
        assert world.calls == []


class TestClaim:
    async def test_it_is_read_back_twice_three_seconds_apart(self, ctx: MemoryContext, clock: TurnedClock) -> None:
        await claim(ctx)
        assert 3.0 in clock.slept

    async def test_it_names_everything_that_restoring_needs(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        (written,) = decode_claims(world.db.metadata, DB)
        assert written.host == "login1"
        assert [(volume.id, volume.device, volume.tag) for volume in written.volumes] == [
            (PGDATA, "/dev/vdb", None),
            (SCRATCH, "/dev/vdc", "tmp"),
        ]

    async def test_without_room_in_the_quota_nothing_is_written(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.quotas(metadata_items=4)
        with pytest.raises(RunError, match="needs 3 metadata keys; the instance has 2 of at most 4"):
            await claim(ctx)
        assert world.calls == []

    async def test_of_two_runs_the_one_with_the_greater_id_gives_way_at_once(
        self, new_context: NewContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        ctx = new_context(run_id="b")
        began = clock.monotonic()
        world.later(1, lambda: world.db.metadata.update({"imaging.claim.a": "{}"}))
        with pytest.raises(RunError, match="at the same moment: a"):
            await claim(ctx)
        assert claim_keys(world.db.metadata, "b") == ()
        assert claim_keys(world.db.metadata, "a") != ()
        assert clock.monotonic() - began < 10  # the other one waits for us no longer than half a minute

    async def test_the_one_with_the_smaller_id_stays_once_the_other_has_given_way(
        self, new_context: NewContext, world: HeldWorld
    ) -> None:
        ctx = new_context(run_id="b")
        world.later(1, lambda: world.db.metadata.update({"imaging.claim.c": "{}"}))
        world.later(8, lambda: world.db.metadata.pop("imaging.claim.c"))
        await claim(ctx)
        assert decode_claims(world.db.metadata, DB)[0].run_id == "b"

    async def test_keys_wiped_out_by_another_write_are_written_again(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.later(1, lambda: world.set(metadata={"owner": "astro"}))
        await claim(ctx)
        assert claim_keys(world.db.metadata, "run1") != ()

    async def test_giving_way_restores_the_lock_with_its_reason(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.lock("do not touch")
        before = world.picture()
        await unlock(ctx)
        await claim(ctx)
        await release_claim(ctx)
        assert world.picture() == before

    async def test_giving_way_leaves_the_lock_off_while_another_run_works(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.lock("do not touch")
        await unlock(ctx)
        world.set(metadata={"imaging.claim.other": "{}"})
        await release_claim(ctx)
        assert not world.db.locked_by


class TestStop:
    async def test_one_that_is_under_way_is_awaited_and_not_asked_for_again(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        world.set(task_state="powering-off")
        world.later(5, lambda: world.set(vm_state="stopped", task_state=None))
        await stop(ctx)
        assert "stop" not in changes(world)

    async def test_one_that_ends_in_active_again_has_failed(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        world.set(task_state="powering-off")
        world.later(5, lambda: world.set(task_state=None))
        with pytest.raises(RunError, match="did not stop: it is ACTIVE again"):
            await stop(ctx)

    async def test_nothing_is_touched_once_the_claim_is_lost(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        world.set(metadata={})
        with pytest.raises(ClaimLostError):
            await stop(ctx)
        assert "stop" not in changes(world)

    async def test_a_request_to_cancel_ends_the_wait(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        ctx.cancelled = True
        with pytest.raises(CancelRequested):
            await stop(ctx)

    async def test_a_source_deleted_by_someone_else_is_said_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        del world.records.servers[DB]
        with pytest.raises(RunError, match="deleted by someone else") as caught:
            await stop(ctx)
        assert f"{PGDATA}, {SCRATCH}" in caught.value.meaning


class TestDetach:
    async def test_the_root_volume_of_a_volume_backed_source_is_never_detached(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        root = world.boot_from_volume()
        await take(ctx)
        assert world.attached == [root]

    async def test_it_is_done_only_when_nova_and_cinder_agree(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        world.set(vm_state="stopped")
        await detach(ctx)
        assert "/dev/vdb: attached, volume available" in ctx.phases

    async def test_a_volume_that_the_claim_does_not_know_stops_the_run(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        new = world.new_volume("new", to=DB)
        with pytest.raises(RunError, match=f"attached to the instance after the claim: {new}"):
            await detach(ctx)
        assert "detach_volume" not in changes(world)

    async def test_a_guest_that_does_not_let_go_fails_the_step(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        world.set(vm_state="stopped")
        world.hook("detach_volume", fail="the guest did not answer", delay=200)
        with pytest.raises(RunError, match=rf"{SCRATCH} \(/dev/vdc\) was not released"):
            await detach(ctx)


class TestLock:
    async def test_the_reason_names_run_host_and_the_command_that_puts_it_right(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        await lock(ctx)
        assert world.db.locked_reason == f"imaging run run1 on login1; to restore it: imaging undo {DB}"

    async def test_refused_by_policy_the_run_goes_on_and_says_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        world.fault("lock", **refusal(403, "Policy doesn't allow os_compute_api:os-lock-server:lock to be performed."))
        result = await lock(ctx)
        assert result.skipped
        assert "policy does not allow it" in result.note


class TestPutBack:
    async def test_a_volume_that_is_gone_leaves_the_source_stopped_with_its_claim(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        del world.records.volumes[PGDATA]
        with pytest.raises(NeedsUserError, match=f"/dev/vdb {PGDATA}: it does not exist any more"):
            await restore(ctx.at(StepName.RESTORE))
        assert world.attached == [SCRATCH]
        assert world.db.vm_state == "stopped"
        assert claim_keys(world.db.metadata, "run1") != ()
        assert ctx.run.instance_restored is False

    async def test_a_volume_in_use_elsewhere_is_named_with_its_user_and_comes_back_once_free(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        world.set_volume(PGDATA, "in-use", OTHERS)
        with pytest.raises(NeedsUserError, match=rf"in use by another instance \({OTHERS}\)"):
            await restore(ctx.at(StepName.RESTORE))
        world.set_volume(PGDATA, "available")
        await restore(ctx)
        assert world.db.vm_state == "active"
        assert set(world.attached) == {PGDATA, SCRATCH}
        assert ctx.run.instance_restored is True

    async def test_a_refused_volume_does_not_keep_the_others_away(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        world.fault("attach_volume", **refusal(403, "policy says no"))
        with pytest.raises(NeedsUserError, match=f"{PGDATA}: .*policy says no"):
            await restore(ctx.at(StepName.RESTORE))
        assert world.attached == [SCRATCH]

    async def test_an_attachment_that_is_dropped_in_silence_is_named_too(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        world.hook("attach_volume", fail="no path to the device", match="scratch")
        with pytest.raises(NeedsUserError, match=f"{SCRATCH}: the cloud did not attach it"):
            await restore(ctx.at(StepName.RESTORE))

    async def test_it_waits_for_a_stop_that_is_under_way_and_then_starts(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        world.set(task_state="powering-off")
        world.later(5, lambda: world.set(vm_state="stopped", task_state=None))
        await restore(ctx.at(StepName.RESTORE))
        assert world.db.vm_state == "active"

    async def test_it_waits_for_a_detach_that_is_under_way_and_attaches_again(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        await stop(ctx.at(StepName.STOP))
        await ctx.cloud.compute.detach_volume(DB, SCRATCH)
        await restore(ctx.at(StepName.RESTORE))
        assert world.attached == [PGDATA, SCRATCH]

    async def test_it_is_never_interrupted_by_a_request_to_cancel(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        ctx.cancelled = True
        await restore(ctx.at(StepName.RESTORE))
        assert world.db.vm_state == "active"

    async def test_once_another_machine_has_put_it_back_nothing_is_touched(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        world.set(metadata={"owner": "astro"}, locked_by="owner")
        asked = len(world.calls)
        with pytest.raises(ClaimLostError):
            await restore(ctx.at(StepName.RESTORE))
        assert world.calls[asked:] == []

    async def test_from_the_metadata_alone_another_run_record_can_do_it(
        self, ctx: MemoryContext, new_context: NewContext, world: HeldWorld
    ) -> None:
        before = world.picture()
        await take(ctx)
        (found,) = decode_claims(world.db.metadata, DB)
        undoing = new_context(run_id="undo9")
        undoing.change(claim=found)
        await restore(undoing.at(StepName.RESTORE))
        assert world.picture() == before

    async def test_a_letter_that_differs_is_said(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        await restore(ctx.at(StepName.RESTORE))
        world.set_device(1, "/dev/vdd")
        result = await restore(ctx)
        assert "/dev/vdc is now /dev/vdd" in result.note


def test_every_step_has_a_function() -> None:
    assert set(STEPS) == set(StepName)

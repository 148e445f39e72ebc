"""Restoring a source that a run has taken, from every state in which it can be found."""

from __future__ import annotations

import pytest

from imaging.runs.source.claim_keys import claim_keys, encode_claim
from imaging.runs.steps.restore import restore
from models.errors import NeedsUserError, RunError
from tests.runs.image.things import intended
from tests.runs.source.taken import BOTH, LOCK_AGAIN, RELEASE, START, UNLOCK, VOLUMES, forget, take, unwatched
from tests.runs.steps.held_world import DB, OTHERS, PGDATA, SCRATCH, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError


class TestAsItWas:
    async def test_its_volumes_come_back_and_it_runs(self, ctx: MemoryContext, world: HeldWorld) -> None:
        before = dict(world.db.metadata)
        rows = [(row.volume_id, row.device, row.delete_on_termination, row.tag) for row in world.db.attachments]
        take(ctx, world)
        result = await restore(ctx)
        assert result.note == "2 volumes attached, running"
        assert (world.db.vm_state, world.db.locked_by, world.db.metadata) == ("active", None, before)
        assert rows == [(row.volume_id, row.device, row.delete_on_termination, row.tag) for row in world.db.attachments]
        assert intended(ctx) == [(UNLOCK, DB), *BOTH, (START, DB), (RELEASE, DB)]
        assert (ctx.run.instance_restored, ctx.claim.released) == (True, True)

    async def test_a_cancellation_ends_nothing_of_it(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, was_locked=True, lock_reason="mine")
        ctx.cancelled = True
        world.set(task_state="powering-off")
        world.later(5, lambda: world.set(task_state=None))
        await restore(ctx)
        assert (world.db.vm_state, world.db.locked_reason, len(world.attached)) == ("active", "mine", 2)

    async def test_one_that_was_stopped_stays_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, was_running=False, volumes=VOLUMES[:1])
        assert (await restore(ctx)).note == "1 volume attached, stopped"
        assert world.db.vm_state == "stopped"
        assert START not in [action for action, _ in intended(ctx)]

    async def test_the_earlier_lock_comes_last_with_its_reason(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, was_locked=True, lock_reason="do not touch", volumes=())
        assert (await restore(ctx)).note == "running, locked as before"
        assert (world.db.locked_by, world.db.locked_reason) == ("owner", "do not touch")
        assert intended(ctx) == [(UNLOCK, DB), (START, DB), (RELEASE, DB), (LOCK_AGAIN, DB)]
        assert claim_keys(world.db.metadata, "run1") == ()

    async def test_done_again_it_asks_only_for_what_is_missing(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        await restore(ctx)
        asked = len(world.calls)
        result = await restore(ctx)
        assert result.note == "2 volumes attached, running"
        assert world.calls[asked:] == []

    async def test_what_is_done_already_is_not_asked_for(self, ctx: MemoryContext, world: HeldWorld) -> None:
        rows = list(world.db.attachments)
        take(ctx, world, lock=None)
        world.db.attachments.extend(rows)
        for volume_id in (PGDATA, SCRATCH):
            world.set_volume(volume_id, "in-use", DB)
        world.set(vm_state="active")
        await restore(ctx)
        assert intended(ctx) == [(RELEASE, DB)]

    async def test_what_the_damaged_claim_did_not_say_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, damage=("whether it was locked", "when"))
        assert (await restore(ctx)).note == (
            "2 volumes attached, running, not known from the damaged claim: whether it was locked, when"
        )

    async def test_a_letter_that_moved_is_told_and_no_other(self, ctx: MemoryContext, world: HeldWorld) -> None:
        moved = (VOLUMES[0].model_copy(update={"device": "/dev/vdx"}), VOLUMES[1].model_copy(update={"device": None}))
        take(ctx, world, volumes=moved)
        result = await restore(ctx)
        now = world.db.attachments[0].device
        told = [part for part in result.note.split(", ") if " is now " in part]
        assert told == ([f"/dev/vdx is now {now}"] if now != "/dev/vdx" else [])

    async def test_without_a_claim_in_the_journal_nothing_is_touched(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        with pytest.raises(RunError, match="no claim in the journal"):
            await restore(ctx)
        assert world.calls == []


class TestReleased:
    """The keys of the claim are being deleted: a missing claim is no lost one any more."""

    async def test_only_the_keys_and_the_lock_are_left_to_do(self, ctx: MemoryContext, world: HeldWorld) -> None:
        claim = take(ctx, world, lock=None, was_locked=True, lock_reason="mine")
        ctx.change(claim=claim.model_copy(update={"released": True}))
        del world.db.metadata["imaging.claim.run1"]
        await restore(ctx)
        assert intended(ctx) == [(RELEASE, DB), (LOCK_AGAIN, DB)]
        assert claim_keys(world.db.metadata, "run1") == ()
        assert world.attached == []
        assert ctx.run.instance_restored is True

    async def test_a_lock_that_stands_is_not_asked_for_again(self, ctx: MemoryContext, world: HeldWorld) -> None:
        claim = take(ctx, world, lock="mine", was_locked=True, lock_reason="mine")
        forget(world)
        ctx.change(claim=claim.model_copy(update={"released": True}))
        await restore(ctx)
        assert intended(ctx) == [(RELEASE, DB)]

    async def test_somebody_who_locked_or_unlocked_meanwhile_is_right(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        claim = take(ctx, world, lock=None, was_locked=True)
        ctx.change(claim=claim.model_copy(update={"released": True}))
        await world.cloud.compute.lock(DB, None)
        await world.cloud.compute.unlock(DB)
        unwatched(ctx, world)
        await restore(ctx)
        assert world.db.locked_by is None
        assert ctx.phases == ["not locked again: somebody has locked or unlocked it since this journal was written"]
        assert ctx.run.instance_restored is True


class TestStarting:
    async def test_one_that_is_being_started_is_awaited(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None, volumes=())
        world.later(3, lambda: world.set(task_state="powering-on"))
        world.fault("start", **refusal(409, "busy"))
        world.later(9, lambda: world.set(vm_state="active", task_state=None))
        world.clock.turn(4)
        # The wait for an idle instance sees the task; once it is idle it is up.
        await restore(ctx)
        assert world.asked("start") == []

    async def test_one_that_goes_into_error_is_told_with_its_fault(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, volumes=())
        world.hook("start", fail="no such host")
        world.fault("start", status=202)
        world.later(2, lambda: world.set(vm_state="error", fault=(500, "No valid host", world.records.now())))
        with pytest.raises(NeedsUserError) as told:
            await restore(ctx)
        assert told.value.what == "The instance went into ERROR when it was started. No valid host"
        assert claim_keys(world.db.metadata, "run1") != ()
        assert ctx.claim.released is False

    async def test_one_in_error_without_a_fault_is_told_in_one_sentence(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, volumes=())
        world.fault("start", status=202)
        world.later(2, lambda: world.set(vm_state="error"))
        with pytest.raises(NeedsUserError) as told:
            await restore(ctx)
        assert told.value.what == "The instance went into ERROR when it was started."

    async def test_one_that_never_comes_up_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, volumes=())
        world.fault("start", status=202, times=-1)
        world.clock.shortest = 60
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match=r"^the instance to start$"):
            await restore(ctx)
        assert 600 < world.clock.monotonic() - began < 900
        assert ctx.phases[-1] == "instance SHUTOFF"

    async def test_something_that_is_under_way_is_awaited_first(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        world.set(task_state="image_uploading")
        world.clock.shortest = 60
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match=r"^the instance to be idle$"):
            await restore(ctx)
        assert 600 < world.clock.monotonic() - began < 700
        assert world.calls == []

    async def test_between_the_start_and_the_release_the_claim_is_read(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None, volumes=(), was_running=False)
        asked_before = ctx.asked_whether_ours
        await restore(ctx)
        assert ctx.asked_whether_ours == asked_before + 1


class TestIncomplete:
    async def test_without_one_of_its_volumes_it_is_not_started(self, ctx: MemoryContext, world: HeldWorld) -> None:
        claim = take(ctx, world)
        del world.records.volumes[PGDATA]
        with pytest.raises(NeedsUserError) as told:
            await restore(ctx)
        assert told.value.what == (
            f"Not all volumes could be attached again: /dev/vdb {PGDATA}: it does not exist any more."
        )
        unset = " ".join(f"--property {key}" for key in claim_keys(encode_claim(claim), "run1"))
        assert told.value.remedy.endswith(f"openstack server unset {unset} {DB}")
        assert f"imaging undo {DB}." in told.value.remedy
        assert (world.db.vm_state, world.attached) == ("stopped", [SCRATCH])
        assert (ctx.run.instance_restored, ctx.claim.released) == (False, False)

    async def test_all_that_are_missing_are_named(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, volumes=(*VOLUMES[:1], VOLUMES[1].model_copy(update={"device": None})), missing=2)
        world.set_volume(PGDATA, "error_extending")
        world.set_volume(SCRATCH, "in-use", OTHERS, "x")
        with pytest.raises(NeedsUserError) as told:
            await restore(ctx)
        assert told.value.what == (
            f"Not all volumes could be attached again: /dev/vdb {PGDATA}: it is error_extending; "
            f"volume {SCRATCH}: it is in use by another instance ({OTHERS}, x); "
            "2 more that the claim in the metadata does not name any more."
        )

    async def test_a_volume_that_the_claim_lost_keeps_it_stopped(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, missing=1)
        with pytest.raises(NeedsUserError, match="1 more that the claim in the metadata does not name any more"):
            await restore(ctx)
        assert world.db.vm_state == "stopped"

    async def test_one_that_is_up_again_lacks_nothing(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, missing=1, lock=None)
        world.set(vm_state="active")
        await restore(ctx)
        assert ctx.run.instance_restored is True

    async def test_one_that_was_stopped_before_can_stay_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, missing=1, was_running=False)
        await restore(ctx)
        assert ctx.run.instance_restored is True

    async def test_unless_the_damaged_claim_may_only_say_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, missing=1, was_running=False, damage=("whether it was running",))
        with pytest.raises(NeedsUserError, match="1 more"):
            await restore(ctx)

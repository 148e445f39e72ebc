"""Claiming a source and taking its volumes off: what is written, who yields, and when nothing is touched."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.core.step_context import CancelRequested
from imaging.runs.source.claim_keys import claim_keys, decode_claims, encode_claim
from imaging.runs.source.claim_lifecycle import delete_claim_keys, observed_claim
from imaging.runs.steps.claim import claim
from imaging.runs.steps.detach import detach
from models.errors import ClaimLostError, ForbiddenError, RunError
from models.run.claim import Claim, ClaimedVolume
from models.run.intent import IntentAction
from models.steps import StepName
from tests.runs.image.things import intended
from tests.runs.source.taken import VOLUMES
from tests.runs.steps.held_world import DB, LOST, OTHERS, PGDATA, SCRATCH, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError
from tests.runs.test_instance.conftest import NewContext

WRITE, YIELD, DETACH = IntentAction.WRITE_CLAIM, IntentAction.YIELD_CLAIM, IntentAction.DETACH_VOLUME


def written(world: HeldWorld, run_id: str = "run1") -> tuple[str, ...]:
    return claim_keys(world.db.metadata, run_id)


class TestWhatIsClaimed:
    async def test_it_is_all_that_restoring_needs(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.lock("mine")
        observed = await observed_claim(ctx, await world.cloud.compute.instance(DB))
        assert observed == Claim(
            run_id="run1",
            instance_id=DB,
            host="login1",
            claimed_at=world.clock.now(),
            was_running=True,
            was_locked=True,
            lock_reason="mine",
            volumes=VOLUMES,
        )

    async def test_an_earlier_lock_is_taken_from_the_journal(self, ctx: MemoryContext, world: HeldWorld) -> None:
        earlier = await observed_claim(ctx, world.source)
        ctx.change(claim=earlier.model_copy(update={"was_locked": True, "lock_reason": "before"}))
        observed = await observed_claim(ctx, world.source)
        assert (observed.was_locked, observed.lock_reason) == (True, "before")
        world.lock("later")
        ctx.change(claim=earlier)
        observed = await observed_claim(ctx, await world.cloud.compute.instance(DB))
        assert (observed.was_locked, observed.lock_reason) == (False, None)

    async def test_a_stopped_one_did_not_run(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.set(vm_state="stopped")
        assert not (await observed_claim(ctx, await world.cloud.compute.instance(DB))).was_running

    async def test_the_root_volume_is_none_of_those_that_are_taken_off(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        root = world.boot_from_volume()
        source = await world.cloud.compute.instance(DB)
        assert [each.id for each in (await observed_claim(ctx, source)).volumes] == [PGDATA, SCRATCH]
        ctx.change(plan=ctx.run.plan.model_copy(update={"root_volume_id": PGDATA}))
        assert [each.id for each in (await observed_claim(ctx, source)).volumes] == [root, SCRATCH]

    async def test_where_the_root_volume_cannot_be_told_nothing_is_claimed(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.db.image_id = None
        world.db.attachments.clear()
        source = await world.cloud.compute.instance(DB)
        assert source.volume_backed
        with pytest.raises(RunError, match="does not show which one"):
            await observed_claim(ctx, source)

    async def test_where_it_is_unknown_whether_it_boots_from_a_volume_nothing_is_claimed(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        source = world.source.model_copy(update={"image_id": None, "volume_backed": False})
        with pytest.raises(RunError, match="does not say whether the instance boots from a volume"):
            await observed_claim(ctx, source)


class TestClaiming:
    async def test_it_is_written_down_first_and_then_stands_in_the_metadata(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        result = await claim(ctx.at(StepName.CLAIM))
        assert result.note == "claimed: running, 2 volumes"
        assert decode_claims(world.db.metadata, DB)[0].volumes == ctx.claim.volumes == VOLUMES
        assert intended(ctx) == [(WRITE, DB)]
        assert world.clock.slept.count(3.0) == 1

    async def test_one_volume_is_one_and_a_stopped_one_is_stopped(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.set(vm_state="stopped")
        world.db.attachments.pop()
        assert (await claim(ctx)).note == "claimed: stopped, 1 volume"

    async def test_done_again_it_writes_nothing_and_observes_nothing_new(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        first, asked = ctx.claim, len(world.calls)
        world.set(vm_state="stopped")
        assert (await claim(ctx)).note == "claimed: running, 2 volumes"
        assert (ctx.claim, world.calls[asked:]) == (first, [])

    async def test_as_long_as_no_key_is_written_it_is_observed_again(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        ctx.change(claim=await observed_claim(ctx, world.source))
        world.db.attachments.pop()
        await claim(ctx)
        assert [volume.id for volume in ctx.claim.volumes] == [PGDATA]

    @pytest.mark.parametrize("fault", [LOST, UNHEARD])
    async def test_a_lost_answer_is_looked_after(
        self, ctx: MemoryContext, world: HeldWorld, fault: dict[str, Any]
    ) -> None:
        world.fault("set_metadata", **fault)
        await claim(ctx)
        assert len(written(world)) == 3

    async def test_another_runs_claim_is_refused_before_anything_is_written(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.db.metadata["imaging.claim.other"] = "{}"
        with pytest.raises(RunError, match="claimed by another run: other"):
            await claim(ctx)
        assert (world.calls, ctx.run.claim) == ([], None)

    @pytest.mark.parametrize("limit,fits", [(5, True), (4, False), (0, False), (-1, True)])
    async def test_its_keys_need_room(self, ctx: MemoryContext, world: HeldWorld, limit: int, *, fits: bool) -> None:
        assert len(world.db.metadata) == 2
        world.quotas(metadata_items=limit)
        if fits:
            await claim(ctx)
        else:
            with pytest.raises(RunError, match=f"needs 3 metadata keys; the instance has 2 of at most {limit}"):
                await claim(ctx)
            assert (world.calls, ctx.run.claim) == ([], None)

    async def test_where_the_quota_is_not_shown_nova_will_say(
        self, ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def hidden() -> None:
            raise ForbiddenError("policy hides it")

        monkeypatch.setattr(ctx.cloud, "quota", hidden)
        await claim(ctx)
        assert written(world)

    async def test_one_that_does_not_stay_is_written_three_times_and_no_more(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        def wipe() -> None:
            world.set(metadata={"owner": "astro"})
            world.later(1, wipe)

        world.later(1, wipe)
        with pytest.raises(RunError, match="something keeps rewriting it"):
            await claim(ctx)
        assert len(world.asked("set_metadata")) == 3

    async def test_one_that_cannot_be_seen_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.fault("set_metadata", status=200, body={"metadata": {}}, times=-1)
        world.clock.shortest = 20
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="the claim to stand in the metadata"):
            await claim(ctx)
        assert 60 < world.clock.monotonic() - began < 120


class TestGivingUp:
    async def test_the_head_goes_last_and_what_is_to_stay_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        before = dict(world.db.metadata)
        await delete_claim_keys(ctx, "run1", kept=("imaging.claim.run1", "imaging.claim.run1.0"))
        assert set(before) - set(world.db.metadata) == {"imaging.claim.run1.1"}
        await delete_claim_keys(ctx, "run1")
        deleted = [line["path"].rpartition("/")[2] for line in world.here.front.calls if line["method"] == "DELETE"]
        assert deleted == ["imaging.claim.run1.1", "imaging.claim.run1.0", "imaging.claim.run1"]

    async def test_a_key_that_is_gone_already_is_no_trouble(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx)
        world.fault("delete_metadata", status=404, body="gone", when="after")
        await delete_claim_keys(ctx, "run1")
        assert written(world) == ()

    async def test_a_key_that_somebodys_write_brings_back_is_told(
        self, ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await claim(ctx)
        delete = ctx.cloud.compute.delete_metadata

        async def undone(instance_id: str, key: str) -> None:
            await delete(instance_id, key)
            if key == "imaging.claim.run1":
                world.db.metadata["imaging.claim.run1.0"] = "{}"

        monkeypatch.setattr(ctx.cloud.compute, "delete_metadata", undone)
        with pytest.raises(RunError) as told:
            await delete_claim_keys(ctx, "run1")
        assert told.value.what == "The claim could not be deleted from the instance's metadata: imaging.claim.run1.0."

    async def test_one_that_never_goes_is_told_to_the_user_cancelled_or_not(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx)
        ctx.cancelled = True
        world.fault("delete_metadata", status=204, times=-1)
        world.clock.shortest = 20
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="the claim to be gone from the metadata"):
            await delete_claim_keys(ctx, "run1")
        assert 60 < world.clock.monotonic() - began < 120


class TestTwoAtOnce:
    async def test_the_greater_id_yields_and_says_to_whom(self, new_context: NewContext, world: HeldWorld) -> None:
        ctx = new_context(id="b")
        world.later(1, lambda: world.db.metadata.update({"imaging.claim.a": "{}", "imaging.claim.c": "{}"}))
        with pytest.raises(RunError) as told:
            await claim(ctx)
        assert told.value.what == "Another run claimed the instance at the same moment: a, c."
        assert (told.value.meaning, told.value.remedy) == ("This run has released its claim.", "Wait for that run.")
        assert written(world, "b") == ()
        assert intended(ctx) == [(WRITE, DB), (YIELD, DB)]

    async def test_one_that_took_a_lock_away_says_so(self, new_context: NewContext, world: HeldWorld) -> None:
        ctx = new_context(id="b")
        earlier = await observed_claim(ctx, world.source)
        ctx.change(claim=earlier.model_copy(update={"was_locked": True}))
        world.later(1, lambda: world.db.metadata.update({"imaging.claim.a": "{}"}))
        with pytest.raises(RunError) as told:
            await claim(ctx)
        assert told.value.meaning.endswith(" The instance was locked before.")
        assert told.value.remedy.endswith(" Then lock the instance again.")

    async def test_the_smaller_id_waits_half_a_minute_for_the_other_to_yield(
        self, new_context: NewContext, world: HeldWorld
    ) -> None:
        ctx = new_context(id="b")
        world.later(1, lambda: world.db.metadata.update({"imaging.claim.c": "{}"}))
        world.later(25, lambda: world.db.metadata.pop("imaging.claim.c"))
        await claim(ctx)
        assert written(world, "b")

    async def test_and_then_yields_itself(self, new_context: NewContext, world: HeldWorld) -> None:
        ctx = new_context(id="b")
        world.later(1, lambda: world.db.metadata.update({"imaging.claim.c": "{}"}))
        began = world.clock.monotonic()
        with pytest.raises(RunError, match="at the same moment: c"):
            await claim(ctx)
        assert 30 <= world.clock.monotonic() - began < 60
        assert written(world, "b") == ()


def taken(ctx: MemoryContext, world: HeldWorld, **fields: Any) -> Claim:
    """`db-07` is claimed and stopped; its volumes are still attached."""
    kept: dict[str, Any] = {"was_running": True, "was_locked": False, "volumes": VOLUMES, **fields}
    claimed = Claim(run_id="run1", instance_id=DB, host="login1", claimed_at=world.clock.now(), **kept)
    world.db.metadata.update(encode_claim(claimed))
    world.set(vm_state="stopped")
    ctx.at(StepName.DETACH).change(claim=claimed)
    return claimed


class TestDetaching:
    async def test_the_last_volume_goes_first_and_each_is_written_down(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        taken(ctx, world)
        result = await detach(ctx)
        assert (result.note, result.skipped, world.attached) == ("2 volumes detached", False, [])
        assert intended(ctx) == [(DETACH, SCRATCH), (DETACH, PGDATA)]
        assert ctx.asked_whether_ours == 2
        assert world.asked("detach_volume") == ["detach_volume scratch", "detach_volume pgdata"]

    async def test_without_volumes_nothing_needs_doing(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.db.attachments.clear()
        taken(ctx, world, volumes=())
        result = await detach(ctx)
        assert (result.note, result.skipped, world.calls) == ("no volumes attached", True, [])

    async def test_what_is_detached_already_is_not_asked_for(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world, volumes=VOLUMES[:1])
        world.db.attachments.clear()
        world.set_volume(PGDATA, "available")
        assert (await detach(ctx)).note == "1 volume detached"
        assert (world.calls, intended(ctx)) == ([], [])

    async def test_a_volume_that_the_claim_does_not_know_is_not_touched_and_neither_are_the_others(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        taken(ctx, world)
        new, newer = world.new_volume("new", to=DB), world.new_volume("newer", to=DB)
        with pytest.raises(RunError, match=f"after the claim: {new}, {newer}"):
            await detach(ctx)
        assert world.calls == []

    async def test_the_root_volume_is_no_newcomer(self, ctx: MemoryContext, world: HeldWorld) -> None:
        root = world.boot_from_volume()
        taken(ctx, world)
        await detach(ctx)
        assert world.attached == [root]

    async def test_the_root_volume_of_the_plan_is_none_either(self, ctx: MemoryContext, world: HeldWorld) -> None:
        root = world.new_volume("root", to=DB)
        ctx.change(plan=ctx.run.plan.model_copy(update={"root_volume_id": root}))
        taken(ctx, world)
        await detach(ctx)
        assert world.attached == [root]

    @pytest.mark.parametrize("state", [{"vm_state": "active"}, {"task_state": "powering-on"}])
    async def test_of_one_that_somebody_started_nothing_is_pulled(
        self, ctx: MemoryContext, world: HeldWorld, state: dict[str, Any]
    ) -> None:
        taken(ctx, world)
        world.set(**state)
        with pytest.raises(RunError, match=f"Somebody has started the instance before volume {SCRATCH} was detached"):
            await detach(ctx)
        assert world.calls == []

    async def test_once_the_claim_is_lost_nothing_is_pulled(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world)
        world.set(metadata={})
        with pytest.raises(ClaimLostError):
            await detach(ctx)
        assert world.calls == []

    async def test_without_a_claim_nothing_is_pulled(self, ctx: MemoryContext, world: HeldWorld) -> None:
        with pytest.raises(RunError, match="no claim in the journal"):
            await detach(ctx)
        assert world.calls == []

    async def test_a_request_that_is_under_way_is_not_repeated(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world, volumes=VOLUMES[:1])
        world.db.attachments.pop()
        world.set_volume(PGDATA, "detaching", DB)
        world.later(30, world.db.attachments.clear)
        world.later(30, lambda: world.set_volume(PGDATA, "available"))
        await detach(ctx)
        assert (world.calls, intended(ctx)) == ([], [])
        assert ctx.phases[-1] == "/dev/vdb: not attached, volume available"

    async def test_it_is_done_only_when_cinder_agrees(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world, volumes=VOLUMES[:1])
        world.db.attachments.clear()
        world.set_volume(PGDATA, "in-use", DB)
        world.later(20, lambda: world.set_volume(PGDATA, "detaching"))
        world.later(40, lambda: world.set_volume(PGDATA, "available"))
        world.fault("detach_volume", status=404, body="not attached")
        began = world.clock.monotonic()
        await detach(ctx)
        assert world.clock.monotonic() - began >= 40

    async def test_a_free_volume_that_another_took_at_once_is_detached(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        taken(ctx, world, volumes=VOLUMES[:1])
        world.db.attachments.clear()
        world.set_volume(PGDATA, "in-use", OTHERS)
        await detach(ctx)
        assert world.calls == []

    async def test_where_cinder_cannot_be_asked_nova_alone_decides(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world)
        world.answer("GET", "/volumes/", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        await detach(ctx)
        assert world.attached == []
        assert "/dev/vdb: not attached, volume not shown" in ctx.phases

    async def test_a_guest_that_does_not_let_go_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world)
        world.hook("detach_volume", fail="the guest did not answer", delay=200)
        with pytest.raises(RunError) as told:
            await detach(ctx)
        assert told.value.what == f"Volume {SCRATCH} (/dev/vdc) was not released: it is in-use."

    async def test_a_volume_in_error_is_told_by_its_id_where_it_has_no_letter(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        taken(ctx, world, volumes=(ClaimedVolume(id=PGDATA, order=0),))
        world.db.attachments.pop()
        world.set_volume(PGDATA, "error_managing", DB)
        with pytest.raises(RunError) as told:
            await detach(ctx)
        assert told.value.what == f"Volume {PGDATA} ({PGDATA}) was not released: it is error_managing."

    async def test_one_that_never_goes_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world)
        world.fault("detach_volume", status=202, times=-1)
        world.clock.shortest = 30
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match=f"volume {SCRATCH} to be detached"):
            await detach(ctx)
        assert 300 < world.clock.monotonic() - began < 400

    async def test_a_cancellation_ends_the_wait(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world)
        world.fault("detach_volume", status=202)
        world.later(1, lambda: setattr(ctx, "cancelled", True))
        with pytest.raises(CancelRequested):
            await detach(ctx)

    async def test_a_refusal_is_a_failure(self, ctx: MemoryContext, world: HeldWorld) -> None:
        taken(ctx, world)
        world.fault("detach_volume", **refusal(403, "policy says no"))
        with pytest.raises(Exception, match="policy says no"):
            await detach(ctx)

"""What the steps read of the source: whether it is there, at rest, still theirs, and what others did to it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from imaging.runs.source.claim_keys import encode_claim
from imaging.runs.source.instance import (
    SourceGoneError,
    has_device_gap,
    in_device_order,
    is_at_rest,
    read_source,
    read_volume,
    require_stopped,
    root_volume_id,
    source_id,
    used_by,
    wait_idle,
)
from imaging.runs.source.lock import lock_with
from imaging.runs.source.unwatched_changes import LOCKS, POWER_AND_VOLUMES, asked_meanwhile
from imaging.runs.source.verify_claim import verify_claim
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.volume import Volume
from models.errors import ClaimLostError, NotFoundError, RunError, ServerFaultError
from models.run.claim import Claim
from models.run.lock_reason import is_reason_of, is_reason_of_a_run, lock_reason
from tests.runs.source.taken import VOLUMES
from tests.runs.steps.held_world import DB, OTHERS, PGDATA, SCRATCH, UNHEARD, HeldWorld
from tests.runs.steps.memory_context import MemoryContext, TooLongError


def claim(world: HeldWorld, **fields: Any) -> Claim:
    kept: dict[str, Any] = {"run_id": "run1", "volumes": VOLUMES, **fields}
    return Claim(
        instance_id=DB, host="login1", claimed_at=world.clock.now(), was_running=True, was_locked=False, **kept
    )


class TestReading:
    async def test_it_is_the_instance_of_the_claim_or_else_of_the_plan(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        assert source_id(ctx) == DB
        ctx.change(claim=claim(world).model_copy(update={"instance_id": OTHERS}))
        assert source_id(ctx) == OTHERS
        ctx.change(claim=None, plan=ctx.run.plan.model_copy(update={"source": None}))
        with pytest.raises(RunError, match="no source instance"):
            source_id(ctx)

    async def test_one_that_is_gone_is_said_with_what_is_left_of_it(self, ctx: MemoryContext, world: HeldWorld) -> None:
        del world.records.servers[DB]
        with pytest.raises(SourceGoneError) as gone:
            await read_source(ctx)
        assert gone.value.what == f"The instance {DB} has been deleted by someone else."
        assert (gone.value.meaning, bool(gone.value.request_id)) == ("", True)
        ctx.change(claim=claim(world))
        with pytest.raises(SourceGoneError) as gone:
            await read_source(ctx)
        assert gone.value.meaning == f"The volumes that were attached to it are untouched: {PGDATA}, {SCRATCH}."

    @pytest.mark.parametrize("status", ["DELETED", "SOFT_DELETED"])
    async def test_one_that_is_still_shown_for_a_moment_is_gone(
        self, ctx: MemoryContext, world: HeldWorld, status: str
    ) -> None:
        world.answer("GET", rf"/servers/{DB}$", {"server": {"id": DB, "status": status}})
        with pytest.raises(SourceGoneError) as gone:
            await read_source(ctx)
        assert gone.value.request_id is None

    async def test_of_one_that_nova_hardly_knows_nothing_is_concluded(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.cell_down(seconds=60)
        with pytest.raises(ServerFaultError, match=f"{DB} is"):
            await read_source(ctx)

    async def test_where_cinder_cannot_be_asked_a_volume_is_not_known(self, world: HeldWorld) -> None:
        volume = await read_volume(world.cloud, PGDATA)
        assert volume is not None
        assert (used_by(volume, DB), used_by(volume, OTHERS)) == (True, False)
        with pytest.raises(NotFoundError):
            await read_volume(world.cloud, OTHERS)
        world.answer("GET", "/volumes/", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        assert await read_volume(world.cloud, PGDATA) is None


class TestAtRest:
    @pytest.mark.parametrize(
        "status,task,rests", [("SHUTOFF", None, True), ("SHUTOFF", "powering-on", False), ("ACTIVE", None, False)]
    )
    def test_it_is_off_and_nothing_is_being_done_to_it(self, status: str, task: str | None, *, rests: bool) -> None:
        assert is_at_rest(Instance(id="i", name="i", status=status, task_state=task)) is rests

    async def test_what_somebody_started_is_refused_with_how_it_is(self, ctx: MemoryContext, world: HeldWorld) -> None:
        with pytest.raises(RunError) as told:
            await require_stopped(ctx, "the image was made")
        assert told.value.what == "Somebody has started the instance before the image was made: it is ACTIVE."
        world.set(vm_state="stopped", task_state="powering-on")
        with pytest.raises(RunError, match=re.escape("it is SHUTOFF, powering-on.")):
            await require_stopped(ctx, "the image was made")

    async def test_a_task_of_our_own_is_no_start(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.set(vm_state="stopped", task_state="image_uploading")
        await require_stopped(ctx, "the image was made")

    async def test_a_task_is_awaited_and_told_cancelled_or_not(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.cancelled = True
        world.set(task_state="rebuilding")
        world.later(30, lambda: world.set(task_state=None))
        await wait_idle(ctx, limit_seconds=60)
        assert ctx.phases[0] == "instance ACTIVE, rebuilding"
        await wait_idle(ctx, limit_seconds=60)

    async def test_one_that_is_never_idle_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.set(task_state="rebuilding")
        with pytest.raises(TooLongError, match="the instance to be idle"):
            await wait_idle(ctx, limit_seconds=5)

    async def test_one_that_is_gone_is_idle_only_where_that_is_all_the_same(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        del world.records.servers[DB]
        await wait_idle(ctx, limit_seconds=5, gone_is_idle=True)
        with pytest.raises(SourceGoneError):
            await wait_idle(ctx, limit_seconds=5)


def rows(*devices: str | None) -> list[VolumeAttachment]:
    return [VolumeAttachment(volume_id=f"v{number}", device=device) for number, device in enumerate(devices)]


class TestOrder:
    def test_devices_come_as_the_guest_counts_them(self) -> None:
        ordered = in_device_order(rows("/dev/vdaa", "/dev/vdz", "/dev/vdb"))
        assert [row.device for row in ordered] == ["/dev/vdb", "/dev/vdz", "/dev/vdaa"]

    @pytest.mark.parametrize("unknown", [None, ""])
    def test_where_one_is_not_known_novas_order_is_kept(self, unknown: str | None) -> None:
        listed = rows("/dev/vdc", unknown, "/dev/vdb")
        assert in_device_order(listed) == tuple(listed)

    @pytest.mark.parametrize(
        "devices,root,gap",
        [
            ((), None, False),
            ((None,), None, False),
            (("/dev/vdb", "/dev/vdc"), None, False),
            (("/dev/vdc", "/dev/vdb"), "/dev/vda", False),
            (("/dev/vdb", "/dev/vdd"), None, True),
            (("/dev/vdc",), None, True),
            (("/dev/sdc",), "/dev/sdb", False),
            (("/dev/vdb", None), None, False),
        ],
    )
    def test_a_letter_that_is_missing_is_seen(
        self, devices: tuple[str | None, ...], root: str | None, *, gap: bool
    ) -> None:
        assert has_device_gap(rows(*devices), root) is gap

    def test_the_root_volume_is_the_bootable_one_where_nova_does_not_say(self) -> None:
        booted = Instance(id="i", name="i", status="ACTIVE", volume_backed=True)
        listed = rows("/dev/vdb", "/dev/vda")
        volumes = [Volume(id="v0", name="root", status="in-use", bootable=True)]
        assert root_volume_id(booted, listed) == "v1"
        assert root_volume_id(booted, listed, volumes) == "v0"


class TestLock:
    def test_its_reason_names_run_host_and_the_command_in_255_characters(self, ctx: MemoryContext) -> None:
        reason = lock_reason(ctx.run.id, ctx.run.host, ctx.run.instance_id or "")
        assert reason.startswith("imaging run run1 on login1; ")
        assert reason.endswith(f"imaging undo {DB}")
        assert is_reason_of_a_run(reason)
        assert is_reason_of(reason, "run1")
        ctx.change(host="h" * 300)
        assert len(lock_reason(ctx.run.id, ctx.run.host, ctx.run.instance_id or "")) == 255

    @pytest.mark.parametrize(
        "reason",
        [
            "imaging run run1 on; imaging undo x",
            "imaging run run1 on ; imaging undo x",
            "imaging run  on h; imaging undo x",
            "imaging walk run1 on h; imaging undo x",
            "say run run1 on h; imaging undo x",
            "imaging run run1 at h; imaging undo x",
            "imaging run run1 on h; something else",
            "imaging undo x; imaging run run1 on h",
        ],
    )
    def test_what_lacks_one_of_its_parts_is_none(self, reason: str) -> None:
        assert not is_reason_of_a_run(reason)

    def test_more_may_stand_behind_the_host_and_in_the_sentence(self) -> None:
        assert is_reason_of_a_run("imaging run run1 on login 1 of astro; a; imaging undo x")
        assert is_reason_of_a_run("imaging run run1 on login1; imaging undo x; ask astro")

    def test_no_reason_is_the_reason_of_nobody(self) -> None:
        assert not is_reason_of(None, "run1")
        assert not is_reason_of("", "run1")

    async def test_it_is_asked_for_with_its_reason_and_awaited(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.cancelled = True
        world.fault("lock", **UNHEARD)
        await lock_with(ctx, DB, "mine")
        assert (world.db.locked_by, world.db.locked_reason) == ("owner", "mine")

    async def test_one_that_does_not_come_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.fault("lock", status=202, times=-1)
        world.clock.shortest = 20
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="the instance to be locked"):
            await lock_with(ctx, DB, None)
        assert 60 < world.clock.monotonic() - began < 120

    async def test_a_cloud_that_shows_no_lock_is_believed(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.answer("GET", rf"/servers/{DB}$", {"server": {"id": DB, "status": "ACTIVE"}})
        await lock_with(ctx, DB, None)
        assert world.db.locked_by == "owner"


class TestStillOurs:
    async def guard(self, ctx: MemoryContext, world: HeldWorld, **fields: Any) -> None:
        await verify_claim(world.cloud, ctx.run.model_copy(update={"claim": claim(world, **fields)}))

    async def test_the_claim_of_the_journal_is_the_one_in_the_metadata(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.db.metadata.update(encode_claim(claim(world)))
        await self.guard(ctx, world)

    async def test_a_run_that_claimed_nothing_has_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        with pytest.raises(ClaimLostError, match="claimed no instance"):
            await verify_claim(world.cloud, ctx.run)

    async def test_one_that_is_gone_is_lost(self, ctx: MemoryContext, world: HeldWorld) -> None:
        with pytest.raises(ClaimLostError) as lost:
            await self.guard(ctx, world)
        assert lost.value.what == "The claim of run run1 is no longer in the metadata of db-07."
        assert lost.value.remedy.startswith("If nobody does, `imaging undo run1` restores it")

    async def test_an_instance_that_is_gone_is_said_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        del world.records.servers[DB]
        with pytest.raises(ClaimLostError, match=f"{DB} is gone") as lost:
            await self.guard(ctx, world)
        assert lost.value.request_id

    async def test_while_nova_hardly_knows_it_nothing_is_lost(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.cell_down(seconds=60)
        with pytest.raises(ServerFaultError):
            await self.guard(ctx, world)

    async def test_the_smallest_id_goes_first(self, ctx: MemoryContext, world: HeldWorld) -> None:
        for other in ("abc", "zzz"):
            world.db.metadata.update(encode_claim(claim(world, run_id=other)))
            world.db.metadata.update(encode_claim(claim(world)))
        with pytest.raises(ClaimLostError) as lost:
            await self.guard(ctx, world)
        assert lost.value.what == "Beside run run1 another has claimed db-07: run abc."
        unset = " ".join(f"--property imaging.claim.abc{end}" for end in (".0", ".1", ""))
        assert f"take its claim away: openstack server unset {unset} {DB}. Then" in lost.value.remedy
        del world.db.metadata["imaging.claim.abc"]
        await self.guard(ctx, world)

    async def test_anothers_claim_in_its_place_is_named(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.db.metadata.update(encode_claim(claim(world, run_id="zzz")))
        with pytest.raises(ClaimLostError) as lost:
            await self.guard(ctx, world)
        assert lost.value.what == "The claim of run run1 is no longer in the metadata of db-07: run zzz."

    async def test_one_that_somebody_damaged_is_told_with_what_it_lacks(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        items = encode_claim(claim(world))
        head = items["imaging.claim.run1"].replace('"login1"', "7").replace('"volumes":2', '"volumes":"x"')
        world.db.metadata.update({**items, "imaging.claim.run1": head})
        with pytest.raises(ClaimLostError) as lost:
            await self.guard(ctx, world)
        assert "which machine claimed it" in lost.value.what
        assert "how many volumes it had, which machine" in lost.value.what
        assert "`imaging undo run1`" in lost.value.remedy

    async def test_damage_that_the_journal_shares_is_known(self, ctx: MemoryContext, world: HeldWorld) -> None:
        items = encode_claim(claim(world))
        world.db.metadata.update({**items, "imaging.claim.run1": items["imaging.claim.run1"].replace('"login1"', "7")})
        await self.guard(ctx, world, damage=("which machine claimed it",))

    async def test_another_claim_of_the_same_run_is_not_the_one_of_the_journal(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.db.metadata.update(encode_claim(claim(world, volumes=VOLUMES[:1])))
        with pytest.raises(ClaimLostError, match="is not the one in this journal") as lost:
            await self.guard(ctx, world)
        assert f"imaging undo {DB}" in lost.value.remedy


class TestMeanwhile:
    async def asked(self, ctx: MemoryContext, world: HeldWorld, since: float, until: float) -> tuple[str, ...]:
        """What was asked for between so many seconds from now."""
        now = world.clock.now()
        ctx.unwatched = (now + timedelta(seconds=since), now + timedelta(seconds=until))
        return await asked_meanwhile(ctx, LOCKS)

    async def test_what_somebody_asked_is_told_with_its_time(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await world.cloud.compute.lock(DB, None)
        when = f"lock at {world.clock.now():%Y-%m-%d %H:%M:%S} UTC"
        assert await self.asked(ctx, world, -3600, 1) == (when,)

    async def test_what_the_last_runner_asked_for_has_two_minutes_to_arrive(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await world.cloud.compute.lock(DB, None)
        assert await self.asked(ctx, world, -120, 10) == ()
        assert await self.asked(ctx, world, -121, 10) != ()

    async def test_what_came_after_the_login_is_our_own(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await world.cloud.compute.lock(DB, None)
        assert await self.asked(ctx, world, -3600, 0) == ()

    async def test_only_what_is_asked_about_counts(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await world.cloud.compute.stop(DB)
        assert await self.asked(ctx, world, -3600, 10) == ()
        assert (await asked_meanwhile(ctx, POWER_AND_VOLUMES))[0].startswith("stop at ")

    @pytest.mark.parametrize("status", [403, 404])
    async def test_where_nova_does_not_show_it_nothing_is_known(
        self, ctx: MemoryContext, world: HeldWorld, status: int
    ) -> None:
        await world.cloud.compute.lock(DB, None)
        body = {"x": {"code": status, "message": "no"}}
        world.answer("GET", "/os-instance-actions", body, status=status)
        assert await self.asked(ctx, world, -3600, 10) == ()

    async def test_without_the_clouds_time_nothing_is_compared(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await world.cloud.compute.lock(DB, None)
        ctx.unwatched = None
        assert await asked_meanwhile(ctx, LOCKS) == ()

"""Attaching one volume again, in all that Nova and Cinder may say about it."""

from __future__ import annotations

import pytest

from imaging.democloud.records.volume import Volume
from imaging.runs.steps.restore import restore
from models.errors import ClaimLostError, NeedsUserError, RunError
from tests.runs.source.taken import VOLUMES, forget, take
from tests.runs.steps.held_world import DB, OTHERS, PGDATA, SCRATCH, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError

TAKEN = {"volumeAttachment": {"id": "a", "volumeId": PGDATA, "serverId": DB, "device": "/dev/vdb"}}
"""What Nova answers at once, before the host has done anything."""


class TestOneVolume:
    """Each is awaited in Nova and in Cinder before the next one is asked for."""

    async def test_it_is_attached_as_it_was(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        await restore(ctx)
        sent = [
            line["body"]["volumeAttachment"]
            for line in world.here.front.calls
            if line["method"] == "POST" and line["path"].endswith("/os-volume_attachments")
        ]
        assert sent == [
            {"volumeId": PGDATA, "device": "/dev/vdb", "delete_on_termination": False},
            {"volumeId": SCRATCH, "device": "/dev/vdc", "delete_on_termination": True, "tag": "tmp"},
        ]

    @pytest.mark.parametrize("status", ["detaching", "attaching", "reserved"])
    async def test_one_that_is_on_the_move_is_awaited(self, ctx: MemoryContext, world: HeldWorld, status: str) -> None:
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        world.set_volume(PGDATA, status)
        world.later(100, lambda: world.set_volume(PGDATA, "available"))
        began = world.clock.monotonic()
        await restore(ctx)
        assert world.clock.monotonic() - began >= 100
        assert world.attached == [PGDATA]
        assert len(world.asked("attach_volume")) == 1

    async def test_one_that_moves_for_ever_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        world.set_volume(PGDATA, "detaching")
        world.clock.shortest = 30
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match=f"volume {PGDATA} to be attached"):
            await restore(ctx)
        assert 300 < world.clock.monotonic() - began < 400

    async def test_what_nova_lists_before_cinder_agrees_is_not_there_yet(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        rows = list(world.db.attachments)
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        world.db.attachments.append(rows[0])
        world.later(20, lambda: world.set_volume(PGDATA, "in-use", DB))
        began = world.clock.monotonic()
        await restore(ctx)
        assert world.clock.monotonic() - began >= 20
        assert world.asked("attach_volume") == []
        assert "/dev/vdb: attached, volume available" in ctx.phases
        assert "/dev/vdb: attached, volume in-use" in ctx.phases

    async def test_a_shared_volume_may_be_used_elsewhere_as_well(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        volume: Volume = world.records.volumes[PGDATA]
        volume.multiattach = True
        world.set_volume(PGDATA, "in-use", OTHERS)
        await restore(ctx)
        assert world.attached == [PGDATA]

    async def test_where_cinder_cannot_be_asked_nova_alone_decides(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        world.answer("GET", "/volumes/", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        await restore(ctx)
        assert world.attached == [PGDATA]
        assert "/dev/vdb: not attached, volume not shown" in ctx.phases

    async def test_one_that_stays_free_after_the_request_was_refused_in_silence(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        world.fault("attach_volume", status=200, body=TAKEN)
        began = world.clock.monotonic()
        with pytest.raises(NeedsUserError, match="the cloud did not attach it, and does not say why"):
            await restore(ctx)
        assert 15 < world.clock.monotonic() - began < 60

    async def test_as_long_as_something_moves_it_was_not_refused(self, ctx: MemoryContext, world: HeldWorld) -> None:
        rows = list(world.db.attachments)
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        world.fault("attach_volume", status=200, body=TAKEN)
        world.later(1, lambda: world.set_volume(PGDATA, "attaching"))
        world.later(31, lambda: world.set_volume(PGDATA, "available"))
        world.later(41, lambda: world.db.attachments.append(rows[0]))
        world.later(71, lambda: world.set_volume(PGDATA, "in-use", DB))
        await restore(ctx)
        assert (world.attached, len(world.asked("attach_volume"))) == ([PGDATA], 1)

    async def test_a_request_that_was_not_heard_is_repeated_after_a_minute(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None, volumes=VOLUMES[:1])
        world.set_volume(PGDATA, "detaching")
        world.later(20, lambda: world.set_volume(PGDATA, "available"))
        world.fault("attach_volume", **UNHEARD)
        await restore(ctx)
        assert (world.attached, len(world.asked("attach_volume"))) == ([PGDATA], 2)

    async def test_before_each_request_the_claim_is_read(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        world.later(1, lambda: forget(world))
        with pytest.raises(ClaimLostError):
            await restore(ctx)
        assert len(world.asked("attach_volume")) <= 1

    async def test_when_the_instance_itself_is_gone_no_volume_is_to_blame(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None)
        world.later(1, lambda: world.records.servers.pop(DB))
        with pytest.raises(RunError, match="deleted by someone else"):
            await restore(ctx)

    @pytest.mark.parametrize("status", [400, 403, 409])
    async def test_one_that_nova_refuses_is_named_and_the_next_one_attached(
        self, ctx: MemoryContext, world: HeldWorld, status: int
    ) -> None:
        take(ctx, world, lock=None)
        world.fault("attach_volume", **refusal(status, "not this one"))
        with pytest.raises(NeedsUserError, match="not this one"):
            await restore(ctx)
        assert world.attached == [SCRATCH]
        assert any("not this one" in phase for phase in ctx.phases)

"""The locks of a source while it is restored: the run's own, the earlier one, and those of others."""

from __future__ import annotations

import pytest

from imaging.runs.steps.restore import restore
from models.errors import ClaimLostError, ImagingError, NeedsUserError
from models.run.lock_reason import reason_in_the_name_of
from tests.runs.image.things import intended
from tests.runs.source.taken import OURS, UNLOCK, forget, take
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext, TooLongError


class TestLocks:
    @pytest.mark.parametrize("reason", ["Grace works on it", "imaging run run2 on x; imaging undo", None])
    async def test_a_lock_of_somebody_else_stays(
        self, ctx: MemoryContext, world: HeldWorld, reason: str | None
    ) -> None:
        take(ctx, world)
        world.lock(reason)
        with pytest.raises(NeedsUserError) as told:
            await restore(ctx)
        assert told.value.what == f"Somebody else has locked the instance: {reason or 'no reason was given'}."
        assert f"openstack server unlock {DB}" in told.value.remedy
        assert (world.calls, world.db.locked_by) == ([], "owner")

    async def test_the_earlier_lock_that_was_never_taken_off_goes(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock="do not touch", was_locked=True, lock_reason="do not touch")
        await restore(ctx)
        assert intended(ctx)[0] == (UNLOCK, DB)
        assert world.db.locked_reason == "do not touch"

    async def test_a_lock_with_the_earlier_reason_is_not_the_runs_own_where_there_was_none(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock="do not touch", was_locked=False, lock_reason="do not touch")
        with pytest.raises(NeedsUserError, match="Somebody else"):
            await restore(ctx)

    @pytest.mark.parametrize(
        "earlier, now", [("do not touch", None), (reason_in_the_name_of("f00d", "run0"), "Grace works on it")]
    )
    async def test_a_lock_that_is_not_as_the_earlier_one_was_is_somebody_elses(
        self, ctx: MemoryContext, world: HeldWorld, earlier: str, now: str | None
    ) -> None:
        take(ctx, world, lock=None, was_locked=True, lock_reason=earlier)
        world.lock(now)
        with pytest.raises(NeedsUserError, match="Somebody else"):
            await restore(ctx)
        assert (world.calls, world.db.locked_reason) == ([], now)

    async def test_a_cloud_that_knows_no_reasons_is_not_asked_for_one(
        self, ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def old() -> tuple[int, int]:
            return (2, 72)

        monkeypatch.setattr(ctx.cloud.compute, "microversion", old)
        take(ctx, world, lock="whatever")
        await restore(ctx)
        assert world.db.vm_state == "active"

    async def test_the_first_cloud_that_knows_reasons_is_asked(
        self, ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def new() -> tuple[int, int]:
            return (2, 73)

        monkeypatch.setattr(ctx.cloud.compute, "microversion", new)
        take(ctx, world, lock="whatever")
        with pytest.raises(NeedsUserError, match="Somebody else"):
            await restore(ctx)

    async def test_an_administrators_lock_waits_for_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        world.lock(OURS, by="admin")
        with pytest.raises(NeedsUserError, match="locked by an administrator") as told:
            await restore(ctx)
        cause = told.value.__cause__
        assert isinstance(cause, ImagingError)
        assert told.value.request_id == cause.request_id
        assert told.value.request_id
        assert world.attached == []

    async def test_a_lock_that_does_not_go_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        world.fault("unlock", status=202, times=-1)
        world.clock.shortest = 20
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match=r"^the instance to be unlocked$"):
            await restore(ctx)
        assert 60 < world.clock.monotonic() - began < 120

    async def test_before_the_lock_goes_the_claim_is_read(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        forget(world)
        with pytest.raises(ClaimLostError):
            await restore(ctx)
        assert world.calls == []

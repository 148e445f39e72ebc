"""Restoring when the user asks for it: claims that are lost, damaged or another run's, and changes nobody watched."""

from __future__ import annotations

import pytest

from imaging.runs.steps.restore import restore
from models.errors import ClaimLostError, RunError
from tests.runs.image.things import intended
from tests.runs.source.taken import BOTH, RELEASE, REWRITE, START, UNLOCK, forget, take, unwatched
from tests.runs.steps.held_world import DB, PGDATA, SCRATCH, HeldWorld
from tests.runs.steps.memory_context import MemoryContext


class TestUndo:
    """The user asks for it, and the journal has what the metadata have lost."""

    async def test_a_claim_that_somebody_deleted_comes_back_first(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        forget(world)
        ctx.change(undo_requested=True)
        await restore(ctx)
        assert intended(ctx) == [(UNLOCK, DB), (REWRITE, DB), *BOTH, (START, DB), (RELEASE, DB)]
        assert (world.db.vm_state, ctx.run.instance_restored) == ("active", True)

    async def test_without_that_wish_a_lost_claim_ends_it(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        forget(world)
        with pytest.raises(ClaimLostError):
            await restore(ctx)
        assert world.attached == []

    async def test_a_claim_that_stands_is_not_written_again(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        ctx.change(undo_requested=True)
        await restore(ctx)
        assert (REWRITE, DB) not in intended(ctx)

    async def test_a_damaged_one_is_written_again_and_what_was_added_goes(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None)
        world.db.metadata["imaging.claim.run1.0"] = "{"
        world.db.metadata["imaging.claim.run1.7"] = "{}"
        ctx.change(undo_requested=True)
        unwatched(ctx, world)
        await restore(ctx)
        assert intended(ctx)[0] == (REWRITE, DB)
        assert world.attached == [PGDATA, SCRATCH]

    async def test_a_damaged_one_is_no_sign_that_it_was_restored_whatever_was_asked_of_it(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None)
        world.db.metadata["imaging.claim.run1.0"] = "{"
        await world.cloud.compute.start(DB)
        world.clock.turn(60)
        ctx.change(undo_requested=True)
        unwatched(ctx, world)
        await restore(ctx)
        assert intended(ctx)[0] == (REWRITE, DB)

    async def test_one_that_the_journal_knows_to_be_damaged_is_taken_as_it_is(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        take(ctx, world, lock=None, damage=("which machine claimed it",))
        head = world.db.metadata["imaging.claim.run1"]
        world.db.metadata["imaging.claim.run1"] = head.replace('"login1"', "7")
        ctx.change(undo_requested=True)
        await restore(ctx)
        assert (REWRITE, DB) not in intended(ctx)

    async def test_another_runs_claim_is_not_overruled(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world)
        forget(world)
        world.db.metadata["imaging.claim.other"] = "{}"
        ctx.change(undo_requested=True)
        with pytest.raises(RunError, match="claimed by another run: other"):
            await restore(ctx)
        assert world.calls == []

    async def test_what_somebody_changed_meanwhile_is_left_as_it_is(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        forget(world)
        await world.cloud.compute.start(DB)
        world.clock.turn(60)
        unwatched(ctx, world)
        ctx.change(undo_requested=True)
        asked = len(world.calls)
        with pytest.raises(ClaimLostError, match="has been changed since this journal was written: start at"):
            await restore(ctx)
        assert ctx.run.changed_meanwhile is not None
        assert ctx.run.changed_meanwhile.startswith("start at ")
        assert ctx.phases[-1] == f"changed since this journal was written: {ctx.run.changed_meanwhile}"
        assert world.calls[asked:] == []

    async def test_what_an_earlier_attempt_saw_still_counts(self, ctx: MemoryContext, world: HeldWorld) -> None:
        take(ctx, world, lock=None)
        forget(world)
        ctx.change(undo_requested=True, changed_meanwhile="start at noon")
        with pytest.raises(ClaimLostError, match="start at noon"):
            await restore(ctx)

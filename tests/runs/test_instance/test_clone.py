"""The clone of a sealed run: found, missed, repeated twice at most, and read in place of the source."""

from __future__ import annotations

import pytest

from imaging.runs.ownership.made_things import image_of_clone
from imaging.runs.source.instance import SourceGoneError
from imaging.runs.test_instance.seal.clone import has_been_up, refuse_more_repeats, standing_clone
from imaging.runs.test_instance.seal.imaged import read_imaged
from models.cloud.instance import Instance
from models.errors import ImagingError, RunError, ServerFaultError
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole
from tests.runs.steps.held_world import DB, OTHERS, HeldWorld
from tests.runs.steps.memory_context import MemoryContext, made_of_source
from tests.runs.test_instance.conftest import NewContext


def noted(server_id: str, role: OwnedRole = OwnedRole.CLONE, *, removed: bool = False) -> Owned:
    return Owned(kind=OwnedKind.SERVER, id=server_id, role=role, removed=removed)


@pytest.fixture
def ctx(new_context: NewContext) -> MemoryContext:
    return new_context(kind=RunKind.SEALED)


class TestStanding:
    async def test_before_a_launch_there_is_none(self, ctx: MemoryContext) -> None:
        assert await standing_clone(ctx) is None

    async def test_it_is_the_one_that_the_journal_has_as_the_clone(self, ctx: MemoryContext) -> None:
        ctx.change(owned=(noted(DB, OwnedRole.MAIN),))
        assert await standing_clone(ctx) is None
        ctx.change(owned=(noted(DB),))
        clone = await standing_clone(ctx)
        assert clone is not None
        assert clone.id == DB

    async def test_one_that_somebody_deleted_ends_the_run(self, ctx: MemoryContext) -> None:
        ctx.change(owned=(noted(OTHERS),))
        with pytest.raises(RunError, match="The temporary clone was deleted by somebody else"):
            await standing_clone(ctx)

    @pytest.mark.parametrize("owned", [noted(OTHERS, removed=True), noted(OTHERS, OwnedRole.MAIN)])
    async def test_one_that_the_run_removed_or_that_is_none_does_not(self, ctx: MemoryContext, owned: Owned) -> None:
        ctx.change(owned=(owned,))
        assert await standing_clone(ctx) is None

    async def test_nor_does_it_where_another_launch_may_have_been_carried_out(self, ctx: MemoryContext) -> None:
        ctx.change(owned=(noted(OTHERS),))
        await ctx.intend(IntentAction.LAUNCH, "no clone")
        await ctx.intend(IntentAction.LAUNCH_CLONE, "the one that is gone")
        with pytest.raises(RunError, match="deleted by somebody else"):
            await standing_clone(ctx)
        await ctx.intend(IntentAction.LAUNCH_CLONE, "one whose answer was lost")
        assert await standing_clone(ctx) is None


async def test_it_has_been_up_once_it_was_launched_and_is_built(world: HeldWorld) -> None:
    clone = await world.cloud.compute.instance(DB)
    assert has_been_up(clone)
    assert has_been_up(clone.model_copy(update={"status": "SHUTOFF"}))
    assert not has_been_up(clone.model_copy(update={"status": "BUILD"}))
    assert not has_been_up(clone.model_copy(update={"launched_at": None}))


class TestRepeats:
    async def off(self, world: HeldWorld, clone_id: str) -> Instance:
        found = await world.cloud.compute.instance(DB)
        return found.model_copy(update={"id": clone_id, "status": "SHUTOFF", "fault": "the host is gone"})

    async def test_two_are_repeated_and_a_third_ends_the_run(self, ctx: MemoryContext, world: HeldWorld) -> None:
        for clone_id in ("first", "second"):
            refuse_more_repeats(ctx, await self.off(world, clone_id))
            await ctx.intend(IntentAction.REPEAT_CLONE, clone_id)
        with pytest.raises(RunError) as refused:
            refuse_more_repeats(ctx, await self.off(world, "third"))
        assert refused.value.what == "The temporary clone went off without a result 3 times."
        assert refused.value.meaning == "It is SHUTOFF. the host is gone"
        assert "Make a plain image" in refused.value.remedy

    async def test_one_that_was_given_up_before_is_not_counted_twice(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        for clone_id in ("first", "second"):
            await ctx.intend(IntentAction.REPEAT_CLONE, clone_id)
        refuse_more_repeats(ctx, await self.off(world, "second"))

    async def test_where_nova_gives_no_fault_none_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        for clone_id in ("first", "second"):
            await ctx.intend(IntentAction.REPEAT_CLONE, clone_id)
        off = (await self.off(world, "third")).model_copy(update={"fault": None})
        with pytest.raises(RunError) as refused:
            refuse_more_repeats(ctx, off)
        assert refused.value.meaning == "It is SHUTOFF."


class TestImaged:
    """The instance of which an image is made."""

    @pytest.fixture
    def clone(self, ctx: MemoryContext, world: HeldWorld) -> str:
        clone_id = world.launch("imaging-clone-run1", {"imaging.role": "clone", "imaging.run": "run1"})
        ctx.change(owned=(noted(clone_id),))
        return clone_id

    async def read(self, ctx: MemoryContext) -> str:
        made = image_of_clone(ctx.run)
        assert made is not None
        return (await read_imaged(ctx, made)).id

    async def test_of_the_source_it_is_the_source_and_of_the_clone_the_clone(
        self, ctx: MemoryContext, clone: str
    ) -> None:
        assert (await read_imaged(ctx, made_of_source(ctx))).id == DB
        assert await self.read(ctx) == clone

    async def test_a_clone_that_is_gone_is_told_with_the_clouds_answer(
        self, ctx: MemoryContext, world: HeldWorld, clone: str
    ) -> None:
        del world.records.servers[clone]
        with pytest.raises(SourceGoneError, match="The temporary clone was deleted") as gone:
            await self.read(ctx)
        cause = gone.value.__cause__
        assert isinstance(cause, ImagingError)
        assert gone.value.request_id == cause.request_id
        assert gone.value.request_id

    async def test_so_is_one_that_is_only_still_shown(self, ctx: MemoryContext, world: HeldWorld, clone: str) -> None:
        world.answer("GET", rf"/servers/{clone}$", {"server": {"id": clone, "status": "SOFT_DELETED"}})
        with pytest.raises(SourceGoneError, match="The temporary clone was deleted"):
            await self.read(ctx)

    async def test_of_one_that_nova_hardly_knows_at_the_moment_nothing_is_concluded(
        self, ctx: MemoryContext, world: HeldWorld, clone: str
    ) -> None:
        world.answer("GET", rf"/servers/{clone}$", {"server": {"id": clone, "status": "UNKNOWN"}})
        with pytest.raises(ServerFaultError, match="cannot say at the moment"):
            await self.read(ctx)

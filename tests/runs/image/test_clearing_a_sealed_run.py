"""What a sealed run takes away again: the image of its clone unless it is finished, and always the one before that."""

from __future__ import annotations

import pytest

from imaging.runs.steps.compensation import remove_unfinished_image, remove_unfinished_sealed
from imaging.runs.steps.remove_snapshot import remove_snapshot
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole
from tests.runs.image.things import add_image, intended
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext

INTERIM = "imaging-interim-run1"


@pytest.fixture
def ctx(new_context: NewContext) -> MemoryContext:
    return new_context(kind=RunKind.SEALED)


def image(image_id: str, name: str, role: OwnedRole, *, removed: bool = False) -> Owned:
    return Owned(kind=OwnedKind.IMAGE, id=image_id, name=name, role=role, removed=removed)


class TestOfTheClone:
    @pytest.fixture
    def clone(self, ctx: MemoryContext, world: HeldWorld) -> str:
        """A clone that is up, and an image that is being made of it; the clone's id."""
        clone_id = world.launch("imaging-clone-run1", {"imaging.role": "clone", "imaging.run": "run1"})
        ctx.change(image_id="image-1", owned=(Owned(kind=OwnedKind.SERVER, id=clone_id, role=OwnedRole.CLONE),))
        add_image(world, status="saving", properties={"imaging.source": clone_id, "instance_uuid": clone_id})
        return clone_id

    async def test_one_that_is_not_finished_goes_and_the_clone_is_awaited(
        self, ctx: MemoryContext, world: HeldWorld, clone: str
    ) -> None:
        world.set(clone, task_state="image_uploading")
        world.later(300, lambda: world.set(clone, task_state=None))
        await remove_unfinished_sealed(ctx)
        assert "image-1" not in world.records.images
        assert world.records.servers[clone].task_state is None
        assert intended(ctx) == [(IntentAction.DELETE_IMAGE, "image-1")]

    @pytest.mark.usefixtures("clone")
    async def test_what_is_done_to_the_source_is_not_awaited(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.set(task_state="image_uploading")
        began = world.clock.monotonic()
        await remove_unfinished_sealed(ctx)
        assert world.clock.monotonic() - began < 30

    async def test_a_clone_that_somebody_deleted_is_idle(
        self, ctx: MemoryContext, world: HeldWorld, clone: str
    ) -> None:
        del world.records.servers[clone]
        await remove_unfinished_sealed(ctx)
        assert "image-1" not in world.records.images

    @pytest.mark.usefixtures("clone")
    async def test_a_finished_one_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.records.images["image-1"].status = "active"
        await remove_unfinished_sealed(ctx)
        assert "image-1" in world.records.images

    async def test_before_there_is_a_clone_nothing_is_asked(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.here.front.calls.clear()
        await remove_unfinished_sealed(ctx)
        assert list(world.here.front.calls) == []


class TestOfTheSource:
    def made(self, ctx: MemoryContext, world: HeldWorld, status: str = "active") -> None:
        add_image(world, name=INTERIM, status=status, properties={"imaging.role": "interim"})
        ctx.change(interim_image_id="image-1")

    async def test_one_that_is_being_made_goes_and_is_noted_for_what_it_was(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        self.made(ctx, world, "saving")
        await remove_unfinished_image(ctx)
        assert ctx.run.owned == (image("image-1", INTERIM, OwnedRole.INTERIM, removed=True),)

    async def test_a_finished_one_goes_behind_the_launch_of_the_clone_and_is_noted_for_what_it_was(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        self.made(ctx, world)
        await ctx.intend(IntentAction.CREATE_IMAGE, INTERIM)
        assert (await remove_snapshot(ctx)).note == "removed: 1 image"
        assert ctx.run.owned == (image("image-1", INTERIM, OwnedRole.INTERIM, removed=True),)


class TestGoneBefore:
    """A runner died between a deletion and its note: the next one finds in the journal what is not there."""

    async def removing(self, ctx: MemoryContext, *owned: Owned) -> tuple[Owned, ...]:
        """What the journal holds after the step."""
        await ctx.intend(IntentAction.CREATE_IMAGE, INTERIM)
        ctx.change(interim_image_id="gone", owned=owned)
        assert (await remove_snapshot(ctx)).note == "nothing was left"
        return ctx.run.owned

    async def test_it_is_noted_as_gone(self, ctx: MemoryContext) -> None:
        owned = await self.removing(ctx, image("gone", "", OwnedRole.INTERIM))
        assert owned == (image("gone", INTERIM, OwnedRole.INTERIM, removed=True),)

    async def test_the_sealed_image_is_not_spoken_for(self, ctx: MemoryContext) -> None:
        sealed = image("image-2", "postgres", OwnedRole.MAIN)
        assert await self.removing(ctx, sealed) == (sealed,)

    async def test_what_is_known_to_be_gone_is_not_noted_again(self, ctx: MemoryContext) -> None:
        gone = image("gone", "as it was called", OwnedRole.INTERIM, removed=True)
        assert await self.removing(ctx, gone) == (gone,)

    async def test_what_was_found_and_stays_is_not_noted_as_gone(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await ctx.intend(IntentAction.CREATE_IMAGE, INTERIM)
        ctx.change(interim_image_id="image-1")
        add_image(world, name=INTERIM, protected=True, properties={"imaging.role": "interim"})
        await remove_snapshot(ctx)
        assert ctx.run.owned == (image("image-1", INTERIM, OwnedRole.INTERIM),)

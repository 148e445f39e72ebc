"""What people do to the source while a run works on it, and the damage that it must not do."""

from __future__ import annotations

import pytest

from imaging.runs.source.claim_keys import decode_claims
from imaging.runs.steps import STEPS
from imaging.runs.steps.claim import claim
from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.detach import detach
from imaging.runs.steps.restore import restore
from imaging.runs.steps.stop import stop
from models.errors import NeedsUserError, RunError
from models.steps import StepName
from tests.runs.steps.death import Death, KilledError
from tests.runs.steps.held_world import DB, PGDATA, SCRATCH, HeldWorld
from tests.runs.steps.memory_context import MemoryContext

TAKING = (StepName.UNLOCK, StepName.CLAIM, StepName.STOP, StepName.DETACH, StepName.LOCK)


async def take(ctx: MemoryContext) -> MemoryContext:
    for step in TAKING:
        await STEPS[step](ctx.at(step))
    return ctx


class TestSomebodyStartsIt:
    async def test_before_the_detach_no_volume_is_pulled_out_of_a_running_guest(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await claim(ctx.at(StepName.CLAIM))
        await stop(ctx.at(StepName.STOP))
        world.set(vm_state="active")
        with pytest.raises(RunError, match="Somebody has started the instance"):
            await detach(ctx.at(StepName.DETACH))
        assert world.asked("detach_volume") == []

    async def test_between_two_detaches_the_second_is_not_asked_for(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await claim(ctx.at(StepName.CLAIM))
        await stop(ctx.at(StepName.STOP))
        world.later(1.5, lambda: world.set(task_state="powering-on"))
        with pytest.raises(RunError, match="Somebody has started the instance"):
            await detach(ctx.at(StepName.DETACH))
        assert world.asked("detach_volume") == ["detach_volume scratch"]

    async def test_before_the_image_none_is_made_of_a_running_disk(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        world.set(vm_state="active", locked_by=None)
        with pytest.raises(RunError, match="Somebody has started the instance"):
            await create_image(ctx.at(StepName.CREATE_IMAGE))
        assert world.asked("create_image") == []


async def test_a_volume_attached_before_the_image_is_made_is_not_taken_along(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    await take(ctx)
    thesis = world.new_volume("thesis", to=DB)
    with pytest.raises(RunError, match=f"attached a volume before the image was made: {thesis}"):
        await create_image(ctx.at(StepName.CREATE_IMAGE))
    assert world.asked("create_image") == []


async def test_while_its_cell_is_down_nothing_is_concluded_from_what_nova_does_not_show(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    await take(ctx)
    world.cell_down(seconds=40)
    world.clock.shortest = 5
    await restore(ctx.at(StepName.RESTORE))
    assert world.db.vm_state == "active"
    assert world.attached == [PGDATA, SCRATCH]
    assert ctx.run.instance_restored is True


class TestSomebodyDeletesTheClaim:
    async def undone(self, ctx: MemoryContext) -> None:
        ctx.change(undo_requested=True)
        await restore(ctx.at(StepName.RESTORE))

    async def test_an_undo_that_the_user_asks_for_restores_from_the_journal(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        world.set(metadata={"owner": "astro"})
        await self.undone(ctx)
        assert world.attached == [PGDATA, SCRATCH]
        assert (world.db.vm_state, world.db.locked_by) == ("active", None)
        assert world.db.metadata == {"owner": "astro"}

    async def test_but_not_while_another_run_has_claimed_it(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        world.set(metadata={"imaging.claim.other": "{}"})
        asked_before = len(world.calls)
        with pytest.raises(RunError, match="claimed by another run: other"):
            await self.undone(ctx)
        assert world.calls[asked_before:] == []

    async def test_with_one_volumes_key_gone_nothing_is_started_without_that_volume(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        metadata = dict(world.db.metadata)
        del metadata["imaging.claim.run1.0"]
        world.set(metadata=metadata)
        (found,) = decode_claims(metadata, DB)
        ctx.change(claim=found)
        with pytest.raises(NeedsUserError, match="1 more that the claim in the metadata does not name") as caught:
            await restore(ctx.at(StepName.RESTORE))
        assert world.db.vm_state == "stopped"
        given_up = f"openstack server unset --property imaging.claim.run1.1 --property imaging.claim.run1 {DB}"
        assert given_up in caught.value.remedy

    async def test_killed_while_the_claim_is_deleted_another_machine_finishes_it(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        before = world.picture()
        await take(ctx)
        Death(ctx.cloud, "before", number=1, only="delete_metadata")  # after the first key
        with pytest.raises(KilledError):
            await restore(ctx.at(StepName.RESTORE))
        (found,) = decode_claims(world.db.metadata, DB)
        ctx.change(claim=found)
        await restore(ctx)
        assert world.picture() == before

"""The step that removes a test launch: instances, then their volumes, then the group; what stays is said."""

from __future__ import annotations

from typing import Any

from imaging.democloud.seed import names
from imaging.runs.steps.remove_test import remove_test
from imaging.runs.test_instance.security_group import make_group
from imaging.runs.test_instance.server import launch
from imaging.runs.test_instance.volumes import note_volumes
from models.cloud.image import Image
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind
from models.run.request import RunRequest
from tests.runs.image.things import intended
from tests.runs.steps.held_world import BASE, DB, NET, OTHERS, HeldWorld
from tests.runs.steps.memory_context import MemoryContext

FLAVOR = names.flavor_id("m3.small")


def ask(ctx: MemoryContext, **request: Any) -> None:
    wanted = RunRequest(**{"name": "postgres", **request})
    ctx.change(plan=ctx.run.plan.model_copy(update={"request": wanted}))


async def launched(ctx: MemoryContext, world: HeldWorld, image: Image) -> str:
    """A test launch as a run makes it: the id of its instance."""
    ctx.change(image_id=image.id)
    group, _note = await make_group(ctx, world.network)
    server = await launch(ctx, image, FLAVOR, NET, group)
    world.clock.turn(600)
    await note_volumes(ctx, server.id, image)
    return server.id


async def test_all_that_a_test_launch_made_goes_and_is_counted(
    ctx: MemoryContext, world: HeldWorld, on_volumes: Image
) -> None:
    await launched(ctx, world, on_volumes)
    volumes = sum(each.kind is OwnedKind.VOLUME for each in ctx.run.owned)
    result = await remove_test(ctx)
    counted = f"{volumes} volume{'' if volumes == 1 else 's'}"
    assert (result.note, result.skipped) == (f"removed: 1 instance, {counted}, 1 security group", False)
    assert world.launched == []
    assert all(each.removed for each in ctx.run.owned)
    kinds = [action for action, _ in intended(ctx) if "DELETE" in action.name]
    assert kinds == [
        IntentAction.DELETE_INSTANCE,
        *[IntentAction.DELETE_VOLUME] * volumes,
        IntentAction.DELETE_SECURITY_GROUP,
    ]


async def test_several_are_several(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    await launched(ctx, world, base)
    await launched(ctx, world, base)
    assert (await remove_test(ctx)).note == "removed: 2 instances, 1 security group"


async def test_done_again_nothing_is_left_to_do(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    await launched(ctx, world, base)
    await remove_test(ctx)
    asked = len(world.calls)
    result = await remove_test(ctx)
    assert (result.note, result.skipped, world.calls[asked:]) == ("nothing to remove", True, [])


async def test_without_a_launch_neither_servers_nor_groups_are_listed(ctx: MemoryContext, world: HeldWorld) -> None:
    world.here.front.calls.clear()
    result = await remove_test(ctx)
    assert (result.note, result.skipped) == ("nothing to remove", True)
    assert list(world.here.front.calls) == []


async def test_one_whose_answer_was_lost_is_found_and_goes(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    server_id = await launched(ctx, world, base)
    ctx.change(owned=tuple(each for each in ctx.run.owned if each.kind is not OwnedKind.SERVER))
    assert (await remove_test(ctx)).note == "removed: 1 instance, 1 security group"
    assert world.launched == []
    assert Owned(kind=OwnedKind.SERVER, id=server_id, name="imaging-test-run1", removed=True) in ctx.run.owned


async def test_one_that_is_known_and_found_is_removed_once(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    await launched(ctx, world, base)
    await ctx.intend(IntentAction.LAUNCH, "another")
    assert (await remove_test(ctx)).note == "removed: 1 instance, 1 security group"
    assert len([action for action, _ in intended(ctx) if action is IntentAction.DELETE_INSTANCE]) == 1


async def test_the_image_tells_which_volumes_came_along(
    ctx: MemoryContext, world: HeldWorld, on_volumes: Image
) -> None:
    await launched(ctx, world, on_volumes)
    before = {each.id for each in ctx.run.owned if each.kind is OwnedKind.VOLUME}
    ctx.change(owned=tuple(each for each in ctx.run.owned if each.kind is not OwnedKind.VOLUME))
    await remove_test(ctx)
    assert {each.id for each in ctx.run.owned if each.kind is OwnedKind.VOLUME and each.removed} == before


async def test_without_the_image_what_is_attached_counts_as_somebodys(
    ctx: MemoryContext, world: HeldWorld, on_volumes: Image
) -> None:
    await launched(ctx, world, on_volumes)
    brought = {each.id for each in ctx.run.owned if each.kind is OwnedKind.VOLUME}
    ctx.change(owned=tuple(each for each in ctx.run.owned if each.kind is not OwnedKind.VOLUME))
    del world.records.images[on_volumes.id]
    result = await remove_test(ctx)
    assert {each.id for each in ctx.run.left_behind if each.kind is OwnedKind.VOLUME} == brought
    assert "left: " in result.note


class TestKeptAsWanted:
    async def test_the_test_instance_stays_and_is_said_to_cost(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await launched(ctx, world, base)
        ask(ctx, keep_test=True)
        result = await remove_test(ctx)
        assert result.skipped
        assert f"imaging-test-run1 ({server_id})" in result.note
        assert "quota" in result.note
        assert [made.id for made in world.launched] == [server_id]

    async def test_a_cancelled_run_keeps_none(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        await launched(ctx, world, base)
        ask(ctx, keep_test=True)
        ctx.change(cancel_requested=True)
        assert (await remove_test(ctx)).note.startswith("removed: 1 instance")

    async def test_where_it_is_gone_the_rest_goes(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        server_id = await launched(ctx, world, base)
        del world.records.servers[server_id]
        ask(ctx, keep_test=True)
        world.records.ports = {each.id: each for each in world.records.ports.values() if each.server_id != server_id}
        assert "1 security group" in (await remove_test(ctx)).note


async def test_what_could_not_be_shown_to_be_owned_is_left_and_said(ctx: MemoryContext, world: HeldWorld) -> None:
    ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id=DB), Owned(kind=OwnedKind.SERVER, id=OTHERS)))
    result = await remove_test(ctx)
    assert (result.note, result.skipped) == ("removed: 1 instance; left: server db-07", False)
    assert world.db.vm_state == "active"
    assert BASE in world.records.images

"""Of several instances that a run launched, one kind is removed; and those that were kept for a while, all of them."""

from __future__ import annotations

from imaging.democloud.seed import names
from imaging.runs.ownership.made_things import TEST, WORKS, MadeServer
from imaging.runs.steps.remove_test import remove_kept, remove_launched, remove_test
from imaging.runs.test_instance.security_group import make_group
from imaging.runs.test_instance.server import launch
from imaging.runs.test_instance.volumes import note_volumes
from models.cloud.image import Image
from models.run.record import Owned, OwnedKind, OwnedRole
from models.run.request import RunRequest
from models.works.verdict import WorksVerdict, WorksWord
from tests.runs.steps.held_world import NET, HeldWorld
from tests.runs.steps.memory_context import MemoryContext

FLAVOR = names.flavor_id("m3.small")
ONE = "removed: 1 instance, 1 security group"


async def launched(ctx: MemoryContext, world: HeldWorld, image: Image, made: MadeServer) -> str:
    """One instance as a run launches it, up and with its volumes in the journal: its id."""
    ctx.change(image_id=image.id)
    group, _note = await make_group(ctx, world.network, made)
    server = await launch(ctx, image, FLAVOR, NET, group, made=made)
    world.clock.turn(600)
    await note_volumes(ctx, server.id, image)
    return server.id


def without(ctx: MemoryContext, kind: OwnedKind, role: OwnedRole) -> None:
    """The runner died before these reached the journal."""
    ctx.change(owned=tuple(each for each in ctx.run.owned if (each.kind, each.role) != (kind, role)))


async def both(ctx: MemoryContext, world: HeldWorld, image: Image) -> tuple[str, str]:
    return await launched(ctx, world, image, TEST), await launched(ctx, world, image, WORKS)


class TestOneKind:
    async def test_it_goes_with_its_group_and_the_other_stays(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        test, _works = await both(ctx, world, base)
        assert (await remove_launched(ctx, WORKS, base)).note == ONE
        assert [made.id for made in world.launched] == [test]
        assert world.groups_of_runs == ["imaging-run1"]
        assert {(each.role, each.removed) for each in ctx.run.owned} == {
            (OwnedRole.MAIN, False),
            (OwnedRole.WORKS, True),
        }

    async def test_where_it_alone_was_launched_its_group_goes(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await launched(ctx, world, base, WORKS)
        assert (await remove_launched(ctx, WORKS, base)).note == ONE
        assert world.groups_of_runs == []

    async def test_where_it_was_never_launched_no_group_is_searched_for(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await launched(ctx, world, base, TEST)
        world.here.front.calls.clear()
        assert (await remove_launched(ctx, WORKS, base)).note == "nothing to remove"
        assert list(world.here.front.calls) == []

    async def test_one_whose_answer_was_lost_is_found_though_the_other_is_known(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        test, _works = await both(ctx, world, base)
        without(ctx, OwnedKind.SERVER, OwnedRole.WORKS)
        assert (await remove_launched(ctx, WORKS, base)).note == ONE
        assert [made.id for made in world.launched] == [test]

    async def test_the_volumes_of_one_that_stands_stay_and_are_no_trouble(
        self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image
    ) -> None:
        test, _works = await both(ctx, world, on_volumes)
        kept = {each.id for each in world.volumes_of(world.records.servers[test])}
        assert kept
        await remove_launched(ctx, WORKS, on_volumes)
        assert kept <= set(world.records.volumes)
        assert ctx.run.left_behind == ()

    async def test_a_volume_that_one_which_is_gone_still_seems_to_use_goes(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        ours = world.new_volume("ours")
        world.set_volume(ours, "in-use", "gone")
        world.later(5, lambda: world.set_volume(ours, "available"))
        gone = Owned(kind=OwnedKind.SERVER, id="gone", removed=True)
        ctx.change(owned=(gone, Owned(kind=OwnedKind.VOLUME, id=ours)))
        assert (await remove_launched(ctx, WORKS, base)).note == "removed: 1 volume"
        assert ours not in world.records.volumes


class TestKept:
    def keeping(self, ctx: MemoryContext) -> None:
        """The checks have failed, and the user wants to see why."""
        wanted = RunRequest(name="postgres", keep_failed_hours=2, keep_failed_from="192.0.2.17")
        plan = ctx.run.plan.model_copy(update={"request": wanted})
        ctx.change(plan=plan, works=WorksVerdict(word=WorksWord.NO, failed=("mounts",)))

    async def test_it_stays_and_the_step_says_until_when(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await launched(ctx, world, base, TEST)
        self.keeping(ctx)
        result = await remove_test(ctx)
        assert result.note.startswith("kept until ")
        assert server_id in result.note
        assert result.skipped
        assert [made.id for made in world.launched] == [server_id]

    async def test_when_its_time_is_over_it_goes_with_its_group(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await launched(ctx, world, base, TEST)
        self.keeping(ctx)
        await remove_test(ctx)
        assert (await remove_kept(ctx)).note == f"{ONE}; nothing to remove"
        assert (world.launched, world.groups_of_runs) == ([], [])

    async def test_so_does_that_of_a_sealed_image_and_what_is_said_twice_is_said_once(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await both(ctx, world, base)
        assert (await remove_kept(ctx)).note == ONE
        assert (world.launched, world.groups_of_runs) == ([], [])
        assert all(each.removed for each in ctx.run.owned)

    async def test_the_image_tells_which_volumes_came_along(
        self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image
    ) -> None:
        await launched(ctx, world, on_volumes, TEST)
        without(ctx, OwnedKind.VOLUME, OwnedRole.MAIN)
        await remove_kept(ctx)
        assert ctx.run.left_behind == ()
        assert {each.removed for each in ctx.run.owned if each.kind is OwnedKind.VOLUME} == {True}

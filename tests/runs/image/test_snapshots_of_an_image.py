"""The volume snapshots behind a volume-backed image: which of them are noted, and how they go."""

from __future__ import annotations

import pytest

from imaging.runs.ownership.image import all_images, find_image
from imaging.runs.ownership.image_snapshots import delete_snapshots, note_snapshots, note_temporary_snapshots
from imaging.runs.ownership.made_things import image_of_source
from models.cloud.image import Image
from models.errors import NotFoundError
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import LeftBehind, Owned, OwnedKind
from tests.runs.image.things import add_image, add_snapshot, intended, naming
from tests.runs.steps.held_world import DB, OTHERS, PGDATA, SCRATCH, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError
from tests.runs.test_instance.conftest import NewContext

SNAPSHOT = OwnedKind.VOLUME_SNAPSHOT


def about_a_volume(ctx: MemoryContext, world: HeldWorld) -> str:
    """The run is about a volume-backed `db-07`; the id of the root volume."""
    root = world.boot_from_volume()
    source = world.source.model_copy(update={"volume_backed": True, "attached_volume_ids": ()})
    ctx.change(plan=ctx.run.plan.model_copy(update={"source": source, "root_volume_id": root}))
    return root


async def an_image(world: HeldWorld, *snapshot_ids: str, image_id: str = "image-1", name: str = "postgres") -> Image:
    add_image(world, image_id, name, properties=naming(*snapshot_ids), size=0)
    return await world.cloud.images.image(image_id)


def owned(ctx: MemoryContext) -> list[str]:
    return [each.id for each in ctx.run.owned if each.kind is SNAPSHOT]


def left(ctx: MemoryContext) -> dict[str, str]:
    return {each.id: each.reason for each in ctx.run.left_behind if each.kind is SNAPSHOT}


class TestNoting:
    async def test_those_that_were_made_for_the_image_are_noted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        root = about_a_volume(ctx, world)
        add_snapshot(world, "s-1", root)
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert ctx.run.owned == (Owned(kind=SNAPSHOT, id="s-1", name="snapshot for postgres"),)
        assert ctx.run.left_behind == ()

    async def test_one_with_our_name_of_a_foreign_volume_is_left_and_told(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        root = about_a_volume(ctx, world)
        add_snapshot(world, "theirs", OTHERS)
        add_snapshot(world, "ours", root)
        await note_snapshots(ctx, await an_image(world, "theirs", "ours"))
        assert owned(ctx) == ["ours"]
        reason = "the image names it, but it is of a volume that the instance does not have"
        assert ctx.run.left_behind == (
            LeftBehind(kind=SNAPSHOT, id="theirs", name="snapshot for postgres", reason=reason),
        )

    async def test_one_that_another_image_names_is_left(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "s-1", about_a_volume(ctx, world))
        await an_image(world, "s-1", image_id="theirs", name="other")
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert left(ctx) == {"s-1": "the image names it, but another image refers to it"}

    async def test_one_that_is_noted_is_not_judged_again(self, ctx: MemoryContext, world: HeldWorld) -> None:
        root = about_a_volume(ctx, world)
        add_snapshot(world, "s-1", root, name="renamed")
        add_snapshot(world, "s-2", root)
        known = Owned(kind=SNAPSHOT, id="s-1", removed=True)
        ctx.change(owned=(known,))
        await note_snapshots(ctx, await an_image(world, "s-1", "s-2"))
        assert (ctx.run.owned[0], owned(ctx), left(ctx)) == (known, ["s-1", "s-2"], {})

    async def test_one_that_is_gone_is_passed_over_and_the_next_one_noted(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_snapshot(world, "s-2", about_a_volume(ctx, world))
        await note_snapshots(ctx, await an_image(world, "gone", "s-2"))
        assert (owned(ctx), left(ctx)) == (["s-2"], {})

    async def test_where_cinder_cannot_be_asked_they_are_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "s-1", about_a_volume(ctx, world))
        world.answer("GET", "/snapshots/", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert left(ctx) == {"s-1": "the volume service cannot be asked about it"}
        assert ctx.run.left_behind[0].name == ""

    async def test_an_image_with_a_disk_of_its_own_names_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "s-1", about_a_volume(ctx, world))
        add_image(world, properties=naming("s-1"), size=1)
        await note_snapshots(ctx, await world.cloud.images.image("image-1"))
        assert (owned(ctx), left(ctx)) == ([], {})

    async def test_without_candidates_the_images_are_not_listed(self, ctx: MemoryContext, world: HeldWorld) -> None:
        about_a_volume(ctx, world)
        image = await an_image(world, "gone")
        world.here.front.calls.clear()
        await note_snapshots(ctx, image)
        assert [line["path"].rpartition("/")[2] for line in world.here.front.calls] == ["gone"]


class TestVolumesOfTheSource:
    async def test_those_of_the_claim_count(self, ctx: MemoryContext, world: HeldWorld) -> None:
        from imaging.runs.steps.claim import claim

        about_a_volume(ctx, world)
        await claim(ctx)
        add_snapshot(world, "s-1", PGDATA)
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert owned(ctx) == ["s-1"]

    async def test_a_run_that_knows_its_root_volume_takes_no_data_volume(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        about_a_volume(ctx, world)
        add_snapshot(world, "s-1", PGDATA)
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert owned(ctx) == []

    async def test_where_the_root_volume_is_not_known_what_is_attached_counts(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        about_a_volume(ctx, world)
        ctx.change(plan=ctx.run.plan.model_copy(update={"root_volume_id": None}))
        add_snapshot(world, "s-1", SCRATCH)
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert owned(ctx) == ["s-1"]

    async def test_those_of_the_claim_count_when_they_are_detached(self, ctx: MemoryContext, world: HeldWorld) -> None:
        from imaging.runs.steps.claim import claim

        about_a_volume(ctx, world)
        await claim(ctx)
        ctx.change(plan=ctx.run.plan.model_copy(update={"root_volume_id": None}))
        world.db.attachments = [row for row in world.db.attachments if row.volume_id != PGDATA]
        add_snapshot(world, "s-1", PGDATA)
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert owned(ctx) == ["s-1"]

    async def test_a_snapshot_of_no_volume_is_nobodys(self, ctx: MemoryContext, world: HeldWorld) -> None:
        about_a_volume(ctx, world)
        ctx.change(plan=ctx.run.plan.model_copy(update={"root_volume_id": None}))
        add_snapshot(world, "s-1", "")
        await note_snapshots(ctx, await an_image(world, "s-1"))
        assert (owned(ctx), list(left(ctx))) == ([], ["s-1"])

    async def test_where_it_is_gone_what_the_plan_saw_counts(self, ctx: MemoryContext, world: HeldWorld) -> None:
        source = world.source.model_copy(update={"attached_volume_ids": (OTHERS,)})
        ctx.change(plan=ctx.run.plan.model_copy(update={"source": source, "root_volume_id": None}))
        add_snapshot(world, "s-1", OTHERS)
        image = await an_image(world, "s-1")
        del world.records.servers[DB]
        await note_snapshots(ctx, image)
        assert owned(ctx) == ["s-1"]


class TestDeepCheck:
    NAME = "snapshot for imaging-deep-run1"

    @pytest.fixture
    def deep(self, new_context: NewContext, world: HeldWorld) -> MemoryContext:
        deep = new_context(kind=RunKind.DEEP_CHECK)
        about_a_volume(deep, world)
        return deep

    async def test_snapshots_that_no_image_names_are_found_by_name_and_judged(
        self, deep: MemoryContext, world: HeldWorld
    ) -> None:
        add_snapshot(world, "ours", PGDATA, name=self.NAME)
        add_snapshot(world, "theirs", OTHERS, name=self.NAME)
        add_snapshot(world, "other", PGDATA, name="snapshot for something")
        await note_temporary_snapshots(deep)
        assert owned(deep) == ["ours"]
        assert list(left(deep)) == ["theirs"]

    async def test_what_is_noted_is_not_judged_again(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "noted", OTHERS, name=self.NAME)
        deep.change(owned=(Owned(kind=SNAPSHOT, id="noted"),))
        await note_temporary_snapshots(deep)
        assert (deep.run.owned, left(deep)) == ((Owned(kind=SNAPSHOT, id="noted"),), {})

    async def test_its_own_image_may_name_them_and_no_other(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "ours", PGDATA, name=self.NAME)
        await an_image(world, "ours", name="imaging-deep-run1")
        deep.change(owned=(Owned(kind=OwnedKind.IMAGE, id="image-1"),))
        await note_temporary_snapshots(deep)
        assert owned(deep) == ["ours"]
        deep.change(owned=())
        await note_temporary_snapshots(deep)
        assert list(left(deep)) == ["ours"]

    async def test_where_cinder_cannot_be_asked_nothing_is_noted(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "ours", PGDATA, name=self.NAME)
        world.answer("GET", "/snapshots", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        await note_temporary_snapshots(deep)
        assert (owned(deep), left(deep)) == ([], {})


class TestDeleting:
    def owning(self, ctx: MemoryContext, *snapshot_ids: str) -> None:
        ctx.change(owned=tuple(Owned(kind=SNAPSHOT, id=each) for each in snapshot_ids))

    async def test_those_of_the_journal_go_and_are_counted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        for snapshot_id, status in (("s-1", "available"), ("s-2", "error"), ("s-3", "available")):
            add_snapshot(world, snapshot_id, PGDATA, status=status)
        self.owning(ctx, "s-1", "s-2", "gone")
        assert await delete_snapshots(ctx) == 3
        assert set(world.records.snapshots) == {"s-3"}
        assert [(each.id, each.removed) for each in ctx.run.owned] == [("s-1", True), ("s-2", True), ("gone", True)]
        assert intended(ctx) == [(IntentAction.DELETE_SNAPSHOT, each) for each in ("s-1", "s-2", "gone")]

    async def test_what_is_removed_already_is_not_asked_about(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(owned=(Owned(kind=SNAPSHOT, id="s-1", removed=True), Owned(kind=OwnedKind.VOLUME, id="v")))
        assert await delete_snapshots(ctx) == 0
        assert intended(ctx) == []

    async def test_one_that_is_still_being_made_is_deleted_when_it_is_there(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        snapshot = add_snapshot(world, "s-1", PGDATA, status="creating")
        world.later(5, lambda: world.records.turn_snapshot(snapshot, "available"))
        self.owning(ctx, "s-1")
        assert await delete_snapshots(ctx) == 1
        assert len(world.asked("delete_snapshot")) == 1

    @pytest.mark.parametrize("status", [400, 403])
    async def test_one_that_cinder_will_not_delete_is_told(
        self, ctx: MemoryContext, world: HeldWorld, status: int
    ) -> None:
        add_snapshot(world, "s-1", PGDATA)
        self.owning(ctx, "s-1")
        world.fault("delete_snapshot", **refusal(status, "a volume was made of it"), times=-1)
        assert await delete_snapshots(ctx) == 0
        (kept,) = ctx.run.left_behind
        assert (kept.kind, kept.id) == (SNAPSHOT, "s-1")
        assert "a volume was made of it" in kept.reason
        assert ctx.run.owned[0].removed is False

    async def test_one_that_never_goes_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "s-1", PGDATA, status="deleting")
        self.owning(ctx, "s-1")
        world.clock.shortest = 60
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="a volume snapshot to be gone"):
            await delete_snapshots(ctx)
        assert 600 < world.clock.monotonic() - began < 700


class TestLookingForTheImage:
    async def test_the_oldest_that_is_owned_is_found(self, ctx: MemoryContext, world: HeldWorld) -> None:
        assert await find_image(ctx, image_of_source(ctx.run)) is None
        add_image(world, "b")
        add_image(world, "a")
        add_image(world, "foreign", "other")
        found = await find_image(ctx, image_of_source(ctx.run))
        assert found is not None
        assert found.id == "a"
        assert {"a", "b", "foreign"} <= {image.id for image in await all_images(ctx)}

    async def test_an_image_that_is_gone_is_none(self, world: HeldWorld) -> None:
        with pytest.raises(NotFoundError):
            await world.cloud.images.image("gone")

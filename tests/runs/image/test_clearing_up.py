"""What a run that failed, or a deep check, takes away again: its image and the snapshots that only it names."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.source.claim_keys import encode_claim
from imaging.runs.steps.compensation import mark_unverified, release_claim, remove_unfinished_image
from imaging.runs.steps.remove_snapshot import remove_snapshot
from models.errors import NotFoundError
from models.run.claim import Claim
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import LeftBehind, Owned, OwnedKind
from models.verdict import Strength, Verdict, VerdictWord
from tests.runs.image.things import add_image, add_snapshot, intended, naming
from tests.runs.steps.held_world import DB, PGDATA, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError
from tests.runs.test_instance.conftest import NewContext

IMAGE, SNAPSHOT = OwnedKind.IMAGE, OwnedKind.VOLUME_SNAPSHOT


def noted(image_id: str, *, removed: bool = False, name: str = "postgres") -> Owned:
    return Owned(kind=IMAGE, id=image_id, name=name, removed=removed)


def on_volumes(ctx: MemoryContext, world: HeldWorld, **fields: Any) -> None:
    """The run's image is one that names a snapshot of the root volume."""
    root = world.boot_from_volume()
    source = world.source.model_copy(update={"volume_backed": True})
    ctx.change(plan=ctx.run.plan.model_copy(update={"source": source, "root_volume_id": root}), image_id="image-1")
    add_image(world, properties=naming("s-1"), size=0)
    add_snapshot(world, "s-1", root, **fields)


class TestUnfinishedImage:
    async def test_one_that_is_being_made_is_deleted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world, status="saving")
        ctx.change(image_id="image-1")
        await remove_unfinished_image(ctx)
        assert "image-1" not in world.records.images
        assert ctx.run.owned == (noted("image-1", removed=True),)
        assert intended(ctx) == [(IntentAction.DELETE_IMAGE, "image-1")]

    async def test_one_that_is_finished_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world)
        ctx.change(image_id="image-1", owned=(Owned(kind=SNAPSHOT, id="s-1"),))
        await remove_unfinished_image(ctx)
        assert "image-1" in world.records.images
        assert intended(ctx) == []

    async def test_snapshots_that_it_does_not_need_make_none_unfinished(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_image(world, properties=naming("gone"))
        ctx.change(image_id="image-1")
        await remove_unfinished_image(ctx)
        assert "image-1" in world.records.images

    async def test_without_one_only_what_the_journal_names_goes(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world)  # nobody asked for it
        add_snapshot(world, "s-1", PGDATA)
        ctx.change(owned=(Owned(kind=SNAPSHOT, id="s-1"),))
        began = world.clock.monotonic()
        await remove_unfinished_image(ctx)
        assert world.clock.monotonic() - began < 30
        assert ("image-1" in world.records.images, "s-1" in world.records.snapshots) == (True, False)

    async def test_one_that_is_gone_already_is_no_trouble(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_snapshot(world, "s-1", PGDATA)
        ctx.change(image_id="gone", owned=(Owned(kind=SNAPSHOT, id="s-1"),))
        await remove_unfinished_image(ctx)
        assert world.records.snapshots == {}

    async def test_one_whose_answer_was_lost_is_searched_for_and_noted_before_it_goes(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await ctx.intend(IntentAction.CREATE_IMAGE, "postgres")
        world.later(30, lambda: add_image(world, status="queued"))
        world.fault("delete_image", **refusal(500, "no"), times=-1)
        with pytest.raises(Exception, match="no"):
            await remove_unfinished_image(ctx)
        assert (ctx.run.image_id, ctx.run.owned) == ("image-1", (noted("image-1"),))

    async def test_one_that_never_came_is_not_waited_for_longer_than_a_minute(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await ctx.intend(IntentAction.CREATE_IMAGE, "postgres")
        began = world.clock.monotonic()
        await remove_unfinished_image(ctx)
        assert 60 <= world.clock.monotonic() - began < 90
        assert (ctx.run.image_id, ctx.run.owned) == (None, ())

    @pytest.mark.parametrize("fields", [{"visibility": "community"}, {"protected": True}])
    async def test_one_that_somebody_published_or_protected_stays_and_is_told(
        self, ctx: MemoryContext, world: HeldWorld, fields: dict[str, Any]
    ) -> None:
        add_image(world, status="queued", **fields)
        ctx.change(image_id="image-1")
        await remove_unfinished_image(ctx)
        assert "image-1" in world.records.images
        (left,) = ctx.run.left_behind
        assert (left.kind, left.id, left.name, bool(left.reason)) == (IMAGE, "image-1", "postgres", True)
        assert ctx.run.owned == ()

    async def test_one_that_nova_deleted_first_is_noted_as_gone(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world, status="saving")
        ctx.change(image_id="image-1")
        world.fault("delete_image", status=404, body="gone", when="after")
        await remove_unfinished_image(ctx)
        assert ctx.run.owned == (noted("image-1", removed=True),)

    async def test_the_source_is_awaited(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world, status="saving")
        ctx.change(image_id="image-1")
        world.set(task_state="image_uploading")
        world.later(300, lambda: world.set(task_state=None))
        await remove_unfinished_image(ctx)
        assert world.db.task_state is None
        assert "instance ACTIVE, image_uploading" in ctx.phases

    async def test_a_source_that_is_never_idle_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.set(task_state="image_uploading")
        world.clock.shortest = 60
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="the instance to be idle"):
            await remove_unfinished_image(ctx)
        assert 600 < world.clock.monotonic() - began < 700


class TestUnfinishedImageOnVolumes:
    async def test_it_goes_with_the_snapshots_that_it_names(self, ctx: MemoryContext, world: HeldWorld) -> None:
        on_volumes(ctx, world)
        world.records.images["image-1"].status = "queued"
        await remove_unfinished_image(ctx)
        assert ("image-1" in world.records.images, world.records.snapshots) == (False, {})
        assert {(each.kind, each.id, each.removed) for each in ctx.run.owned} == {
            (IMAGE, "image-1", True),
            (SNAPSHOT, "s-1", True),
        }

    async def test_it_is_finished_when_each_snapshot_is_there(self, ctx: MemoryContext, world: HeldWorld) -> None:
        on_volumes(ctx, world)
        await remove_unfinished_image(ctx)
        assert "image-1" in world.records.images

    @pytest.mark.parametrize("status", ["creating", "error"])
    async def test_a_snapshot_that_is_not_there_yet_makes_it_unfinished(
        self, ctx: MemoryContext, world: HeldWorld, status: str
    ) -> None:
        on_volumes(ctx, world, status=status)
        world.later(5, lambda: world.records.turn_snapshot(world.records.snapshots["s-1"], "available"))
        await remove_unfinished_image(ctx)
        assert "image-1" not in world.records.images

    async def test_a_snapshot_that_is_gone_makes_it_unfinished(self, ctx: MemoryContext, world: HeldWorld) -> None:
        on_volumes(ctx, world)
        world.records.snapshots.clear()
        await remove_unfinished_image(ctx)
        assert "image-1" not in world.records.images

    async def test_where_cinder_cannot_be_asked_the_image_is_kept(self, ctx: MemoryContext, world: HeldWorld) -> None:
        on_volumes(ctx, world, status="creating")
        world.answer("GET", "/snapshots/", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        await remove_unfinished_image(ctx)
        assert "image-1" in world.records.images

    async def test_snapshots_of_an_image_that_has_to_stay_stay_as_well(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        on_volumes(ctx, world)
        image = world.records.images["image-1"]
        image.status, image.protected = "queued", True
        await remove_unfinished_image(ctx)
        assert set(world.records.snapshots) == {"s-1"}


class TestUnverified:
    async def test_that_nobody_saw_it_boot_is_noted_on_it_and_in_the_journal(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        image = add_image(world, properties={"imaging.verdict": "booted", "imaging.verdict.strength": "strong"})
        ctx.change(image_id="image-1")
        await mark_unverified(ctx)
        assert ctx.verdict.word is VerdictWord.NOT_TESTED
        assert ctx.verdict.reason == "The run ended before a test launch."
        assert (image.properties["imaging.verdict"], image.properties["imaging.verdict.image"]) == (
            "not tested",
            "image-1",
        )
        assert "imaging.verdict.strength" not in image.properties

    async def test_a_verdict_that_there_is_stands(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world)
        verdict = Verdict(word=VerdictWord.BOOTED, strength=Strength.GOOD)
        ctx.change(image_id="image-1", verdict=verdict)
        await mark_unverified(ctx)
        assert ctx.run.verdict is verdict
        assert image.properties["imaging.verdict"] == "booted"
        assert image.properties["imaging.verdict.strength"] == "good"
        assert image.properties["imaging.verdict.at"] == world.clock.now().isoformat(timespec="seconds")


def claim(world: HeldWorld, **fields: Any) -> Claim:
    kept = {"was_locked": True, "lock_reason": "do not touch", **fields}
    return Claim(
        run_id="run1", instance_id=DB, host="h", claimed_at=world.clock.now(), was_running=True, volumes=(), **kept
    )


class TestClaimThatDoesNotStand:
    async def test_its_keys_go_and_the_lock_comes_back_with_its_reason(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        ctx.change(claim=claim(world))
        world.db.metadata.update({**encode_claim(ctx.claim), "other": "x"})
        await release_claim(ctx)
        assert world.db.metadata == {"other": "x"} | {
            key: value for key, value in world.source.metadata.items() if key != "other"
        }
        assert (world.db.locked_by, world.db.locked_reason) == ("owner", "do not touch")
        assert intended(ctx) == [(IntentAction.RELEASE_CLAIM, DB), (IntentAction.LOCK_AGAIN, DB)]

    async def test_without_keys_only_the_lock_comes_back(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(claim=claim(world, lock_reason=None))
        await release_claim(ctx)
        assert intended(ctx) == [(IntentAction.LOCK_AGAIN, DB)]
        assert world.db.locked_by == "owner"

    async def test_what_was_not_locked_is_not_locked(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(claim=claim(world, was_locked=False))
        await release_claim(ctx)
        assert (world.db.locked_by, intended(ctx)) == (None, [])

    async def test_what_is_locked_already_is_not_locked_again(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(claim=claim(world))
        world.lock("somebody's")
        await release_claim(ctx)
        assert (world.db.locked_reason, intended(ctx)) == ("somebody's", [])

    async def test_while_another_run_has_claimed_it_the_lock_is_left_off(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        ctx.change(claim=claim(world))
        world.db.metadata["imaging.claim.other"] = "{}"
        await release_claim(ctx)
        assert (world.db.locked_by, intended(ctx)) == (None, [])

    async def test_a_run_that_claimed_nothing_touches_nothing(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.here.front.calls.clear()
        await release_claim(ctx)
        assert list(world.here.front.calls) == []

    async def test_what_somebody_unlocked_meanwhile_stays_so(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(claim=claim(world))
        began = world.clock.now()
        world.clock.turn(300)
        await world.cloud.compute.lock(DB, None)
        await world.cloud.compute.unlock(DB)
        world.clock.turn(60)
        ctx.unwatched = (began, world.clock.now())
        await release_claim(ctx)
        assert (world.db.locked_by, intended(ctx)) == (None, [])
        assert ctx.phases == ["not locked again: somebody has locked or unlocked it since this journal was written"]


class TestDeepCheck:
    @pytest.fixture
    def deep(self, new_context: NewContext) -> MemoryContext:
        return new_context(kind=RunKind.DEEP_CHECK)

    async def asked(self, deep: MemoryContext, image_id: str | None = "image-1") -> MemoryContext:
        await deep.intend(IntentAction.CREATE_IMAGE, "imaging-deep-run1")
        deep.change(image_id=image_id)
        return deep

    async def test_its_image_goes(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_image(world, name="imaging-deep-run1")
        result = await remove_snapshot(await self.asked(deep))
        assert (result.note, result.skipped) == ("removed: 1 image", False)
        assert "image-1" not in world.records.images
        assert deep.run.owned == (noted("image-1", removed=True, name="imaging-deep-run1"),)
        assert intended(deep)[1:] == [(IntentAction.DELETE_IMAGE, "image-1")]

    async def test_all_that_it_asked_for_go_with_their_snapshots(self, deep: MemoryContext, world: HeldWorld) -> None:
        root = world.boot_from_volume()
        source = world.source.model_copy(update={"volume_backed": True})
        deep.change(plan=deep.run.plan.model_copy(update={"source": source, "root_volume_id": root}))
        for number in ("1", "2"):
            add_image(world, f"image-{number}", "imaging-deep-run1", properties=naming(f"s-{number}"), size=0)
            add_snapshot(world, f"s-{number}", root, name="snapshot for imaging-deep-run1")
        add_snapshot(world, "s-3", PGDATA, name="snapshot for imaging-deep-run1")  # its image failed half-way
        result = await remove_snapshot(await self.asked(deep))
        assert result.note == "removed: 2 images, 3 volume snapshots"
        assert world.records.snapshots == {}
        assert not {"image-1", "image-2"} & set(world.records.images)

    async def test_where_none_was_asked_for_nothing_is_searched_for(
        self, deep: MemoryContext, world: HeldWorld
    ) -> None:
        world.here.front.calls.clear()
        result = await remove_snapshot(deep)
        assert (result.note, result.skipped) == ("no image was asked for", True)
        assert list(world.here.front.calls) == []

    async def test_one_whose_answer_was_lost_is_searched_for_a_minute(
        self, deep: MemoryContext, world: HeldWorld
    ) -> None:
        world.later(30, lambda: add_image(world, name="imaging-deep-run1"))
        assert (await remove_snapshot(await self.asked(deep, None))).note == "removed: 1 image"
        began = world.clock.monotonic()
        result = await remove_snapshot(deep)
        assert (result.note, result.skipped) == ("nothing was left", True)
        assert 60 <= world.clock.monotonic() - began < 90

    async def test_one_whose_id_is_known_is_not_waited_for(self, deep: MemoryContext, world: HeldWorld) -> None:
        began = world.clock.monotonic()
        assert (await remove_snapshot(await self.asked(deep))).note == "nothing was left"
        assert world.clock.monotonic() - began < 30

    async def test_one_that_glance_deletes_with_a_delay_counts_as_gone(
        self, deep: MemoryContext, world: HeldWorld
    ) -> None:
        image = add_image(world, name="imaging-deep-run1")
        world.fault("delete_image", status=204)
        world.later(5, lambda: setattr(image, "status", "pending_delete"))
        assert (await remove_snapshot(await self.asked(deep))).note == "removed: 1 image"

    async def test_one_that_nova_deleted_first_is_no_trouble(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_image(world, name="imaging-deep-run1")
        world.fault("delete_image", status=404, body="gone", when="after")
        assert (await remove_snapshot(await self.asked(deep))).note == "removed: 1 image"

    async def test_one_that_never_goes_is_told_to_the_user(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_image(world, name="imaging-deep-run1")
        world.fault("delete_image", status=204)
        world.clock.shortest = 60
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="the temporary image to be gone"):
            await remove_snapshot(await self.asked(deep))
        assert 600 < world.clock.monotonic() - began < 700

    async def test_one_that_is_published_stays_and_is_told(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_image(world, name="imaging-deep-run1", visibility="community")
        result = await remove_snapshot(await self.asked(deep))
        assert (result.note, result.skipped) == ("nothing was left; left: image imaging-deep-run1", False)
        (left,) = deep.run.left_behind
        assert isinstance(left, LeftBehind)
        assert (left.kind, left.id, left.name) == (IMAGE, "image-1", "imaging-deep-run1")
        assert deep.run.owned == (noted("image-1", name="imaging-deep-run1"),)

    async def test_a_source_that_is_gone_is_idle(self, deep: MemoryContext, world: HeldWorld) -> None:
        add_image(world, name="imaging-deep-run1")
        del world.records.servers[DB]
        assert (await remove_snapshot(await self.asked(deep))).note == "removed: 1 image"
        with pytest.raises(NotFoundError):
            await world.cloud.compute.instance(DB)

    async def test_the_source_is_awaited_before_its_snapshots_are_searched_for(
        self, deep: MemoryContext, world: HeldWorld
    ) -> None:
        root = world.boot_from_volume()
        source = world.source.model_copy(update={"volume_backed": True})
        deep.change(plan=deep.run.plan.model_copy(update={"source": source, "root_volume_id": root}))
        world.set(task_state="image_snapshot")
        world.later(20, lambda: add_snapshot(world, "late", root, name="snapshot for imaging-deep-run1"))
        world.later(30, lambda: world.set(task_state=None))
        assert (await remove_snapshot(await self.asked(deep))).note == "removed: 1 volume snapshot"

"""At the end of a run the image is seen once more: what was tested must be what others will launch."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from imaging.runs.steps.confirm_image import confirm_image
from imaging.runs.test_instance.seal_note import write_seal_verdict
from models.cloud.image import ImageData, SnapshotData
from models.errors import RunError
from models.seal.verdict import SealVerdict, SealWord
from tests.runs.image.things import add_image, add_snapshot, naming
from tests.runs.steps.held_world import PGDATA, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext

KNOWN = ImageData(image_id="image-1", size_bytes=1000, content_hash="abc")


def knowing(ctx: MemoryContext, known: ImageData | None = KNOWN) -> MemoryContext:
    ctx.change(image_data=known)
    return ctx


async def test_an_image_that_is_as_it_was_is_confirmed(ctx: MemoryContext, world: HeldWorld) -> None:
    add_image(world, size=1000, os_hash_value="abc")
    result = await confirm_image(knowing(ctx))
    assert (result.note, result.skipped) == ("active, and unchanged", False)


async def test_an_image_that_somebody_deleted_fails_the_run(ctx: MemoryContext, world: HeldWorld) -> None:
    with pytest.raises(RunError, match=r"[a-z0-9-]+ \(image-1\) is gone"):
        await confirm_image(knowing(ctx))


@pytest.mark.parametrize("status, said", [("deactivated", "is deactivated"), ("pending_delete", "is gone")])
async def test_an_image_that_nobody_can_launch_any_more_fails_the_run(
    ctx: MemoryContext, world: HeldWorld, status: str, said: str
) -> None:
    add_image(world, status=status, size=1000, os_hash_value="abc")
    with pytest.raises(RunError, match=said):
        await confirm_image(knowing(ctx))


@pytest.mark.parametrize(
    "now, said",
    [
        ({"size": 999, "os_hash_value": "abc"}, "its size"),
        ({"size": 1000, "os_hash_value": "xyz"}, "its hash"),
        ({"size": 1, "os_hash_value": "xyz"}, "its size and its hash"),
    ],
)
async def test_an_image_that_holds_something_else_now_fails_the_run(
    ctx: MemoryContext, world: HeldWorld, now: dict[str, Any], said: str
) -> None:
    add_image(world, **now)
    with pytest.raises(RunError, match=said):
        await confirm_image(knowing(ctx))


async def test_a_value_that_came_later_is_no_change(ctx: MemoryContext, world: HeldWorld) -> None:
    add_image(world, size=1000, os_hash_value="abc")
    result = await confirm_image(knowing(ctx, ImageData(image_id="image-1")))
    assert result.note == "active, and unchanged"


async def test_without_an_image_there_is_nothing_to_confirm(ctx: MemoryContext) -> None:
    assert (await confirm_image(knowing(ctx, None))).skipped


def test_hashes_that_were_computed_in_different_ways_are_not_compared() -> None:
    assert (
        ImageData(image_id="i", content_hash="a" * 32).changes_to(ImageData(image_id="i", content_hash="b" * 128)) == ()
    )
    assert KNOWN.changes_to(ImageData(image_id="image-1", size_bytes=1000)) == ("its hash",)


class TestTheNotedVerdict:
    """A run that failed in the end leaves no *booted* on bytes that nobody has tested."""

    NOTED: ClassVar = {
        "imaging.verdict": "booted",
        "imaging.verdict.image": "image-1",
        "imaging.verdict.strength": "strong",
    }

    @pytest.mark.parametrize(
        "now",
        [
            {"size": 999, "os_hash_value": "abc"},
            {"size": 1000, "os_hash_value": "xyz"},
            {"size": 1000, "os_hash_value": "abc", "status": "deactivated"},
        ],
    )
    async def test_does_not_stay_on_an_image_that_was_changed(
        self, ctx: MemoryContext, world: HeldWorld, now: dict[str, Any]
    ) -> None:
        image = add_image(world, properties=self.NOTED, **now)
        with pytest.raises(RunError) as told:
            await confirm_image(knowing(ctx))
        assert image.properties["imaging.verdict"] == "not tested"
        assert image.properties["imaging.verdict.image"] == "image-1"
        assert "imaging.verdict.strength" not in image.properties
        assert "still says" not in told.value.meaning

    async def test_stays_where_all_is_as_it_was(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world, properties=self.NOTED, size=1000, os_hash_value="abc")
        await confirm_image(knowing(ctx))
        assert image.properties["imaging.verdict"] == "booted"
        assert world.asked("update_image") == []

    @pytest.mark.parametrize("status", [400, 403, 409])
    async def test_that_cannot_be_taken_off_is_told(self, ctx: MemoryContext, world: HeldWorld, status: int) -> None:
        add_image(world, properties=self.NOTED, size=999)
        world.fault("update_image", **refusal(status, "no"))
        with pytest.raises(RunError, match="its size") as told:
            await confirm_image(knowing(ctx))
        assert 'still says "booted"' in told.value.meaning

    async def test_of_an_ancestor_is_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world, properties={**self.NOTED, "imaging.verdict.image": "another"}, size=999)
        with pytest.raises(RunError):
            await confirm_image(knowing(ctx))
        assert world.asked("update_image") == []


class TestTheNotedSeal:
    """Nobody knows what bytes hold that were changed after the proof, so the image does not claim to be sealed."""

    NOTED: ClassVar = {
        "imaging.sealed": "sealed",
        "imaging.sealed.image": "image-1",
        "imaging.sealed.kept": "/home/alice",
        "imaging.sealed.at": "2026-01-01T00:00:00+00:00",
    }

    async def test_does_not_stay_on_an_image_that_was_changed(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world, properties={**TestTheNotedVerdict.NOTED, **self.NOTED}, size=999)
        with pytest.raises(RunError) as told:
            await confirm_image(knowing(ctx))
        assert image.properties["imaging.sealed"] == "unknown"
        assert image.properties["imaging.verdict"] == "not tested"
        assert image.properties["imaging.sealed.image"] == "image-1"
        assert "imaging.sealed.kept" not in image.properties
        assert "still says" not in told.value.meaning

    @pytest.mark.parametrize("status", [400, 403, 409])
    async def test_that_cannot_be_taken_off_is_told(self, ctx: MemoryContext, world: HeldWorld, status: int) -> None:
        add_image(world, properties={**TestTheNotedVerdict.NOTED, **self.NOTED}, size=999)
        world.fault("update_image", times=2, **refusal(status, "no"))
        with pytest.raises(RunError, match="its size") as told:
            await confirm_image(knowing(ctx))
        assert 'still says "booted" and "sealed"' in told.value.meaning

    async def test_of_an_ancestor_is_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world, properties={**self.NOTED, "imaging.sealed.image": "another"}, size=999)
        with pytest.raises(RunError):
            await confirm_image(knowing(ctx))
        assert world.asked("update_image") == []

    async def test_says_what_was_kept_and_nothing_of_what_an_ancestor_kept(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        image = add_image(world, properties=self.NOTED)
        kept = ("/srv/data (kept as wanted)", "/home/bob")
        assert await write_seal_verdict(ctx, "image-1", SealVerdict(word=SealWord.SEALED, kept=kept)) == ""
        assert image.properties["imaging.sealed.kept"] == "/srv/data (kept as wanted), /home/bob"
        assert await write_seal_verdict(ctx, "image-1", SealVerdict(word=SealWord.NOT_SEALED)) == ""
        assert image.properties["imaging.sealed"] == "not sealed"
        assert "imaging.sealed.kept" not in image.properties
        assert image.properties["imaging.sealed.at"] == ctx.clock.now().isoformat(timespec="seconds")

    async def test_that_cannot_be_written_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        assert await write_seal_verdict(ctx, "image-1", SealVerdict(word=SealWord.SEALED)) == "it is gone"

    async def test_that_is_long_is_cut(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world)
        kept = tuple(f"/srv/{number:060}" for number in range(30))
        await write_seal_verdict(ctx, "image-1", SealVerdict(word=SealWord.SEALED, kept=kept))
        assert 200 < len(image.properties["imaging.sealed.kept"]) <= 250


class TestVolumeBacked:
    """The image itself has no bytes: what it holds is in the snapshots that it refers to."""

    KNOWN = ImageData(
        image_id="image-1",
        size_bytes=0,
        snapshots=(
            SnapshotData(id="snap-1", status="available", size_gib=1),
            SnapshotData(id="snap-2", status="available", size_gib=1),
        ),
    )

    def made(self, world: HeldWorld) -> None:
        add_image(world, size=0, properties={**naming("snap-1", "snap-2"), **TestTheNotedVerdict.NOTED})
        for snapshot_id in ("snap-1", "snap-2"):
            add_snapshot(world, snapshot_id, PGDATA)

    async def refused(self, ctx: MemoryContext, world: HeldWorld) -> str:
        with pytest.raises(RunError) as told:
            await confirm_image(knowing(ctx, self.KNOWN))
        assert world.records.images["image-1"].properties["imaging.verdict"] == "not tested"
        return told.value.what

    async def test_is_confirmed_with_its_snapshots(self, ctx: MemoryContext, world: HeldWorld) -> None:
        self.made(world)
        assert (await confirm_image(knowing(ctx, self.KNOWN))).note == "active, and unchanged"

    async def test_a_snapshot_that_somebody_deleted_fails_the_run(self, ctx: MemoryContext, world: HeldWorld) -> None:
        self.made(world)
        del world.records.snapshots["snap-2"]
        assert "its volume snapshot snap-2 is gone" in await self.refused(ctx, world)

    @pytest.mark.parametrize(
        "field, value, said", [("status", "error", "snap-1 is error"), ("size", 7, "snap-1 has another size")]
    )
    async def test_a_snapshot_that_is_not_as_it_was_fails_the_run(
        self, ctx: MemoryContext, world: HeldWorld, field: str, value: object, said: str
    ) -> None:
        self.made(world)
        setattr(world.records.snapshots["snap-1"], field, value)
        assert said in await self.refused(ctx, world)

    async def test_an_image_that_refers_to_others_now_fails_the_run(self, ctx: MemoryContext, world: HeldWorld) -> None:
        self.made(world)
        add_snapshot(world, "snap-3", PGDATA)
        world.records.images["image-1"].properties |= naming("snap-1", "snap-3")
        assert "the volume snapshots that it refers to" in await self.refused(ctx, world)

    async def test_a_cloud_that_never_showed_the_snapshots_is_no_failure(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        self.made(world)
        world.records.snapshots.clear()
        unseen = tuple(SnapshotData(id=each) for each in ("snap-1", "snap-2"))
        known = self.KNOWN.model_copy(update={"snapshots": unseen})
        assert (await confirm_image(knowing(ctx, known))).note == "active, and unchanged"

    async def test_a_journal_of_before_says_nothing_of_snapshots(self, ctx: MemoryContext, world: HeldWorld) -> None:
        self.made(world)
        known = ImageData(image_id="image-1", size_bytes=0)
        assert (await confirm_image(knowing(ctx, known))).note == "active, and unchanged"

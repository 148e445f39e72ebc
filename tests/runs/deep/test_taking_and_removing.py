"""The temporary image of a deep check: taken from the source as it is, gone afterwards with all that came along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.remove_snapshot import remove_snapshot
from imaging.runs.steps.remove_test import remove_test
from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runs.steps.wait_for_image import wait_for_image
from models.errors import ConflictError
from models.image import Image
from models.instance import VolumeAttachment
from models.run import OwnedKind
from models.steps import StepName
from models.volume import Volume, VolumeSnapshot
from tests.runs.deep.conftest import children, intents
from tests.runs.steps.fake_cloud import Lost, volume_backed

CHANGES_OF_THE_SOURCE = ("stop", "start", "lock", "unlock", "set_metadata", "delete_metadata", "attach", "detach")


async def take(ctx) -> None:
    await create_image(ctx.at(StepName.CREATE_IMAGE))
    await wait_for_image(ctx.at(StepName.WAIT_FOR_IMAGE))


async def remove(ctx):
    return await remove_snapshot(ctx.at(StepName.REMOVE_SNAPSHOT))


def image_of(world, image_id: str, **fields) -> None:
    usual = {
        "name": "imaging-deep-run1", "status": "active", "created_at": world.clock.now(),
        "properties": {"imaging.run": "run1", "imaging.source": "db", "instance_uuid": "db"},
    }  # fmt: skip
    world.images[image_id] = Image(**{"id": image_id, **usual, **fields})


class TestTaking:
    async def test_the_source_runs_on_with_its_volumes_unclaimed_and_unlocked(self, ctx, world):
        before = world.servers["db"]
        await take(ctx)
        assert world.servers["db"] == before
        assert len(world.attached["db"]) == 2
        assert not [call for call in world.calls if call.startswith(CHANGES_OF_THE_SOURCE)]

    async def test_the_image_has_a_name_that_says_whose_it_is(self, ctx, world):
        await take(ctx)
        assert world.images[ctx.run.image_id].name == "imaging-deep-run1"

    async def test_a_locked_source_is_taken_as_it_is(self, ctx, world):
        world.set("db", locked=True, locked_reason="do not touch")
        await take(ctx)
        assert world.servers["db"].locked_reason == "do not touch"

    async def test_a_lost_answer_makes_no_second_image(self, ctx, world):
        world.faults["create_image"] = [Lost(acts=True)]
        await take(ctx)
        assert len(world.images) == 2


class TestRemoving:
    async def test_nothing_is_left_but_what_was_there_before(self, ctx, world):
        await take(ctx)
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        await remove_test(ctx.at(StepName.REMOVE_TEST))
        result = await remove(ctx)
        assert (set(world.images), children(world), world.groups) == ({"base"}, [], {})
        assert all(owned.removed for owned in ctx.run.owned)
        assert result.note == "removed: 1 image"

    async def test_before_an_image_was_asked_for_nothing_is_asked(self, ctx, world):
        assert (await remove(ctx)).skipped
        assert world.calls == []

    async def test_done_again_it_does_no_harm(self, ctx, world):
        await take(ctx)
        await remove(ctx)
        assert (await remove(ctx)).skipped
        assert set(world.images) == {"base"}

    async def test_an_image_that_is_still_being_made_goes_too_and_the_source_is_idle_after(self, ctx, world):
        await create_image(ctx.at(StepName.CREATE_IMAGE))
        assert world.servers["db"].task_state is not None
        await remove(ctx)
        assert set(world.images) == {"base"}
        assert world.servers["db"].task_state is None

    async def test_an_image_whose_answer_never_came_is_found(self, ctx, world):
        await ctx.at(StepName.CREATE_IMAGE).intend("create image imaging-deep-run1")
        world.later(30, lambda: image_of(world, "late"))
        await remove(ctx)
        assert set(world.images) == {"base"}

    async def test_one_that_a_repeated_request_made_goes_too(self, ctx, world):
        await take(ctx)
        image_of(world, "second")
        result = await remove(ctx)
        assert set(world.images) == {"base"}
        assert result.note == "removed: 2 images"

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "my-own-copy"},
            {"properties": {"imaging.run": "run1", "imaging.source": "db", "instance_uuid": "child-1"}},
            {"properties": {"imaging.run": "run1", "imaging.source": "other"}},
            {"properties": {}},
            {"created_at": None},
        ],
    )
    async def test_a_strangers_image_that_looks_like_ours_stays(self, ctx, world, fields):
        await take(ctx)
        image_of(world, "strangers", **fields)
        await remove(ctx)
        assert set(world.images) == {"base", "strangers"}

    async def test_an_older_image_of_that_name_stays(self, ctx, world):
        await take(ctx)
        image_of(world, "older", created_at=world.clock.now() - timedelta(days=3))
        await remove(ctx)
        assert "older" in world.images

    async def test_the_intent_stands_before_the_deletion(self, ctx, world):
        await take(ctx)
        image_id = ctx.run.image_id
        world.faults["delete_image"] = [ConflictError("in use")]
        with pytest.raises(ConflictError):
            await remove(ctx)
        assert intents(ctx, StepName.REMOVE_SNAPSHOT) == [f"delete the temporary image {image_id}"]
        await remove(ctx)
        assert set(world.images) == {"base"}

    async def test_a_source_that_somebody_deletes_meanwhile_does_not_matter(self, ctx, world):
        await take(ctx)
        del world.servers["db"]
        await remove(ctx)
        assert set(world.images) == {"base"}


class TestVolumeBacked:
    @pytest.fixture
    async def taken(self, ctx, world):
        source = world.servers["db"].model_copy(update={"image_id": None, "volume_backed": True})
        world.servers["db"] = source
        ctx.change(plan=ctx.run.plan.model_copy(update={"source": source}))
        await create_image(ctx.at(StepName.CREATE_IMAGE))
        world._later.clear()  # such an image is active at once, and stays empty
        volume_backed(world, ctx.run.image_id, "snap-1", "snap-2")
        for snapshot_id in ("snap-1", "snap-2"):
            name = "snapshot for imaging-deep-run1"
            world.snapshots[snapshot_id] = world.snapshots[snapshot_id].model_copy(update={"name": name})
        world.set("db", task_state=None)
        world.snapshots["users"] = VolumeSnapshot(id="users", name="before the upgrade", status="available")
        return ctx

    async def test_every_snapshot_and_the_childs_volumes_go(self, taken, world):
        await wait_for_image(taken.at(StepName.WAIT_FOR_IMAGE))
        await launch_test(taken.at(StepName.TEST_LAUNCH))
        world.volumes["brought"] = Volume(id="brought", name="", status="in-use", snapshot_id="snap-2")
        world.attached[children(world)[0]].append(VolumeAttachment(volume_id="brought"))
        await remove_test(taken.at(StepName.REMOVE_TEST))
        await remove(taken)
        assert set(world.snapshots) == {"users"}
        assert set(world.volumes) == {"pgdata", "scratch"}
        assert set(world.images) == {"base"}

    async def test_snapshots_are_known_before_their_image_is_deleted(self, taken, world):
        taken.change(owned=tuple(owned for owned in taken.run.owned if owned.kind is OwnedKind.IMAGE))
        world.faults["delete_snapshot"] = [ConflictError("still used")]
        with pytest.raises(ConflictError):
            await remove(taken)
        assert set(world.images) == {"base"}
        await remove(taken)
        assert set(world.snapshots) == {"users"}

    async def test_snapshots_of_a_request_that_failed_half_way_are_known_by_their_name(self, taken, world):
        del world.images[taken.run.image_id]
        await remove(taken)
        assert set(world.snapshots) == {"users"}

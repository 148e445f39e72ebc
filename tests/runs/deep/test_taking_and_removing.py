"""The temporary image of a deep check: taken from the source as it is, gone afterwards with all that came along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from imaging.democloud.machines.volumes import make_snapshot
from imaging.runs.core.step_context import StepResult
from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.remove_snapshot import remove_snapshot
from imaging.runs.steps.remove_test import remove_test
from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runs.steps.wait_for_image import wait_for_image
from models.errors import ConflictError, UnauthorizedError
from models.run.intent import IntentAction
from models.run.record import OwnedKind
from models.steps import StepName
from tests.runs.deep.conftest import intents
from tests.runs.steps.death import Death, KilledError
from tests.runs.steps.held_world import BASE, DB, LOST, OTHERS, PGDATA, SCRATCH, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext

CHANGES_OF_THE_SOURCE = ("stop", "start", "lock", "unlock", "set_metadata", "delete_metadata", "attach", "detach")


async def take(ctx: MemoryContext) -> None:
    await create_image(ctx.at(StepName.CREATE_IMAGE))
    await wait_for_image(ctx.at(StepName.WAIT_FOR_IMAGE))


async def remove(ctx: MemoryContext) -> StepResult:
    return await remove_snapshot(ctx.at(StepName.REMOVE_SNAPSHOT))


def image_of(world: HeldWorld, key: str, **fields: Any) -> str:
    """An image as the run makes them, but for these fields."""
    properties = {"imaging.run": "run1", "imaging.source": DB, "instance_uuid": DB}
    return world.new_image(key, **{"name": "imaging-deep-run1", "properties": properties, **fields})


class TestTaking:
    async def test_the_source_runs_on_with_its_volumes_unclaimed_and_unlocked(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        before = world.picture()
        await take(ctx)
        assert world.picture() == before
        assert world.attached == [PGDATA, SCRATCH]
        assert not [call for call in world.calls if call.startswith(CHANGES_OF_THE_SOURCE)]

    async def test_the_image_has_a_name_that_says_whose_it_is(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        assert world.records.images[ctx.image_id].name == "imaging-deep-run1"

    async def test_a_locked_source_is_taken_as_it_is(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.lock("do not touch")
        await take(ctx)
        assert world.db.locked_reason == "do not touch"

    async def test_a_lost_answer_makes_no_second_image(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.fault("create_image", **LOST)
        await take(ctx)
        assert len(world.records.images) == 2


class TestRemoving:
    async def test_nothing_is_left_but_what_was_there_before(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        await remove_test(ctx.at(StepName.REMOVE_TEST))
        result = await remove(ctx)
        assert (set(world.records.images), world.launched, world.groups_of_runs) == ({BASE}, [], [])
        assert all(owned.removed for owned in ctx.run.owned)
        assert result.note == "removed: 1 image"

    async def test_before_an_image_was_asked_for_nothing_is_asked(self, ctx: MemoryContext, world: HeldWorld) -> None:
        assert (await remove(ctx)).skipped
        assert world.calls == []

    async def test_done_again_it_does_no_harm(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        await remove(ctx)
        assert (await remove(ctx)).skipped
        assert set(world.records.images) == {BASE}

    async def test_an_image_that_is_still_being_made_goes_too_and_the_source_is_idle_after(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await create_image(ctx.at(StepName.CREATE_IMAGE))
        assert world.db.task_state is not None
        await remove(ctx)
        assert set(world.records.images) == {BASE}
        assert world.db.task_state is None

    async def test_an_image_whose_answer_never_came_is_found(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await ctx.at(StepName.CREATE_IMAGE).intend(IntentAction.CREATE_IMAGE, "imaging-deep-run1")
        world.later(30, lambda: image_of(world, "late"))
        await remove(ctx)
        assert set(world.records.images) == {BASE}

    async def test_one_that_a_repeated_request_made_goes_too(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        image_of(world, "second")
        result = await remove(ctx)
        assert set(world.records.images) == {BASE}
        assert result.note == "removed: 2 images"

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "my-own-copy"},
            {"properties": {"imaging.run": "run1", "imaging.source": DB, "instance_uuid": OTHERS}},
            {"properties": {"imaging.run": "run1", "imaging.source": OTHERS}},
            {"properties": {}},
        ],
    )
    async def test_a_strangers_image_that_looks_like_the_runs_own_stays(
        self, ctx: MemoryContext, world: HeldWorld, fields: dict[str, Any]
    ) -> None:
        await take(ctx)
        strangers = image_of(world, "strangers", **fields)
        await remove(ctx)
        assert set(world.records.images) == {BASE, strangers}

    async def test_a_strangers_image_of_no_date_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        strangers = image_of(world, "strangers")
        world.records.images[strangers].created_at = None  # type: ignore[assignment]  # shown as null
        await remove(ctx)
        assert set(world.records.images) == {BASE, strangers}

    async def test_an_older_image_of_that_name_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        older = image_of(world, "older", created_at=(world.clock.now() - timedelta(days=3)).timestamp())
        await remove(ctx)
        assert older in world.records.images

    async def test_the_intent_stands_before_the_deletion(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await take(ctx)
        image_id = ctx.run.image_id
        world.fault("delete_image", **refusal(409, "in use"))
        with pytest.raises(ConflictError):
            await remove(ctx)
        assert intents(ctx, StepName.REMOVE_SNAPSHOT) == [f"delete image {image_id}"]
        await remove(ctx)
        assert set(world.records.images) == {BASE}

    async def test_a_source_that_somebody_deletes_meanwhile_does_not_matter(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await take(ctx)
        del world.records.servers[DB]
        await remove(ctx)
        assert set(world.records.images) == {BASE}


class TestVolumeBacked:
    @pytest_asyncio.fixture(loop_scope="session")
    async def taken(self, ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
        world.boot_from_volume()
        await world.look()
        ctx.change(plan=ctx.run.plan.model_copy(update={"source": world.source}))
        make_snapshot(world.records, world.records.volumes[PGDATA], "before the upgrade")
        await create_image(ctx.at(StepName.CREATE_IMAGE))
        assert len(world.records.snapshots) == 4
        return ctx

    def left(self, world: HeldWorld) -> list[str]:
        """The names of the snapshots that are there."""
        return [each.name for each in world.records.snapshots.values()]

    async def test_every_snapshot_and_the_childs_volumes_go(self, taken: MemoryContext, world: HeldWorld) -> None:
        await wait_for_image(taken.at(StepName.WAIT_FOR_IMAGE))
        await launch_test(taken.at(StepName.TEST_LAUNCH))
        assert len(world.records.volumes) == 6
        await remove_test(taken.at(StepName.REMOVE_TEST))
        await remove(taken)
        assert self.left(world) == ["before the upgrade"]
        assert set(world.records.volumes) == set(world.attached)
        assert set(world.records.images) == {BASE}

    async def test_snapshots_are_known_before_their_image_is_deleted(
        self, taken: MemoryContext, world: HeldWorld
    ) -> None:
        taken.change(owned=tuple(owned for owned in taken.run.owned if owned.kind is OwnedKind.IMAGE))
        Death(taken.cloud, "after", number=0, only="delete_image")
        with pytest.raises(KilledError):
            await remove(taken)
        known = {owned.id for owned in taken.run.owned if owned.kind is OwnedKind.VOLUME_SNAPSHOT}
        assert known == {each.id for each in world.records.snapshots.values() if each.name != "before the upgrade"}
        world.fault("delete_snapshot", times=2, status=401)  # the second after a new login
        with pytest.raises(UnauthorizedError):
            await remove(taken)
        assert set(world.records.images) == {BASE}
        await remove(taken)
        assert self.left(world) == ["before the upgrade"]

    async def test_snapshots_of_a_request_that_failed_half_way_are_known_by_their_name(
        self, taken: MemoryContext, world: HeldWorld
    ) -> None:
        del world.records.images[taken.image_id]
        await remove(taken)
        assert self.left(world) == ["before the upgrade"]

"""Create image, wait for image, describe image, publish: one image of the run, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from imaging.runs.core.step_context import StepResult
from imaging.runs.ownership.images_and_servers import images_of_run, surplus_images
from imaging.runs.steps.claim import claim
from imaging.runs.steps.compensation import mark_unverified, remove_unfinished_image
from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.describe import describe
from imaging.runs.steps.lock import lock
from imaging.runs.steps.publish import publish
from imaging.runs.steps.wait_for_image import wait_for_image
from models.cloud.image import Image
from models.errors import RunError
from models.findings import AskedFor, Checklist, Finding, Outcome, Severity
from models.run.intent import IntentAction
from models.run.record import OwnedKind
from models.run.request import Attestation, Visibility
from models.steps import StepName
from models.verdict import Strength, Verdict, VerdictWord
from tests.runs.steps.held_world import DB, LOST, OTHERS, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, made_of_source
from tests.support.demo_here import TurnedClock


@pytest_asyncio.fixture(loop_scope="session")
async def ready(ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
    """A source that is claimed, stopped, and has released its volumes."""
    await claim(ctx.at(StepName.CLAIM))
    world.stop_and_let_go()
    return ctx.at(StepName.CREATE_IMAGE)


async def make(ctx: MemoryContext) -> StepResult:
    await create_image(ctx.at(StepName.CREATE_IMAGE))
    return await wait_for_image(ctx.at(StepName.WAIT_FOR_IMAGE))


async def image_of(ctx: MemoryContext) -> Image:
    """The run's image, as the console reads it."""
    return await ctx.cloud.images.image(ctx.image_id)


class TestCreate:
    async def test_the_image_carries_the_runs_id_and_its_source(self, ready: MemoryContext, world: HeldWorld) -> None:
        await create_image(ready)
        (image,) = world.snapshots_of_db
        assert ready.run.image_id == image.id
        assert image.properties["imaging.run"] == "run1"
        assert image.properties["imaging.source"] == DB

    async def test_done_again_it_asks_for_nothing(self, ready: MemoryContext, world: HeldWorld) -> None:
        await create_image(ready)
        await create_image(ready)
        assert len(world.snapshots_of_db) == 1

    async def test_a_lost_answer_is_looked_for_and_the_request_not_repeated(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        world.fault("create_image", **LOST)
        await make(ready)
        assert len(world.snapshots_of_db) == 1
        assert ready.intents.count("create image postgres") == 1

    @pytest.mark.parametrize("fault", [UNHEARD, {"status": 500}])
    async def test_a_request_that_did_nothing_is_repeated_after_a_minute(
        self, ready: MemoryContext, world: HeldWorld, clock: TurnedClock, fault: dict[str, Any]
    ) -> None:
        world.fault("create_image", **fault)
        world.clock.shortest = 5
        began = clock.monotonic()
        await create_image(ready)
        assert clock.monotonic() - began >= 60
        assert len(world.snapshots_of_db) == 1

    async def test_a_request_that_acts_after_we_repeated_it_leaves_no_surplus(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        properties = {"imaging.run": "run1", "imaging.source": DB}
        world.fault("create_image", **UNHEARD)
        world.clock.shortest = 5
        world.later(75, lambda: world.make_image("postgres", properties))
        await create_image(ready)
        await wait_for_image(ready.at(StepName.WAIT_FOR_IMAGE))
        world.clock.turn(20)
        await wait_for_image(ready)
        assert [image.id for image in world.snapshots_of_db] == [ready.run.image_id]
        assert len(world.asked("delete_image")) == 1

    async def test_our_clock_may_be_hours_ahead_of_the_clouds(self, ready: MemoryContext, world: HeldWorld) -> None:
        ready.change(created_at=ready.run.created_at + timedelta(hours=9))
        world.fault("create_image", **LOST)
        await make(ready)
        assert len(world.snapshots_of_db) == 1
        assert ready.intents.count("create image postgres") == 1

    async def test_after_a_crash_while_asking_the_image_is_found_and_taken(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        await ready.intend(IntentAction.CREATE_IMAGE, "postgres")
        await ready.cloud.compute.create_image(DB, "postgres", {"imaging.run": "run1", "imaging.source": DB})
        asked = len(world.calls)
        await create_image(ready)
        assert world.calls[asked:] == []

    async def test_a_used_up_quota_is_said_with_its_numbers(self, ready: MemoryContext, world: HeldWorld) -> None:
        world.boot_from_volume()
        world.quotas(snapshots=0)
        with pytest.raises(RunError, match="Requested 1, but already used 0 of 0 snapshots"):
            await create_image(ready)


def _snapshot(world: HeldWorld, image_id: str, *, of: str = DB, **properties: str) -> Image:
    properties = {"image_type": "snapshot", "instance_uuid": of, **properties}
    return Image(id=image_id, name="postgres", status="active", created_at=world.clock.now(), properties=properties)


class TestOwned:
    def test_a_strangers_snapshot_of_a_later_launch_is_not_owned(self, ctx: MemoryContext, world: HeldWorld) -> None:
        copied = {"imaging.run": "run1", "imaging.source": DB, "imaging.verdict": "booted"}
        stranger = _snapshot(world, "second", of="launched-later", **copied)
        assert images_of_run(ctx.run, [stranger], made_of_source(ctx)) == ()
        assert surplus_images(ctx.run, [stranger], made_of_source(ctx)) == ()

    def test_a_verdict_copied_from_an_ancestor_says_nothing(self, world: HeldWorld) -> None:
        copied = {"imaging.verdict": "booted", "imaging.verdict.image": "ancestor"}
        assert _snapshot(world, "second", **copied).noted_verdict is None
        assert _snapshot(world, "ancestor", **copied).noted_verdict == "booted"

    def test_without_instance_uuid_the_oldest_is_owned_and_nothing_is_surplus(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        source = world.source.model_copy(update={"volume_backed": True})
        ctx.change(plan=ctx.run.plan.model_copy(update={"source": source}))
        ours = {"imaging.run": "run1", "imaging.source": DB}
        first = Image(id="first", name="postgres", status="active", created_at=world.clock.now(), properties=ours)
        world.clock.turn(60)
        younger = Image(id="younger", name="postgres", status="active", created_at=world.clock.now(), properties=ours)
        ctx.change(image_id="first")
        assert images_of_run(ctx.run, [younger, first], made_of_source(ctx))[0] is first
        assert surplus_images(ctx.run, [younger, first], made_of_source(ctx)) == ()

    def test_an_image_older_than_the_run_is_not_owned(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(began_at=world.clock.now() + timedelta(days=2))
        old = _snapshot(world, "old", **{"imaging.run": "run1", "imaging.source": DB})
        assert images_of_run(ctx.run, [old], made_of_source(ctx)) == ()


class TestWait:
    async def test_it_is_done_only_when_the_instance_is_idle_too(self, ready: MemoryContext, world: HeldWorld) -> None:
        result = await make(ready)
        assert world.db.task_state is None
        assert "image active, instance image_uploading" in ready.phases
        assert result.note == "active, 2.1 MiB"

    async def test_an_image_that_vanishes_has_failed_and_novas_reason_is_given(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        world.hook("snapshot", fail="no space left")
        await create_image(ready)
        with pytest.raises(RunError, match="deleted it") as caught:
            await wait_for_image(ready)
        asked = next(each for each in world.db.actions if each.name == "createImage")
        assert caught.value.meaning == "The cloud says: Error."  # Nova keeps the reason for administrators
        assert caught.value.request_id == asked.request_id

    async def test_queued_again_after_saving_has_failed(self, ready: MemoryContext, world: HeldWorld) -> None:
        world.hook("upload", delay=100)
        await create_image(ready)
        world.later(60, lambda: world.records.turn_image(world.records.images[ready.image_id], "queued"))
        with pytest.raises(RunError, match="upload of the image failed"):
            await wait_for_image(ready)

    async def test_queued_while_nothing_works_on_it_has_failed(self, ready: MemoryContext, world: HeldWorld) -> None:
        await create_image(ready)
        world.set(job=world.db.job + 1, task_state=None)  # the host has begun again, and knows nothing of it
        world.clock.shortest = 5
        with pytest.raises(RunError, match="nothing works on it any more"):
            await wait_for_image(ready)

    async def test_a_source_deleted_meanwhile_is_said_so(self, ready: MemoryContext, world: HeldWorld) -> None:
        await create_image(ready)
        world.later(0.5, world.delete)
        with pytest.raises(RunError, match="deleted by someone else"):
            await wait_for_image(ready)

    async def test_of_a_volume_backed_source_the_snapshots_are_awaited_and_journalled(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        world.boot_from_volume()
        await create_image(ready)
        await wait_for_image(ready)
        (snapshot,) = world.records.snapshots.values()
        assert "volume snapshot creating" in ready.phases
        owned = [owned.id for owned in ready.run.owned if owned.kind is OwnedKind.VOLUME_SNAPSHOT]
        assert (owned, snapshot.status) == ([snapshot.id], "available")


class TestCleanUp:
    async def test_an_unfinished_image_is_deleted_and_the_source_awaited(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        await create_image(ready)
        await remove_unfinished_image(ready)
        assert world.snapshots_of_db == []
        assert world.db.task_state is None

    async def test_an_active_image_is_kept(self, ready: MemoryContext, world: HeldWorld) -> None:
        await make(ready)
        await remove_unfinished_image(ready)
        assert len(world.snapshots_of_db) == 1

    async def test_an_image_whose_answer_was_lost_is_found_and_deleted(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        world.hook("upload", delay=300)
        await ready.intend(IntentAction.CREATE_IMAGE, "postgres")
        await ready.cloud.compute.create_image(DB, "postgres", {"imaging.run": "run1", "imaging.source": DB})
        await remove_unfinished_image(ready)
        assert world.snapshots_of_db == []

    async def test_the_empty_record_of_a_volume_backed_source_goes_with_its_snapshots(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        world.boot_from_volume()
        await create_image(ready)
        (snapshot,) = world.records.snapshots.values()
        world.records.turn_snapshot(snapshot, "error")
        # as Nova leaves it where it fell over after the first of several snapshots
        world.records.turn_image(world.records.images[ready.image_id], "queued")
        await remove_unfinished_image(ready)
        world.clock.turn(5)
        assert world.snapshots_of_db == []
        assert world.records.snapshots == {}

    async def test_a_kept_image_is_marked_unverified(self, ready: MemoryContext, world: HeldWorld) -> None:
        await make(ready)
        await mark_unverified(ready)
        assert (await image_of(ready)).noted_verdict == "not tested"


class TestDescribe:
    async def test_the_description_is_written_and_it_stays_private(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        await make(ready)
        await describe(ready)
        image = await image_of(ready)
        assert image.description == "PostgreSQL 16 beside Ubuntu24"
        assert image.visibility == "private"

    async def test_what_an_earlier_run_noted_on_the_base_image_does_not_stay(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        # Nova copies what it noted of the image when it launched the instance
        world.db.image_properties |= {"imaging.verdict": "booted", "imaging.verdict.image": "base", "os": "x"}
        await make(ready)
        await describe(ready)
        properties = world.records.images[ready.image_id].properties
        assert "imaging.verdict" not in properties
        assert properties["os"] == "x"

    async def test_the_reason_of_our_lock_which_nova_copies_does_not_stay(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        await lock(ready.at(StepName.LOCK))
        await make(ready)
        assert "imaging undo" in world.records.images[ready.image_id].properties["locked_reason"]
        await describe(ready)
        assert "locked_reason" not in world.records.images[ready.image_id].properties

    async def test_the_reason_of_somebody_elses_lock_stays(self, ready: MemoryContext, world: HeldWorld) -> None:
        world.lock("imaging of the sky until Friday")
        await make(ready)
        await describe(ready)
        assert world.records.images[ready.image_id].properties["locked_reason"] == "imaging of the sky until Friday"

    async def test_min_disk_is_never_smaller_than_what_the_image_unpacks_to(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        await make(ready)
        world.records.images[ready.image_id].virtual_size = 20 * 2**30 + 1
        await describe(ready)
        assert world.records.images[ready.image_id].min_disk == 21

    async def test_done_again_it_changes_nothing(self, ready: MemoryContext, world: HeldWorld) -> None:
        await make(ready)
        await describe(ready)
        asked = len(world.calls)
        await describe(ready)
        assert world.calls[asked:] == []


BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)


class TestPublish:
    async def publish(self, ctx: MemoryContext, *, verdict: Verdict = BOOTED, **request: Any) -> StepResult:
        await make(ctx)
        plan = ctx.run.plan.model_copy(update={"request": ctx.run.plan.request.model_copy(update=request)})
        ctx.change(plan=plan, verdict=verdict)
        return await publish(ctx.at(StepName.PUBLISH))

    async def test_a_private_image_stays_private(self, ready: MemoryContext, world: HeldWorld) -> None:
        assert (await self.publish(ready)).skipped

    async def test_a_booted_image_is_shared_with_the_members(self, ready: MemoryContext, world: HeldWorld) -> None:
        await self.publish(ready, visibility=Visibility.SHARED, members=(OTHERS,))
        assert world.records.images[ready.image_id].visibility == "shared"
        assert await world.cloud.images.members(ready.image_id) == {OTHERS: "pending"}

    @pytest.mark.parametrize("word", [VerdictWord.FAILED, VerdictWord.INCONCLUSIVE, VerdictWord.NOT_TESTED])
    async def test_what_was_not_seen_to_boot_stays_private(
        self, ready: MemoryContext, world: HeldWorld, word: VerdictWord
    ) -> None:
        result = await self.publish(ready, verdict=Verdict(word=word), visibility=Visibility.COMMUNITY)
        assert world.records.images[ready.image_id].visibility == "private"
        assert word.value in result.note

    async def test_a_typed_confirmation_publishes_it_all_the_same(self, ready: MemoryContext, world: HeldWorld) -> None:
        verdict = Verdict(word=VerdictWord.INCONCLUSIVE)
        await self.publish(ready, verdict=verdict, visibility=Visibility.COMMUNITY, publish_unverified=True)
        assert world.records.images[ready.image_id].visibility == "community"

    @pytest.mark.parametrize("given", [True, False])
    async def test_a_missing_word_on_licences_stops_only_the_publishing(
        self, ready: MemoryContext, world: HeldWorld, given: bool
    ) -> None:
        finding = Finding(
            rule="SW-ATTEST",
            chapter="Software",
            title="Licences",
            outcome=Outcome.UNKNOWN,
            severity=Severity.ASK,
            evidence="",
            asked_for=AskedFor.BEFORE_PUBLISHING,
        )
        checklist = Checklist(profile="test", findings=(finding,))
        ready.change(plan=ready.run.plan.model_copy(update={"checklist": checklist}))
        attestations = (Attestation(rule="SW-ATTEST"),) if given else ()
        result = await self.publish(ready, visibility=Visibility.COMMUNITY, attestations=attestations)
        assert world.records.images[ready.image_id].visibility == ("community" if given else "private")
        assert given or "--attest SW-ATTEST" in result.note

    async def test_a_refused_visibility_is_said_and_the_image_kept(
        self, ready: MemoryContext, world: HeldWorld
    ) -> None:
        world.fault("update_image", **refusal(403, "You are not authorized to complete publicize_image action."))
        with pytest.raises(RunError, match="does not let you make the image public"):
            await self.publish(ready, visibility=Visibility.PUBLIC)
        assert ready.image_id in world.records.images

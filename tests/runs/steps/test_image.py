"""Create image, wait for image, describe image, publish: one image of ours, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from imaging.runs.cleanup import mark_unverified, remove_unfinished_image
from imaging.runs.ours import images_of_run, surplus_images
from imaging.runs.steps.claim import claim
from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.describe import describe
from imaging.runs.steps.detach import detach
from imaging.runs.steps.lock import lock
from imaging.runs.steps.publish import publish
from imaging.runs.steps.stop import stop
from imaging.runs.steps.wait_for_image import wait_for_image
from models.errors import ForbiddenError, QuotaExceededError, RunError, ServerFaultError
from models.findings import AskedFor, Checklist, Finding, Outcome, Severity
from models.image import Image
from models.instance import InstanceAction
from models.request import Attestation, Visibility
from models.run import OwnedKind
from models.steps import StepName
from models.verdict import Verdict, VerdictWord
from tests.runs.steps.fake_cloud import Lost, volume_backed


@pytest.fixture
async def ready(ctx):
    """A source that is claimed, stopped, and has let go of its volumes."""
    await claim(ctx.at(StepName.CLAIM))
    await stop(ctx.at(StepName.STOP))
    await detach(ctx.at(StepName.DETACH))
    return ctx.at(StepName.CREATE_IMAGE)


async def make(ctx):
    await create_image(ctx.at(StepName.CREATE_IMAGE))
    return await wait_for_image(ctx.at(StepName.WAIT_FOR_IMAGE))


def made(world):
    return [image for image in world.images.values() if image.is_snapshot]


class TestCreate:
    async def test_the_image_carries_the_runs_id_and_its_source(self, ready, world):
        await create_image(ready)
        (image,) = made(world)
        assert ready.run.image_id == image.id
        assert image.properties["imaging.run"] == "run1"
        assert image.properties["imaging.source"] == "db"

    async def test_done_again_it_asks_for_nothing(self, ready, world):
        await create_image(ready)
        await create_image(ready)
        assert len(made(world)) == 1

    async def test_a_lost_answer_is_looked_for_and_the_request_not_repeated(self, ready, world):
        world.faults["create_image"] = [Lost(acts=True)]
        await make(ready)
        assert len(made(world)) == 1
        assert ready.intents.count("create image postgres") == 1

    @pytest.mark.parametrize("fault", [Lost(acts=False), ServerFaultError("500")])
    async def test_a_request_that_did_nothing_is_repeated_after_a_minute(self, ready, world, clock, fault):
        world.faults["create_image"] = [fault]
        began = clock.monotonic()
        await create_image(ready)
        assert clock.monotonic() - began >= 60
        assert len(made(world)) == 1

    async def test_a_request_that_acts_after_we_repeated_it_leaves_no_surplus(self, ready, world):
        properties = {"imaging.run": "run1", "imaging.source": "db"}
        world.faults["create_image"] = [Lost(acts=False)]
        world.later(66, lambda: world.images.update(late=_snapshot(world, "late", **properties)))
        await create_image(ready)
        await wait_for_image(ready.at(StepName.WAIT_FOR_IMAGE))
        world.clock.turn(20)
        await wait_for_image(ready)
        assert [image.id for image in made(world)] == [ready.run.image_id]

    async def test_our_clock_may_be_hours_ahead_of_the_clouds(self, ready, world):
        ready.change(created_at=ready.run.created_at + timedelta(hours=9))
        world.faults["create_image"] = [Lost(acts=True)]
        await make(ready)
        assert len(made(world)) == 1
        assert ready.intents.count("create image postgres") == 1

    async def test_after_a_crash_while_asking_the_image_is_found_and_taken(self, ready, world):
        await ready.intend("create image postgres")
        await ready.cloud.compute.create_image("db", "postgres", {"imaging.run": "run1", "imaging.source": "db"})
        asked = len(world.calls)
        await create_image(ready)
        assert world.calls[asked:] == []

    async def test_a_used_up_quota_is_said_with_its_numbers(self, ready, world):
        world.faults["create_image"] = [QuotaExceededError("Quota exceeded for snapshots: 10 of 10 used.")]
        with pytest.raises(RunError, match="10 of 10 used"):
            await create_image(ready)


def _snapshot(world, image_id, *, of="db", **properties):
    properties = {"image_type": "snapshot", "instance_uuid": of, **properties}
    return Image(id=image_id, name=image_id, status="active", created_at=world.clock.now(), properties=properties)


class TestOurs:
    def test_a_strangers_snapshot_of_a_child_of_ours_is_not_ours(self, ctx, world):
        copied = {"imaging.run": "run1", "imaging.source": "db", "imaging.verdict": "booted"}
        stranger = _snapshot(world, "grandchild", of="child-of-ours", **copied)
        assert images_of_run(ctx.run, [stranger]) == ()
        assert surplus_images(ctx.run, [stranger]) == ()

    def test_a_verdict_copied_from_an_ancestor_says_nothing(self, world):
        copied = {"imaging.verdict": "booted", "imaging.verdict.image": "ancestor"}
        assert _snapshot(world, "grandchild", **copied).noted_verdict is None
        assert _snapshot(world, "ancestor", **copied).noted_verdict == "booted"

    def test_without_instance_uuid_the_oldest_is_ours_and_nothing_is_surplus(self, ctx, world):
        ours = {"imaging.run": "run1", "imaging.source": "db"}
        first = Image(id="first", name="", status="active", created_at=world.clock.now(), properties=ours)
        world.clock.turn(60)
        younger = Image(id="younger", name="", status="active", created_at=world.clock.now(), properties=ours)
        ctx.change(image_id="first")
        assert images_of_run(ctx.run, [younger, first])[0] is first
        assert surplus_images(ctx.run, [younger, first]) == ()

    def test_an_image_older_than_the_run_is_not_ours(self, ctx, world):
        world.clock.turn(-2 * 24 * 3600)
        old = _snapshot(world, "old", **{"imaging.run": "run1", "imaging.source": "db"})
        assert images_of_run(ctx.run, [old]) == ()


class TestWait:
    async def test_it_is_done_only_when_the_instance_is_idle_too(self, ready, world):
        result = await make(ready)
        assert world.servers["db"].task_state is None
        assert "image active, instance image_pending_upload" in ready.phases
        assert result.note == "active, 1.0 GiB"

    async def test_an_image_that_vanishes_has_failed_and_novas_reason_is_given(self, ready, world):
        await create_image(ready)
        world.actions = (InstanceAction(request_id="req-7", action="createImage", message="Error: no space left"),)
        world.later(0.5, lambda: world.images.pop(ready.run.image_id))
        with pytest.raises(RunError, match="deleted it") as caught:
            await wait_for_image(ready)
        assert "no space left" in caught.value.meaning
        assert caught.value.request_id == "req-7"

    async def test_queued_again_after_saving_has_failed(self, ready, world):
        world.snapshot_seconds = 100
        await create_image(ready)
        world.later(60, lambda: world.set_image(ready.run.image_id, status="queued"))
        with pytest.raises(RunError, match="upload of the image failed"):
            await wait_for_image(ready)

    async def test_queued_while_nothing_works_on_it_has_failed(self, ready, world):
        world.snapshot_seconds = 10_000
        await create_image(ready)
        world.set("db", task_state=None)
        with pytest.raises(RunError, match="nothing works on it any more"):
            await wait_for_image(ready)

    async def test_a_source_deleted_meanwhile_is_said_so(self, ready, world):
        await create_image(ready)
        world.later(0.5, lambda: (world.servers.pop("db"), world.images.pop(ready.run.image_id)))
        with pytest.raises(RunError, match="deleted by someone else"):
            await wait_for_image(ready)

    async def test_of_a_volume_backed_source_the_snapshots_are_awaited_and_journalled(self, ready, world):
        await create_image(ready)
        world.clock.turn(60)
        world.settle()
        volume_backed(world, ready.run.image_id, "snap")
        world.snapshots["snap"] = world.snapshots["snap"].model_copy(update={"status": "creating"})
        available = world.snapshots["snap"].model_copy(update={"status": "available"})
        world.later(10, lambda: world.snapshots.update(snap=available))
        await wait_for_image(ready)
        assert "volume snapshot creating" in ready.phases
        assert [owned.id for owned in ready.run.owned if owned.kind is OwnedKind.VOLUME_SNAPSHOT] == ["snap"]


class TestCleanUp:
    async def test_an_unfinished_image_is_deleted_and_the_source_awaited(self, ready, world):
        await create_image(ready)
        await remove_unfinished_image(ready)
        assert made(world) == []
        assert world.servers["db"].task_state is None

    async def test_an_active_image_is_kept(self, ready, world):
        await make(ready)
        await remove_unfinished_image(ready)
        assert len(made(world)) == 1

    async def test_an_image_whose_answer_was_lost_is_found_and_deleted(self, ready, world):
        world.snapshot_seconds = 300
        await ready.intend("create image postgres")
        await ready.cloud.compute.create_image("db", "postgres", {"imaging.run": "run1", "imaging.source": "db"})
        await remove_unfinished_image(ready)
        assert made(world) == []

    async def test_the_empty_record_of_a_volume_backed_source_goes_with_its_snapshots(self, ready, world):
        await create_image(ready)
        volume_backed(world, ready.run.image_id, "snap", "other")
        world.snapshots["snap"] = world.snapshots["snap"].model_copy(update={"status": "error"})
        await remove_unfinished_image(ready)
        assert made(world) == []
        assert world.snapshots == {}

    async def test_a_kept_image_is_marked_unverified(self, ready, world):
        await make(ready)
        await mark_unverified(ready)
        assert world.images[ready.run.image_id].noted_verdict == "not tested"


class TestDescribe:
    async def test_the_description_is_written_and_it_stays_private(self, ready, world):
        await make(ready)
        await describe(ready)
        image = world.images[ready.run.image_id]
        assert image.description == "PostgreSQL 16 beside Ubuntu24"
        assert image.visibility == "private"

    async def test_what_an_earlier_run_noted_on_the_base_image_does_not_stay(self, ready, world):
        world.set_image("base", properties={"imaging.verdict": "booted", "imaging.verdict.image": "base", "os": "x"})
        await make(ready)
        await describe(ready)
        properties = world.images[ready.run.image_id].properties
        assert "imaging.verdict" not in properties
        assert properties["os"] == "x"

    async def test_the_reason_of_our_lock_which_nova_copies_does_not_stay(self, ready, world):
        await lock(ready.at(StepName.LOCK))
        await make(ready)
        assert "imaging undo" in world.images[ready.run.image_id].properties["locked_reason"]
        await describe(ready)
        assert "locked_reason" not in world.images[ready.run.image_id].properties

    async def test_the_reason_of_somebody_elses_lock_stays(self, ready, world):
        world.set("db", locked=True, locked_reason="imaging of the sky until Friday")
        await make(ready)
        await describe(ready)
        assert world.images[ready.run.image_id].properties["locked_reason"] == "imaging of the sky until Friday"

    async def test_min_disk_is_never_smaller_than_what_the_image_unpacks_to(self, ready, world):
        await make(ready)
        world.set_image(ready.run.image_id, virtual_size_bytes=20 * 2**30 + 1)
        await describe(ready)
        assert world.images[ready.run.image_id].min_disk_gib == 21

    async def test_done_again_it_changes_nothing(self, ready, world):
        await make(ready)
        await describe(ready)
        asked = len(world.calls)
        await describe(ready)
        assert world.calls[asked:] == []


BOOTED = Verdict(word=VerdictWord.BOOTED)


class TestPublish:
    async def publish(self, ctx, *, verdict=BOOTED, **request):
        await make(ctx)
        plan = ctx.run.plan.model_copy(update={"request": ctx.run.plan.request.model_copy(update=request)})
        ctx.change(plan=plan, verdict=verdict)
        return await publish(ctx.at(StepName.PUBLISH))

    async def test_a_private_image_stays_private(self, ready, world):
        assert (await self.publish(ready)).skipped

    async def test_a_booted_image_is_shared_with_the_members(self, ready, world):
        await self.publish(ready, visibility=Visibility.SHARED, members=("friends",))
        assert world.images[ready.run.image_id].visibility == "shared"
        assert world.members[ready.run.image_id] == {"friends": "pending"}

    @pytest.mark.parametrize("word", [VerdictWord.FAILED, VerdictWord.INCONCLUSIVE, VerdictWord.NOT_TESTED])
    async def test_what_was_not_seen_to_boot_stays_private(self, ready, world, word):
        result = await self.publish(ready, verdict=Verdict(word=word), visibility=Visibility.COMMUNITY)
        assert world.images[ready.run.image_id].visibility == "private"
        assert word.value in result.note

    async def test_a_typed_confirmation_publishes_it_all_the_same(self, ready, world):
        verdict = Verdict(word=VerdictWord.INCONCLUSIVE)
        await self.publish(ready, verdict=verdict, visibility=Visibility.COMMUNITY, publish_unverified=True)
        assert world.images[ready.run.image_id].visibility == "community"

    @pytest.mark.parametrize("given", [True, False])
    async def test_a_missing_word_on_licences_stops_only_the_publishing(self, ready, world, given):
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
        assert world.images[ready.run.image_id].visibility == ("community" if given else "private")
        assert given or "--attest SW-ATTEST" in result.note

    async def test_a_refused_visibility_is_said_and_the_image_kept(self, ready, world):
        world.faults["update_image"] = [ForbiddenError("not allowed")]
        with pytest.raises(RunError, match="does not let you make the image public"):
            await self.publish(ready, visibility=Visibility.PUBLIC)
        assert ready.run.image_id in world.images

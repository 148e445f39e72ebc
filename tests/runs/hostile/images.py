"""Images, notes on them and volume snapshots of others that look like the run's."""

from __future__ import annotations

import json
from datetime import timedelta

from imaging.runs.ownership.table import ActedOn, Pointer
from imaging.runs.steps import STEPS
from imaging.runs.steps.compensation import remove_unfinished_image
from imaging.runs.test_instance.verdict_note import write_verdict
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind
from models.steps import StepName
from models.verdict import Verdict, VerdictWord
from tests.acceptance.plain import PlainApi
from tests.runs.hostile.registry import points_at_ours
from tests.runs.hostile.stage import NAME, Stage

HOUR = timedelta(hours=1)
CREATE, REMOVE = StepName.CREATE_IMAGE, StepName.REMOVE_SNAPSHOT


async def _clean_up(stage: Stage) -> None:
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, NAME)
    await remove_unfinished_image(stage.ctx)


@points_at_ours(ActedOn.IMAGE, Pointer.PROPERTY)
async def a_colleagues_image_of_the_same_instance_with_our_properties_and_name(stage: Stage) -> None:
    """The runner died before its request; Grace makes an image of the instance with all that Nova would copy."""
    await stage.begin("web-01")
    theirs = stage.snapshot_of(stage.grace, stage.demo.server_id("web-01"), NAME, stage.copied_properties())
    await _clean_up(stage)
    assert stage.grace.image(theirs)["name"] == NAME
    assert stage.run.image_id is None


@points_at_ours(ActedOn.IMAGE, Pointer.NAME)
async def an_image_that_only_has_our_name(stage: Stage) -> None:
    await stage.begin("web-01")
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), NAME, {})
    await _clean_up(stage)
    assert stage.ada.image(theirs)["name"] == NAME


@points_at_ours(ActedOn.IMAGE, Pointer.AGE)
async def an_image_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin("web-01")
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), NAME, stage.copied_properties())
    stage.ctx.change(began_at=stage.clock.now().replace(microsecond=0) + HOUR)
    await _clean_up(stage)
    assert stage.ada.image(theirs)["name"] == NAME


@points_at_ours(ActedOn.TEMPORARY_IMAGE, Pointer.PROPERTY)
async def a_colleagues_image_with_all_that_a_deep_checks_has(stage: Stage) -> None:
    await stage.begin("web-01", deep=True)
    name = f"imaging-deep-{stage.run.id}"
    theirs = stage.snapshot_of(stage.grace, stage.demo.server_id("web-01"), name, stage.copied_properties())
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, name)
    await stage.do(REMOVE)
    assert stage.grace.image(theirs)["name"] == name


@points_at_ours(ActedOn.TEMPORARY_IMAGE, Pointer.NAME)
async def an_image_that_only_has_the_name_of_a_deep_checks(stage: Stage) -> None:
    await stage.begin("web-01", deep=True)
    name = f"imaging-deep-{stage.run.id}"
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), name, {})
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, name)
    await stage.do(REMOVE)
    assert stage.ada.image(theirs)["name"] == name


@points_at_ours(ActedOn.TEMPORARY_IMAGE, Pointer.AGE)
async def a_deep_checks_image_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin("web-01", deep=True)
    name = f"imaging-deep-{stage.run.id}"
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), name, stage.copied_properties())
    stage.ctx.change(began_at=stage.clock.now().replace(microsecond=0) + HOUR)
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, name)
    await stage.do(REMOVE)
    assert stage.ada.image(theirs)["name"] == name


@points_at_ours(ActedOn.TEMPORARY_IMAGE, Pointer.OLD_JOURNAL)
async def a_temporary_image_of_an_old_journal_that_is_published_by_now(stage: Stage) -> None:
    await stage.begin("web-01", deep=True)
    image_id = stage.demo.image_id("Featured-Ubuntu24")
    stage.ctx.change(image_id=image_id, owned=(Owned(kind=OwnedKind.IMAGE, id=image_id),))
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE)
    await stage.do(REMOVE)
    assert stage.ada.image(image_id)["status"] == "active"
    assert stage.left() == {image_id}


@points_at_ours(ActedOn.IMAGE_NOTES, Pointer.NAME, Pointer.PROPERTY)
async def an_image_with_our_name_and_properties_is_neither_described_nor_published(stage: Stage) -> None:
    await stage.begin("web-01")
    source = stage.demo.server_id("web-01")
    ours = stage.snapshot_of(stage.ada, source, NAME, stage.copied_properties())
    await stage.until(lambda: _is_active(stage, ours))
    await stage.is_up(source)
    theirs = stage.snapshot_of(stage.grace, source, NAME, stage.copied_properties())
    await stage.until(lambda: _is_active(stage, theirs))
    before = stage.grace.image(theirs)
    stage.ctx.change(image_id=ours)
    await stage.do(StepName.DESCRIBE)
    await write_verdict(stage.ctx, Verdict(word=VerdictWord.BOOTED))
    await stage.do(StepName.PUBLISH)
    assert stage.grace.image(theirs) == before
    assert stage.ada.image(ours)["imaging.verdict"] == "booted"


async def _is_active(stage: Stage, image_id: str) -> bool:
    return (await stage.cloud.images.image(image_id)).status == "active"


async def _volume_backed_image(stage: Stage, *extra: str) -> str:
    """The run's own image of a volume-backed instance, in which somebody has named more snapshots."""
    await stage.begin("bfv-01")
    image_id = stage.snapshot_of(stage.ada, stage.demo.server_id("bfv-01"), NAME, stage.copied_properties())
    mapping = json.loads(stage.ada.image(image_id)["block_device_mapping"])
    ours = [entry["snapshot_id"] for entry in mapping]
    named = [*mapping, *({**mapping[0], "snapshot_id": each, "boot_index": None} for each in extra)]
    await stage.cloud.images.update_image(image_id, properties={"block_device_mapping": json.dumps(named)})
    stage.ctx.change(image_id=image_id, claim=None)
    # Somebody has killed one of our snapshots, so that the image is unfinished.
    await stage.until(lambda: _is_available(stage, ours[0]))
    stage.ada.delete(f"{stage.volumes}/snapshots/{ours[0]}")
    return image_id


async def _is_available(stage: Stage, snapshot_id: str) -> bool:
    return (await stage.cloud.volumes.snapshot(snapshot_id)).status == "available"


def _snapshot(stage: Stage, api: PlainApi, volume: str, name: str) -> str:
    body = {"snapshot": {"name": name, "volume_id": stage.demo.volume_id(volume), "force": True}}
    return str(api.post(f"{stage.volumes}/snapshots", body)["snapshot"]["id"])


async def _others_snapshot_survives(stage: Stage, snapshot_id: str) -> None:
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, NAME)
    await remove_unfinished_image(stage.ctx)
    assert stage.grace.get(f"{stage.volumes}/snapshots/{snapshot_id}")["snapshot"]["id"] == snapshot_id
    assert snapshot_id in stage.left()


@points_at_ours(ActedOn.VOLUME_SNAPSHOT, Pointer.PROPERTY)
async def a_colleagues_snapshot_that_somebody_wrote_into_our_images_properties(stage: Stage) -> None:
    await stage.begin("bfv-01")
    theirs = _snapshot(stage, stage.grace, "bfv-01-data", "before the upgrade")
    image_id = await _volume_backed_image(stage, theirs)
    await _others_snapshot_survives(stage, theirs)
    assert image_id not in stage.ada.image_ids()  # our own unfinished image is deleted


@points_at_ours(ActedOn.VOLUME_SNAPSHOT, Pointer.NAME)
async def a_snapshot_of_another_volume_with_the_name_of_the_runs_own(stage: Stage) -> None:
    await stage.begin("bfv-01")
    theirs = _snapshot(stage, stage.grace, "archive-cache", f"snapshot for {NAME}")
    await _volume_backed_image(stage, theirs)
    await _others_snapshot_survives(stage, theirs)


@points_at_ours(ActedOn.VOLUME_SNAPSHOT, Pointer.AGE)
async def a_snapshot_of_the_same_volume_and_name_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin("bfv-01")
    theirs = _snapshot(stage, stage.ada, "bfv-01-root", f"snapshot for {NAME}")
    await stage.clock.sleep(3600)
    await _volume_backed_image(stage, theirs)
    await _others_snapshot_survives(stage, theirs)


@points_at_ours(ActedOn.VOLUME_SNAPSHOT, Pointer.NAME)
async def a_snapshot_with_our_name_to_which_another_image_refers(stage: Stage) -> None:
    await stage.begin("bfv-01", deep=True)
    name = f"imaging-deep-{stage.run.id}"
    theirs = stage.snapshot_of(stage.grace, stage.demo.server_id("bfv-01"), name, {})
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, name)
    await STEPS[REMOVE](stage.ctx.at(REMOVE))
    mapping = json.loads(stage.grace.image(theirs)["block_device_mapping"])
    for entry in mapping:
        assert stage.grace.get(f"{stage.volumes}/snapshots/{entry['snapshot_id']}")

"""Instances, security groups and volumes of others that look as if a test launch had made them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from imaging.cloud.services.compute import NovaCompute
from imaging.runs.ownership.made_things import BASE
from imaging.runs.ownership.security_groups import group_description
from imaging.runs.ownership.table import ActedOn, Pointer
from imaging.runs.steps.list_base import remove_base
from imaging.runs.test_instance.security_group import remove_groups
from imaging.runs.test_instance.volumes import remove_volumes
from models.cloud.instance import Instance
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind
from models.steps import StepName
from models.verdict import VerdictWord
from models.works.verdict import WorksVerdict, WorksWord
from tests.acceptance.plain import PlainApi
from tests.runs.hostile.registry import points_at_ours
from tests.runs.hostile.stage import COMPUTE, NETWORK, Stage

LAUNCH, REMOVE = StepName.TEST_LAUNCH, StepName.REMOVE_TEST


def _own_metadata(stage: Stage) -> dict[str, str]:
    return {"imaging.role": "test", "imaging.run": stage.run.id, "imaging.marker": "copied"}


async def _remove(stage: Stage) -> None:
    await stage.intend(LAUNCH, IntentAction.LAUNCH, f"imaging-test-{stage.run.id}")
    await stage.do(REMOVE)


@points_at_ours(ActedOn.SERVER, Pointer.METADATA)
async def a_colleagues_instance_with_our_name_and_metadata(stage: Stage) -> None:
    await stage.begin()
    theirs = stage.launched_by(stage.grace, f"imaging-test-{stage.run.id}", _own_metadata(stage))
    await stage.is_up(theirs)
    await _remove(stage)
    assert stage.grace.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.SERVER, Pointer.METADATA)
async def a_colleagues_instance_named_like_that_of_the_base(stage: Stage) -> None:
    await stage.begin()
    name = BASE.name(stage.run)
    theirs = stage.launched_by(stage.grace, name, _own_metadata(stage))
    await stage.is_up(theirs)
    await stage.intend(LAUNCH, IntentAction.LAUNCH_BASE, name)
    await remove_base(stage.ctx)
    assert stage.grace.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.SERVER, Pointer.NAME)
async def an_instance_that_only_has_our_name(stage: Stage) -> None:
    await stage.begin()
    theirs = stage.launched_by(stage.ada, f"imaging-test-{stage.run.id}", {})
    await stage.is_up(theirs)
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"


@points_at_ours(ActedOn.SERVER, Pointer.AGE)
async def an_instance_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin()
    theirs = stage.launched_by(stage.ada, f"imaging-test-{stage.run.id}", _own_metadata(stage))
    await stage.is_up(theirs)
    stage.ctx.change(began_at=stage.clock.now() + timedelta(hours=1))
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.SERVER, Pointer.COPIED_CLAIM)
async def a_test_instance_that_somebody_works_on_by_now(stage: Stage) -> None:
    """Its id is in the journal, but it carries a claim: another run is about it."""
    await stage.begin()
    theirs = stage.launched_by(
        stage.ada, f"imaging-test-{stage.run.id}", _own_metadata(stage) | {"imaging.claim.x1": "{}"}
    )
    await stage.is_up(theirs)
    stage.ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id=theirs),))
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.SERVER, Pointer.OLD_JOURNAL)
async def a_test_instance_of_an_old_journal_that_another_run_was_about(stage: Stage) -> None:
    await stage.begin()
    theirs = stage.launched_by(stage.ada, f"imaging-test-{stage.run.id}", _own_metadata(stage))
    await stage.is_up(theirs)
    stage.ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id=theirs),))
    stage.ctx.claimed = frozenset({theirs})
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


def _group(stage: Stage, api: PlainApi, description: str) -> str:
    body = {"security_group": {"name": f"imaging-{stage.run.id}", "description": description}}
    return str(api.post(f"{NETWORK}/security-groups", body)["security_group"]["id"])


def _groups(stage: Stage) -> set[str]:
    return {each["id"] for each in stage.grace.get(f"{NETWORK}/security-groups")["security_groups"]}


async def _remove_groups(stage: Stage) -> None:
    await stage.intend(LAUNCH, IntentAction.CREATE_SECURITY_GROUP, f"imaging-{stage.run.id}")
    began = stage.clock.monotonic()
    await remove_groups(stage.ctx)
    assert stage.clock.monotonic() - began < 60  # a run does not wait for others to finish


@points_at_ours(ActedOn.SECURITY_GROUP, Pointer.NAME)
async def a_colleagues_group_with_our_name_and_rules_of_its_own(stage: Stage) -> None:
    await stage.begin()
    theirs = _group(stage, stage.grace, group_description(stage.run))
    rule = {"security_group_id": theirs, "direction": "ingress", "remote_ip_prefix": "10.0.0.0/8"}
    stage.grace.post(f"{NETWORK}/security-group-rules", {"security_group_rule": rule})
    await _remove_groups(stage)
    assert theirs in _groups(stage)
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.OPEN_PORT, Pointer.NAME)
async def a_colleagues_group_with_our_name_that_no_port_is_opened_of(stage: Stage) -> None:
    """The run launched its test instance without a group of its own, and its checks failed."""
    await stage.begin()
    theirs = _group(stage, stage.grace, group_description(stage.run))
    kept = stage.launched_by(stage.ada, f"imaging-test-{stage.run.id}", _own_metadata(stage), theirs)
    await stage.is_up(kept)
    request = stage.run.plan.request.model_copy(update={"keep_failed_hours": 1, "keep_failed_from": "192.0.2.1"})
    stage.ctx.change(
        plan=stage.run.plan.model_copy(update={"request": request}),
        owned=(Owned(kind=OwnedKind.SERVER, id=kept),),
        works=WorksVerdict(word=WorksWord.NO),
    )
    await stage.do(REMOVE)
    assert stage.run.kept_until is not None
    assert stage.ada.server(kept)["status"] == "ACTIVE"
    rules = stage.grace.get(f"{NETWORK}/security-groups/{theirs}")["security_group"]["security_group_rules"]
    assert [rule for rule in rules if rule["direction"] == "ingress"] == []


@points_at_ours(ActedOn.SECURITY_GROUP, Pointer.AGE)
async def a_group_like_ours_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin()
    theirs = _group(stage, stage.ada, group_description(stage.run))
    stage.ctx.change(began_at=stage.clock.now() + timedelta(hours=1))
    await _remove_groups(stage)
    assert theirs in _groups(stage)
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.SECURITY_GROUP, Pointer.ATTACHMENT)
async def a_group_of_the_run_that_a_colleagues_instance_uses(stage: Stage) -> None:
    await stage.begin()
    ours = _group(stage, stage.ada, group_description(stage.run))
    stage.ctx.change(owned=(Owned(kind=OwnedKind.SECURITY_GROUP, id=ours),))
    theirs = stage.launched_by(stage.grace, "grace-uses-it", {}, group=f"imaging-{stage.run.id}")
    await stage.is_up(theirs)
    await _remove_groups(stage)
    assert ours in _groups(stage)
    assert stage.left() == {ours}


@points_at_ours(ActedOn.SECURITY_GROUP, Pointer.ATTACHMENT)
async def a_group_of_the_run_that_a_rule_of_others_names(stage: Stage) -> None:
    """Neutron would delete their rule together with it."""
    await stage.begin()
    ours = _group(stage, stage.ada, group_description(stage.run))
    body = {"security_group": {"name": "graces-own", "description": ""}}
    theirs = stage.grace.post(f"{NETWORK}/security-groups", body)["security_group"]["id"]
    rule = {"security_group_id": theirs, "direction": "ingress", "remote_group_id": ours}
    stage.grace.post(f"{NETWORK}/security-group-rules", {"security_group_rule": rule})
    await _remove_groups(stage)
    assert ours in _groups(stage)
    assert stage.left() == {ours}


async def _volume_backed_test(stage: Stage) -> tuple[Instance, str]:
    """The test instance of a volume-backed image, up; and a snapshot that the image names."""
    await stage.begin("bfv-01")
    image_id = stage.snapshot_of(stage.ada, stage.demo.server_id("bfv-01"), "to-be-verified", {})
    mapping = json.loads(stage.ada.image(image_id)["block_device_mapping"])
    snapshot_ids = [entry["snapshot_id"] for entry in mapping]

    async def available() -> bool:
        return all([(await stage.cloud.volumes.snapshot(each)).status == "available" for each in snapshot_ids])

    await stage.until(available)
    await stage.begin(image_id=image_id)
    await stage.do(LAUNCH)
    (server_id,) = [each.id for each in stage.run.owned if each.kind is OwnedKind.SERVER]
    return await stage.cloud.compute.instance(server_id), snapshot_ids[-1]


async def _image_backed_test(stage: Stage) -> str:
    await stage.begin(image_id=stage.demo.image_id("Featured-Ubuntu24"))
    await stage.do(LAUNCH)
    (server_id,) = [each.id for each in stage.run.owned if each.kind is OwnedKind.SERVER]
    return server_id


def _volume_ids(stage: Stage) -> set[str]:
    return {each["id"] for each in stage.grace.get(f"{stage.volumes}/volumes")["volumes"]}


async def _is_kept(stage: Stage, server_id: str, volume_id: str) -> None:
    await stage.do(REMOVE)
    await stage.clock.sleep(10)
    assert volume_id in _volume_ids(stage)
    assert volume_id in stage.left()
    assert server_id not in {each["id"] for each in stage.ada.get(f"{COMPUTE}/servers")["servers"]}


@points_at_ours(ActedOn.VOLUME, Pointer.ATTACHMENT)
async def a_colleagues_volume_made_from_our_snapshot_and_attached_to_our_test_instance(stage: Stage) -> None:

    server, snapshot_id = await _volume_backed_test(stage)
    before = _volume_ids(stage)
    theirs = stage.volume_of(stage.grace, "an inspection", snapshot_id=snapshot_id, size=None)
    await stage.attached_by(stage.grace, server.id, theirs)
    await _is_kept(stage, server.id, theirs)
    brought = {each.id for each in stage.run.owned if each.kind is OwnedKind.VOLUME}
    assert brought  # and those that came along are gone
    assert _volume_ids(stage) == (before - brought) | {theirs}


@points_at_ours(ActedOn.VOLUME, Pointer.ATTACHMENT)
async def a_volume_that_the_cloud_would_delete_together_with_our_test_instance(stage: Stage) -> None:
    server_id = await _image_backed_test(stage)
    theirs = stage.volume_of(stage.grace, "results")
    await stage.attached_by(stage.grace, server_id, theirs, delete_on_termination=True)
    await _is_kept(stage, server_id, theirs)


@points_at_ours(ActedOn.VOLUME, Pointer.ATTACHMENT)
async def a_volume_that_an_older_cloud_would_delete_together_with_our_test_instance(stage: Stage) -> None:
    """Below 2.85 the flag cannot be changed, so the test instance is left as well, and told."""
    server_id = await _image_backed_test(stage)
    theirs = stage.volume_of(stage.grace, "results")
    await stage.attached_by(stage.grace, server_id, theirs, delete_on_termination=True)
    assert isinstance(stage.cloud.compute, NovaCompute)
    stage.cloud.compute._version = (2, 84)
    await stage.do(REMOVE)
    assert stage.grace.server(server_id)["status"] == "ACTIVE"
    assert theirs in _volume_ids(stage)
    assert {server_id, theirs} <= stage.left()


@points_at_ours(ActedOn.VOLUME, Pointer.ATTACHMENT)
async def a_volume_that_is_attached_while_the_deletion_of_our_test_instance_is_refused(stage: Stage) -> None:
    """Grace locks it for a while, and attaches her volume before the deletion is asked for once more."""
    server_id = await _image_backed_test(stage)
    theirs = stage.volume_of(stage.grace, "results")
    action = f"{COMPUTE}/servers/{server_id}/action"
    stage.grace.post(action, {"lock": None})
    delete = stage.cloud.compute.delete_instance

    async def refused_once(asked_id: str) -> None:
        patch.undo()
        try:
            await delete(asked_id)
        finally:
            stage.grace.post(action, {"unlock": None})
            await stage.attached_by(stage.grace, server_id, theirs, delete_on_termination=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.cloud.compute, "delete_instance", refused_once)
        await _is_kept(stage, server_id, theirs)


@points_at_ours(ActedOn.VOLUME, Pointer.AGE)
async def a_volume_of_the_run_that_was_attached_once_the_test_instance_was_up(stage: Stage) -> None:
    server, snapshot_id = await _volume_backed_test(stage)
    theirs = stage.volume_of(stage.ada, "made by hand", snapshot_id=snapshot_id, size=None)
    await stage.attached_by(stage.ada, server.id, theirs)
    await _is_kept(stage, server.id, theirs)


@points_at_ours(ActedOn.VOLUME, Pointer.PROPERTY)
async def a_volume_that_the_images_properties_name_as_it_is(stage: Stage) -> None:
    """Launched, such an image takes the volume along, and Nova deletes it together with the instance."""
    await stage.begin("web-01")
    theirs = stage.volume_of(stage.grace, "results")
    ours = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), "ours", {})

    async def active() -> bool:
        return (await stage.cloud.images.image(ours)).status == "active"

    await stage.until(active)
    disk = {"source_type": "volume", "destination_type": "volume", "uuid": theirs, "delete_on_termination": True}
    properties = {"block_device_mapping": json.dumps([{**disk, "boot_index": 0, "volume_id": theirs}])}
    await stage.cloud.images.update_image(ours, properties=properties)
    await stage.begin(image_id=ours)
    await stage.do(LAUNCH)
    assert stage.run.verdict is not None
    assert stage.run.verdict.word is VerdictWord.NOT_TESTED
    assert theirs in stage.run.verdict.reason
    assert stage.run.owned == ()
    assert theirs in _volume_ids(stage)


@points_at_ours(ActedOn.VOLUME, Pointer.COPIED_CLAIM)
async def a_volume_of_our_test_instance_that_a_claim_names(stage: Stage) -> None:
    server, _ = await _volume_backed_test(stage)
    (theirs, *_) = [each.id for each in stage.run.owned if each.kind is OwnedKind.VOLUME]
    claim = {"imaging.claim.other.0": json.dumps({"id": theirs, "n": 0})}
    stage.ada.post(f"{COMPUTE}/servers/{stage.demo.server_id('web-01')}/metadata", {"metadata": claim})
    await stage.do(REMOVE)
    assert theirs in stage.left()
    assert server.id not in stage.left()


@points_at_ours(ActedOn.VOLUME, Pointer.OLD_JOURNAL)
async def a_volume_of_an_old_journal_that_a_colleague_uses_by_now(stage: Stage) -> None:
    await stage.begin()
    theirs = stage.volume_of(stage.grace, "kept")
    await stage.attached_by(stage.grace, stage.demo.server_id("grace-sandbox"), theirs)
    stage.ctx.change(owned=(Owned(kind=OwnedKind.VOLUME, id=theirs),))
    began = stage.clock.monotonic()
    assert await remove_volumes(stage.ctx.at(REMOVE)) == 0
    assert stage.clock.monotonic() - began < 60
    assert theirs in _volume_ids(stage)
    assert stage.left() == {theirs}

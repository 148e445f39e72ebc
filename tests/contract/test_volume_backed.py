"""Instances whose root disk is a volume: their image has no bytes of its own, it refers to snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.contract.making import Choice, a_volume, delete_server, delete_volume, fresh_name, launch, server_request
from tests.contract.subject import Subject, complaint, longest


def volume_backed(choice: Choice, name: str, image: str, **more: object) -> dict[str, Any]:
    """The body of POST /servers with a root volume made from an image."""
    body = server_request(choice, name)
    del body["server"]["imageRef"]
    root = {
        "boot_index": 0,
        "uuid": image,
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": max(choice.flavor["disk"], 1),
        "delete_on_termination": True,
    }
    body["server"] |= {"block_device_mapping_v2": [root], **more}
    return body


@pytest.fixture(scope=longest)
def backed(cloud: Subject, choice: Choice) -> Iterator[str]:
    """A volume-backed server, ACTIVE, with a data volume."""
    server = launch(cloud, volume_backed(choice, fresh_name(cloud, "backed"), choice.image["id"]))
    try:
        cloud.until_idle(server, "ACTIVE", seconds=180)
        with a_volume(cloud) as volume:
            cloud.attach(server, volume)
            yield server
    finally:
        delete_server(cloud, server)


@pytest.fixture(scope=longest)
def image(cloud: Subject, backed: str) -> Iterator[dict[str, Any]]:
    """Its image as it was at first; deleted with its snapshots."""
    made = cloud.create_image(backed, fresh_name(cloud, "zero"))
    found = cloud.glance_image(made)
    yield found
    cloud.image.delete(f"/images/{made}")
    for mapping in mappings(found):
        delete_snapshot(cloud, mapping["snapshot_id"])


def mappings(image: dict[str, Any]) -> list[dict[str, Any]]:
    return list(json.loads(image["block_device_mapping"]))


def snapshot_of(cloud: Subject, snapshot: str) -> dict[str, Any]:
    return dict(cloud.volume.get(f"/snapshots/{snapshot}").json()["snapshot"])


def is_available(cloud: Subject, snapshot: str) -> bool:
    return bool(snapshot_of(cloud, snapshot)["status"] == "available")


def delete_snapshot(cloud: Subject, snapshot: str) -> None:
    cloud.until(partial(is_available, cloud, snapshot), "snapshot available")
    assert cloud.volume.delete(f"/snapshots/{snapshot}").status_code == 202
    cloud.until_gone(cloud.volume, f"/snapshots/{snapshot}")


def by_device(cloud: Subject, server: str) -> list[dict[str, Any]]:
    """The attachments, the root volume first: Nova lists them in no promised order."""
    return sorted(cloud.attachments(server), key=lambda attachment: attachment["device"])


def root_of(cloud: Subject, server: str) -> dict[str, Any]:
    return by_device(cloud, server)[0]


def data_of(cloud: Subject, server: str) -> str:
    return str(by_device(cloud, server)[1]["volumeId"])


def test_its_image_is_an_empty_text_and_its_root_is_the_attachment_on_the_first_device(cloud: Subject, backed: str):
    found = cloud.server(backed)
    assert found["image"] == ""
    root = root_of(cloud, backed)
    assert root["delete_on_termination"] is True
    assert root["volumeId"] in [each["id"] for each in found["os-extended-volumes:volumes_attached"]]
    volume = cloud.cinder_volume(root["volumeId"])
    assert volume["bootable"] == "true"
    assert volume["attachments"][0]["server_id"] == backed


def test_the_root_volume_tells_the_image_that_it_was_made_from(cloud: Subject, backed: str, choice: Choice):
    root = cloud.cinder_volume(root_of(cloud, backed)["volumeId"])
    assert root["volume_image_metadata"]["image_id"] == choice.image["id"]


def test_its_image_is_active_at_once_and_has_no_bytes(cloud: Subject, image: dict[str, Any]):
    assert image["status"] == "active"
    assert image["size"] == 0
    assert image["virtual_size"] is None
    assert image["bdm_v2"] == "True"
    assert image["root_device_name"].startswith("/dev/")
    assert "instance_uuid" not in image


def test_the_server_shows_no_task_meanwhile(cloud: Subject, backed: str, image: dict[str, Any]):
    assert cloud.server(backed)["OS-EXT-STS:task_state"] is None


def test_the_image_refers_to_a_snapshot_of_every_volume(cloud: Subject, backed: str, image: dict[str, Any]):
    snapshots = [snapshot_of(cloud, mapping["snapshot_id"]) for mapping in mappings(image)]
    assert {s["volume_id"] for s in snapshots} == {a["volumeId"] for a in cloud.attachments(backed)}
    assert {s["name"] for s in snapshots} == {f"snapshot for {image['name']}"}
    root, data = sorted(mappings(image), key=lambda mapping: mapping["boot_index"] != 0)
    for mapping in (root, data):
        assert mapping["source_type"] == "snapshot"
        assert mapping["destination_type"] == "volume"
        assert mapping["volume_size"] >= 1
    assert root["delete_on_termination"] is True
    assert data["boot_index"] is None
    assert data["delete_on_termination"] is False


def test_a_launched_instance_brings_clones_of_the_data_volumes_that_stay_behind(
    cloud: Subject, choice: Choice, image: dict[str, Any]
):
    for mapping in mappings(image):
        cloud.until(partial(is_available, cloud, mapping["snapshot_id"]), "snapshot available")
    launched = launch(cloud, server_request(choice, fresh_name(cloud, "launch"), imageRef=image["id"]))
    clones: list[str] = []
    try:
        cloud.until_idle(launched, "ACTIVE", seconds=180)
        attachments = by_device(cloud, launched)
        clones = [a["volumeId"] for a in attachments]
        assert [a["delete_on_termination"] for a in attachments] == [True, False]
        assert {cloud.cinder_volume(v)["snapshot_id"] for v in clones} == {
            mapping["snapshot_id"] for mapping in mappings(image)
        }
        delete_server(cloud, launched)
        cloud.until_gone(cloud.volume, f"/volumes/{clones[0]}")
        assert cloud.until_volume(clones[1], "available")["attachments"] == []
    finally:
        delete_server(cloud, launched)
        for clone in clones:
            delete_volume(cloud, clone)


def test_the_snapshots_become_available_and_pin_their_volumes(cloud: Subject, backed: str, image: dict[str, Any]):
    data = data_of(cloud, backed)
    (of_data,) = cloud.volume.get(f"/snapshots/detail?volume_id={data}").json()["snapshots"]
    cloud.until(lambda: snapshot_of(cloud, of_data["id"])["status"] == "available", "snapshot available")
    assert of_data["size"] == 1
    cloud.detach(backed, data)
    message = complaint(cloud.volume.delete(f"/volumes/{data}"), "badRequest", 400)
    assert "must not be migrating, attached, belong to a group, have snapshots" in message
    cloud.attach(backed, data)


def test_deleting_the_image_leaves_the_snapshots(cloud: Subject, image: dict[str, Any]):
    cloud.image.delete(f"/images/{image['id']}")
    for mapping in mappings(image):
        assert snapshot_of(cloud, mapping["snapshot_id"])["id"] == mapping["snapshot_id"]


def test_its_root_volume_cannot_be_detached_even_when_it_is_stopped(cloud: Subject, backed: str):
    url = f"/servers/{backed}/os-volume_attachments/{root_of(cloud, backed)['volumeId']}"
    assert complaint(cloud.compute.delete(url), "badRequest", 400) == "Cannot detach a root device volume"
    cloud.act(backed, "os-stop")
    cloud.until_idle(backed, "SHUTOFF")
    assert complaint(cloud.compute.delete(url), "badRequest", 400) == "Cannot detach a root device volume"

"""Cinder: volumes and snapshots, their states, and what refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.making import fresh_name
from tests.contract.subject import Subject, complaint

UNKNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def volume_snapshot(cloud: Subject, volume: str) -> Iterator[str]:
    body = {"snapshot": {"volume_id": volume, "name": fresh_name(cloud, "snapshot"), "force": True}}
    reply = cloud.volume.post("/snapshots", json=body)
    assert reply.status_code == 202, reply.text
    snapshot = reply.json()["snapshot"]["id"]
    cloud.until(lambda: of(cloud, snapshot)["status"] == "available", "snapshot available")
    yield snapshot
    cloud.volume.delete(f"/snapshots/{snapshot}")
    cloud.until_gone(cloud.volume, f"/snapshots/{snapshot}")


def of(cloud: Subject, snapshot: str) -> dict[str, Any]:
    return dict(cloud.volume.get(f"/snapshots/{snapshot}").json()["snapshot"])


def test_a_volume_tells_all_that_the_console_shows(cloud: Subject, volume: str):
    found = cloud.cinder_volume(volume)
    assert set(found) >= {
        "id",
        "name",
        "status",
        "size",
        "attachments",
        "bootable",
        "encrypted",
        "multiattach",
        "snapshot_id",
        "source_volid",
        "volume_type",
        "metadata",
        "created_at",
        "user_id",
    }
    assert (found["status"], found["size"], found["bootable"]) == ("available", 1, "false")
    assert found["attachments"] == []
    assert found["multiattach"] is False


def test_a_new_volume_is_creating_and_then_available(cloud: Subject):
    with cloud.hooked(create_volume={"delay": 0.5}):
        body = {"volume": {"name": fresh_name(cloud, "new"), "size": 1}}
        answer = cloud.volume.post("/volumes", json=body).json()["volume"]
        assert answer["status"] == "creating"
        try:
            cloud.until_volume(answer["id"], "available")
        finally:
            cloud.volume.delete(f"/volumes/{answer['id']}")
            cloud.until_gone(cloud.volume, f"/volumes/{answer['id']}")


def test_lists_give_whole_volumes_page_by_page(cloud: Subject, volume: str, second_volume: str):
    seen: list[str] = []
    url: str | None = "/volumes/detail?limit=1"
    while url is not None:
        listing = cloud.volume.get(url).json()
        seen += [v["id"] for v in listing["volumes"]]
        links = {link["rel"]: link["href"] for link in listing.get("volumes_links", [])}
        url = links.get("next")
        assert all(v["status"] for v in listing["volumes"])
    assert {volume, second_volume} <= set(seen)
    assert len(seen) == len(set(seen))


def test_states_on_the_way_in_and_out(cloud: Subject, server: str, volume: str):
    with cloud.hooked(attach_volume={"delay": 0.7}, detach_volume={"delay": 0.7}):
        seen: list[str] = []

        def observe(wanted: str) -> bool:
            seen.append(status(cloud, volume))
            return seen[-1] == wanted

        cloud.compute.post(f"/servers/{server}/os-volume_attachments", json={"volumeAttachment": {"volumeId": volume}})
        cloud.until(lambda: observe("in-use"), "in use", finely=True)
        cloud.compute.delete(f"/servers/{server}/os-volume_attachments/{volume}")
        cloud.until(lambda: observe("available"), "available", finely=True)
    order = ["reserved", "attaching", "in-use", "detaching", "available"]
    places = [order.index(state) for state in seen]
    assert places == sorted(places)
    assert {"reserved", "in-use", "detaching"} <= set(seen) or {"attaching", "in-use", "detaching"} <= set(seen)


def status(cloud: Subject, volume: str) -> str:
    return str(cloud.cinder_volume(volume)["status"])


def test_an_unknown_volume_or_snapshot_is_404(cloud: Subject):
    for reply in (cloud.volume.get(f"/volumes/{UNKNOWN}"), cloud.volume.delete(f"/volumes/{UNKNOWN}")):
        assert complaint(reply, "itemNotFound", 404) == f"Volume {UNKNOWN} could not be found."
    for reply in (cloud.volume.get(f"/snapshots/{UNKNOWN}"), cloud.volume.delete(f"/snapshots/{UNKNOWN}")):
        assert complaint(reply, "itemNotFound", 404) == f"Snapshot {UNKNOWN} could not be found."


def test_a_snapshot_tells_its_volume_and_is_listed(cloud: Subject, volume: str, volume_snapshot: str):
    found = of(cloud, volume_snapshot)
    assert (found["volume_id"], found["size"]) == (volume, 1)
    listing = cloud.volume.get("/snapshots/detail").json()["snapshots"]
    assert volume_snapshot in [s["id"] for s in listing]


def test_a_volume_with_snapshots_cannot_be_deleted(cloud: Subject, volume: str, volume_snapshot: str):
    message = complaint(cloud.volume.delete(f"/volumes/{volume}"), "badRequest", 400)
    assert "have snapshots" in message


def test_a_deleted_volume_is_gone(cloud: Subject, volume: str):
    assert cloud.volume.delete(f"/volumes/{volume}").status_code == 202
    cloud.until_gone(cloud.volume, f"/volumes/{volume}")


def test_more_than_the_quota_is_413_or_403_with_the_numbers(cloud: Subject):
    limit = cloud.volume.get("/limits").json()["limits"]["absolute"]["maxTotalVolumeGigabytes"]
    if limit < 0:
        pytest.skip("no limit on gigabytes here")
    body = {"volume": {"name": fresh_name(cloud, "huge"), "size": limit + 1}}
    reply = cloud.volume.post("/volumes", json=body)
    message = complaint(reply, "overLimit", 413)
    assert message.startswith("VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes")
    assert f"Requested {limit + 1}G, quota is {limit}G" in message

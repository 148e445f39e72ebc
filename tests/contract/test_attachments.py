"""Volumes of a server: attached and detached asynchronously, told by two services that may disagree for a while."""

from __future__ import annotations

from typing import Any

from tests.contract.making import a_volume
from tests.contract.subject import RECENT, Subject, complaint

UNKNOWN = "11111111-2222-3333-4444-555555555555"


def ask_to_attach(cloud: Subject, server: str, volume: str, at: str = RECENT, **more: object):
    return cloud.compute.post(
        f"/servers/{server}/os-volume_attachments",
        json={"volumeAttachment": {"volumeId": volume, **more}},
        microversion=at,
    )


def ask_to_detach(cloud: Subject, server: str, volume: str):
    return cloud.compute.delete(f"/servers/{server}/os-volume_attachments/{volume}")


def as_cinder_tells(cloud: Subject, volume: str) -> dict[str, Any]:
    (attachment,) = cloud.cinder_volume(volume)["attachments"]
    return dict(attachment)


def test_an_attach_answers_with_the_device_and_ends_in_use(cloud: Subject, server: str, volume: str):
    answer = ask_to_attach(cloud, server, volume)
    assert answer.status_code == 200
    attachment = answer.json()["volumeAttachment"]
    assert attachment["volumeId"] == volume
    assert attachment["serverId"] == server
    assert attachment["device"].startswith("/dev/")
    cloud.until_volume(volume, "in-use")
    assert cloud.is_attached(server, volume)


def test_both_sides_tell_the_same_server_and_device(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    (in_nova,) = cloud.attachments(server)
    in_cinder = as_cinder_tells(cloud, volume)
    assert in_cinder["server_id"] == server
    assert in_cinder["volume_id"] == volume
    assert in_cinder["device"] == in_nova["device"]


def test_the_devices_tell_the_order_of_attaching_and_the_list_need_not(
    cloud: Subject, server: str, volume: str, second_volume: str
):
    """Nova asks its database without an order: rows have been seen to come by volume id."""
    cloud.attach(server, second_volume)
    cloud.attach(server, volume)
    by_device = sorted(cloud.attachments(server), key=lambda attachment: attachment["device"])
    assert [attachment["volumeId"] for attachment in by_device] == [second_volume, volume]


def test_a_stopped_server_takes_and_gives_volumes(cloud: Subject, stopped_server: str, volume: str):
    cloud.attach(stopped_server, volume)
    cloud.detach(stopped_server, volume)
    assert cloud.server(stopped_server)["status"] == "SHUTOFF"


def test_tag_and_delete_flag_are_kept(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume, tag="data", delete_on_termination=True)
    (attachment,) = cloud.attachments(server)
    assert attachment["tag"] == "data"
    assert attachment["delete_on_termination"] is True
    cloud.detach(server, volume)
    assert cloud.cinder_volume(volume)["status"] == "available"


def test_a_tag_below_2_49_and_a_delete_flag_below_2_79_are_400(cloud: Subject, server: str, volume: str):
    for at, more in (("2.48", {"tag": "data"}), ("2.78", {"delete_on_termination": True})):
        message = complaint(ask_to_attach(cloud, server, volume, at, **more), "badRequest", 400)
        assert "Additional properties are not allowed" in message
    assert cloud.cinder_volume(volume)["status"] == "available"


def test_the_device_may_be_asked_for(cloud: Subject, server: str, volume: str):
    letter = cloud.attach(server, volume)["device"]
    cloud.detach(server, volume)
    assert cloud.attach(server, volume, device=letter)["device"] == letter


def test_a_detach_is_accepted_at_once_and_ends_available_on_both_sides(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    reply = ask_to_detach(cloud, server, volume)
    assert reply.status_code == 202
    assert reply.text == ""
    found = cloud.until_volume(volume, "available")
    cloud.until(lambda: not cloud.is_attached(server, volume), "the server does not list it")
    assert found["attachments"] == []


def test_while_it_is_detached_the_volume_says_so_and_the_server_still_lists_it(
    cloud: Subject, server: str, volume: str
):
    cloud.attach(server, volume)
    with cloud.hooked(detach_volume={"delay": 1}):
        ask_to_detach(cloud, server, volume)
        assert cloud.cinder_volume(volume)["status"] == "detaching"
        assert cloud.is_attached(server, volume)
        cloud.until_volume(volume, "available")
    cloud.until(lambda: not cloud.is_attached(server, volume), "the server does not list it")


def test_a_second_detach_on_the_way_is_400(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    with cloud.hooked(detach_volume={"delay": 1}):
        ask_to_detach(cloud, server, volume)
        again = ask_to_detach(cloud, server, volume)
        message = complaint(again, "badRequest", 400)
        assert message.startswith("Invalid volume: Invalid input received: Invalid volume: Unable to detach volume.")
        cloud.until_volume(volume, "available")


def test_a_detach_that_fails_returns_to_in_use_without_a_fault(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    with cloud.hooked(detach_volume={"fail": "the guest does not release it"}):
        assert ask_to_detach(cloud, server, volume).status_code == 202
        cloud.until_volume(volume, "in-use")
    assert cloud.is_attached(server, volume)
    found = cloud.server(server)
    assert found["status"] == "ACTIVE"
    assert "fault" not in found


def test_a_detach_repeated_is_404(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    cloud.detach(server, volume)
    message = complaint(ask_to_detach(cloud, server, volume), "itemNotFound", 404)
    assert message == f"Instance {server} is not attached to volume {volume}"


def test_an_unknown_volume_is_404(cloud: Subject, server: str):
    attach = complaint(ask_to_attach(cloud, server, UNKNOWN), "itemNotFound", 404)
    detach = complaint(ask_to_detach(cloud, server, UNKNOWN), "itemNotFound", 404)
    assert attach == detach == f"Volume {UNKNOWN} could not be found."


def test_an_attached_volume_cannot_be_attached_again(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    message = complaint(ask_to_attach(cloud, server, volume), "badRequest", 400)
    assert message.startswith("Invalid volume:")


def test_a_volume_in_use_cannot_be_deleted(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    message = complaint(cloud.volume.delete(f"/volumes/{volume}"), "badRequest", 400)
    assert message.startswith("Invalid volume: Volume status must be available or error")


def test_deleting_the_server_frees_its_volumes(cloud: Subject, own_server: str):
    with a_volume(cloud) as volume:
        cloud.attach(own_server, volume)
        assert cloud.compute.delete(f"/servers/{own_server}").status_code == 204
        cloud.until_gone(cloud.compute, f"/servers/{own_server}")
        cloud.until_volume(volume, "available")

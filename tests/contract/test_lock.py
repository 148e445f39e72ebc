"""The lock: what it refuses, what it lets through, and what happens to its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from requests import Response

from tests.contract.making import fresh_name
from tests.contract.subject import Subject, complaint


@pytest.fixture
def locked(cloud: Subject, server: str) -> str:
    assert cloud.act(server, "lock", {"locked_reason": "imaging in progress"}).status_code == 202
    return server


def test_a_lock_keeps_its_reason(cloud: Subject, locked: str):
    found = cloud.server(locked)
    assert found["locked"] is True
    assert found["locked_reason"] == "imaging in progress"


def test_a_second_lock_is_accepted_and_the_first_reason_stays(cloud: Subject, locked: str):
    assert cloud.act(locked, "lock", {"locked_reason": "another"}).status_code == 202
    assert cloud.server(locked)["locked_reason"] == "imaging in progress"


def test_unlocking_takes_the_reason_away(cloud: Subject, locked: str):
    assert cloud.act(locked, "unlock").status_code == 202
    found = cloud.server(locked)
    assert (found["locked"], found["locked_reason"]) == (False, None)


def test_unlocking_what_is_not_locked_is_accepted(cloud: Subject, server: str):
    assert cloud.act(server, "unlock").status_code == 202


def test_a_lock_without_a_reason_has_none(cloud: Subject, server: str):
    assert cloud.act(server, "lock").status_code == 202
    assert cloud.server(server)["locked_reason"] is None


def test_below_2_73_a_reason_is_dropped_in_silence(cloud: Subject, server: str):
    assert cloud.act(server, "lock", {"locked_reason": "lost"}, at="2.72").status_code == 202
    found = cloud.server(server)
    assert (found["locked"], found["locked_reason"]) == (True, None)


def test_a_reason_over_255_characters_is_400(cloud: Subject, server: str):
    assert "is too long" in complaint(cloud.act(server, "lock", {"locked_reason": "x" * 256}), "badRequest", 400)
    assert cloud.act(server, "lock", {"locked_reason": "x" * 255}).status_code == 202


REFUSED: dict[str, Callable[[Subject, str], Response]] = {
    "stop": lambda cloud, server: cloud.act(server, "os-stop"),
    "delete": lambda cloud, server: cloud.compute.delete(f"/servers/{server}"),
    "metadata": lambda cloud, server: cloud.compute.post(f"/servers/{server}/metadata", json={"metadata": {"a": "b"}}),
    "metadata item": lambda cloud, server: cloud.compute.put(
        f"/servers/{server}/metadata/a", json={"meta": {"a": "b"}}
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_lock_refuses(cloud: Subject, locked: str, what: str):
    assert complaint(REFUSED[what](cloud, locked), "conflictingRequest", 409) == f"Instance {locked} is locked"


def test_a_lock_refuses_to_take_metadata_away(cloud: Subject, server: str):
    cloud.compute.post(f"/servers/{server}/metadata", json={"metadata": {"a": "b"}})
    cloud.act(server, "lock")
    reply = cloud.compute.delete(f"/servers/{server}/metadata/a")
    assert complaint(reply, "conflictingRequest", 409) == f"Instance {server} is locked"


def test_a_lock_refuses_to_start_a_stopped_server(cloud: Subject, stopped_server: str):
    cloud.act(stopped_server, "lock")
    message = complaint(cloud.act(stopped_server, "os-start"), "conflictingRequest", 409)
    assert message == f"Instance {stopped_server} is locked"


def test_a_lock_refuses_to_attach(cloud: Subject, locked: str, volume: str):
    reply = cloud.compute.post(
        f"/servers/{locked}/os-volume_attachments", json={"volumeAttachment": {"volumeId": volume}}
    )
    assert complaint(reply, "conflictingRequest", 409) == f"Instance {locked} is locked"
    assert cloud.cinder_volume(volume)["status"] == "available"


def test_a_lock_refuses_to_detach(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    cloud.act(server, "lock")
    reply = cloud.compute.delete(f"/servers/{server}/os-volume_attachments/{volume}")
    assert complaint(reply, "conflictingRequest", 409) == f"Instance {server} is locked"
    assert cloud.cinder_volume(volume)["status"] == "in-use"


def test_a_lock_does_not_refuse_an_image(cloud: Subject, locked: str):
    image = cloud.create_image(locked, fresh_name(cloud, "of-locked"))
    try:
        cloud.until_image(image)
        cloud.until_idle(locked, "ACTIVE")
        assert cloud.server(locked)["locked"] is True
    finally:
        cloud.image.delete(f"/images/{image}")


def test_a_lock_does_not_refuse_the_console_log(cloud: Subject, locked: str):
    assert cloud.act(locked, "os-getConsoleOutput", {}).status_code == 200


def test_an_administrators_lock_cannot_be_undone_by_its_owner(cloud: Subject, server: str):
    admin = cloud.login("admin").compute
    admin.post(f"/servers/{server}/action", json={"lock": None}, microversion="2.73")
    try:
        message = complaint(cloud.act(server, "unlock"), "forbidden", 403)
        assert message.startswith("Policy doesn't allow os_compute_api:os-lock-server:unlock")
    finally:
        admin.post(f"/servers/{server}/action", json={"unlock": None}, microversion="2.73")

"""Volumes detached and attached again."""

from __future__ import annotations

import pytest

from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud


@pytest.fixture
def path(held: DemoCloud) -> str:
    return f"/compute/v2.1/servers/{held.server_id('db-07')}/os-volume_attachments"


def test_the_main_example_has_two_volumes_in_order(ada: Talk, held: DemoCloud):
    devices = [(one["volumeId"], one["device"]) for one in ada.attachments(held.server_id("db-07"))]
    assert devices == [(held.volume_id("pgdata"), "/dev/vdb"), (held.volume_id("scratch"), "/dev/vdc")]


def test_a_detached_volume_is_available_a_little_before_nova_forgets_it(ada: Talk, held: DemoCloud, path: str):
    scratch = held.volume_id("scratch")
    assert ada.ask("DELETE", f"{path}/{scratch}").status_code == 202
    assert ada.volume(scratch)["status"] == "detaching"
    held.turn(1.5)
    assert ada.volume(scratch)["status"] == "available"
    assert len(ada.attachments(held.server_id("db-07"))) == 2
    held.turn(0.5)
    assert len(ada.attachments(held.server_id("db-07"))) == 1


def test_a_volume_gets_the_first_free_letter_whatever_was_asked_for(ada: Talk, held: DemoCloud, path: str):
    for name in ("pgdata", "scratch"):
        ada.ask("DELETE", f"{path}/{held.volume_id(name)}")
    held.turn(3)
    ada.ask("POST", path, {"volumeAttachment": {"volumeId": held.volume_id("scratch"), "device": "/dev/vdc"}})
    held.turn(3)
    (attachment,) = ada.attachments(held.server_id("db-07"))
    assert attachment["device"] == "/dev/vdb"


def test_a_paused_guest_does_not_answer_for_200_seconds(ada: Talk, held: DemoCloud, path: str):
    scratch = held.volume_id("scratch")
    ada.act(held.server_id("db-07"), "pause")
    held.turn(1)
    ada.ask("DELETE", f"{path}/{scratch}")
    held.turn(199)
    assert ada.volume(scratch)["status"] == "detaching"
    held.turn(2)
    assert ada.volume(scratch)["status"] == "in-use"
    assert len(ada.attachments(held.server_id("db-07"))) == 2


def test_the_root_volume_stays(ada: Talk, held: DemoCloud):
    server = held.server_id("bfv-01")
    reply = ada.ask("DELETE", f"/compute/v2.1/servers/{server}/os-volume_attachments/{held.volume_id('bfv-01-root')}")
    assert reply.status_code == 400
    assert reply.json()["badRequest"]["message"] == "Cannot detach a root device volume"
    assert ada.server(server)["image"] == ""

"""Instances stopped, started, locked, deleted."""

from __future__ import annotations

import pytest

from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud


def test_a_stop_takes_four_seconds(ada: Talk, held: DemoCloud):
    db = held.server_id("db-07")
    assert ada.act(db, "os-stop").status_code == 202
    assert ada.status(db) == ("ACTIVE", "powering-off")
    held.turn(3.9)
    assert ada.status(db) == ("ACTIVE", "powering-off")
    held.turn(0.1)
    assert ada.status(db) == ("SHUTOFF", None)


def test_a_guest_in_emergency_mode_does_not_obey_a_stop_at_once(ada: Talk, held: DemoCloud):
    launched = ada.launched_from(ada.image_of(held.server_id("gis-lab")))
    ada.act(launched, "os-stop")
    held.turn(9)
    assert ada.status(launched) == ("ACTIVE", "powering-off")
    held.turn(1)
    assert ada.status(launched) == ("SHUTOFF", None)


def test_a_locked_instance_says_so_and_a_member_cannot_undo_an_administrators_lock(ada: Talk, held: DemoCloud):
    locked, theirs = held.server_id("archive-gw"), held.server_id("quarantine-01")
    assert ada.server(locked)["locked_reason"].startswith("do not touch")
    assert ada.act(locked, "os-stop").json()["conflictingRequest"]["message"] == f"Instance {locked} is locked"
    assert ada.act(locked, "unlock").status_code == 202
    assert ada.act(locked, "os-stop").status_code == 202
    assert ada.act(theirs, "unlock").status_code == 403
    assert ada.server(theirs)["locked"] is True


def test_deleting_an_instance_gives_its_volumes_back(ada: Talk, held: DemoCloud):
    db = held.server_id("db-07")
    assert ada.ask("DELETE", f"/compute/v2.1/servers/{db}").status_code == 204
    held.turn(1.6)
    assert ada.server(db)["status"] == "DELETED"
    held.turn(1)
    assert ada.ask("GET", f"/compute/v2.1/servers/{db}").status_code == 404
    assert ada.volume(held.volume_id("pgdata"))["status"] == "available"


def test_a_stop_that_was_ordered_to_fail_returns_without_a_fault(ada: Talk, held: DemoCloud):
    db = held.server_id("db-07")
    held.hooks(power_off={"fail": "the host is busy", "match": "db-"})
    assert ada.act(db, "os-stop").status_code == 202
    held.turn(10)
    assert ada.status(db) == ("ACTIVE", None)
    assert "fault" not in ada.server(db)


@pytest.mark.parametrize(
    "name, status",
    [
        ("notebook-3", "SUSPENDED"),
        ("spectra-old", "SHELVED_OFFLOADED"),
        ("gpu-trial", "ERROR"),
        ("sim-paused", "PAUSED"),
        ("quiet-box", "SHUTOFF"),
    ],
)
def test_the_project_has_an_instance_in_each_state_of_the_checklist(ada: Talk, held: DemoCloud, name: str, status: str):
    assert ada.status(held.server_id(name)) == (status, None)


def test_one_is_in_the_middle_of_a_task_for_ever(ada: Talk, held: DemoCloud):
    held.turn(3600)
    assert ada.status(held.server_id("nightly-build")) == ("ACTIVE", "image_uploading")

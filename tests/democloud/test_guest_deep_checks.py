"""A child that was given the boothook of a deep check prints its source's disk, as the console reads it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from imaging.guest.deep import boothook, chunks
from imaging.guest.deep.console_report import read_console_report
from imaging.guidelines.profiles import load_profile
from imaging.guidelines.questions import questions_for
from models.errors import BadProbeError
from models.guest.facts import GuestFacts, Way
from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud

NONCE = "d33p"


def child_of(ada: Talk, name: str) -> str:
    data = boothook.user_data(questions_for(load_profile("jetstream")), NONCE)
    image = ada.image_of(ada.demo.server_id(name))
    return ada.launch(image, user_data=base64.b64encode(data).decode())


def read(console: str) -> GuestFacts:
    return read_console_report(console, nonce=NONCE, now=datetime.now(UTC))


def test_the_report_of_a_child_is_that_of_its_sources_disk(ada: Talk, held: DemoCloud):
    child = child_of(ada, "db-07")
    held.turn(15)
    facts = read(ada.console(child))
    assert facts.way is Way.DEEP_CHECK
    assert facts.user == "root"
    assert facts.system.value.version == "24.04"
    assert {each.point for each in facts.boot_mounts.value.fstab} >= {"/var/lib/postgresql", "/scratch"}
    assert "/home/ada" in {home.path for home in facts.directories.value.homes}
    assert any(each.path == "/home/ada/.ssh/id_ed25519" for each in facts.sightings.value)
    assert not facts.mounts.known
    assert {device.name for device in facts.disks.value.devices if device.kind == "disk"} == {"/dev/vda"}


def test_it_comes_piece_by_piece_while_the_child_boots(ada: Talk, held: DemoCloud):
    child = child_of(ada, "db-07")
    held.turn(4 + 3.2)
    heard = chunks.hear(ada.console(child), NONCE)
    assert heard.began
    assert not heard.copies
    with pytest.raises(BadProbeError, match="began to look"):
        read(ada.console(child))
    held.turn(8)
    heard = chunks.hear(ada.console(child), NONCE)
    assert heard.ended
    assert heard.whole


def test_a_child_in_emergency_mode_reports_too(ada: Talk, held: DemoCloud):
    child = child_of(ada, "gis-lab")
    held.turn(15)
    console = ada.console(child)
    assert "You are in emergency mode." in console
    (entry,) = [each for each in read(console).boot_mounts.value.fstab if each.point == "/data"]
    assert "nofail" not in entry.options


def test_a_child_of_a_silent_disk_reports_nothing(ada: Talk, held: DemoCloud):
    child = child_of(ada, "quiet-box")
    held.turn(60)
    assert ada.console(child) == ""


def test_other_user_data_makes_no_report(ada: Talk, held: DemoCloud):
    hook = base64.b64encode(b"#cloud-boothook\n#!/bin/sh\n# imaging deep check x1\nrm -rf /\n").decode()
    child = ada.child_of(held.image_id("Featured-Ubuntu24"), user_data=hook)
    assert "@@imaging" not in ada.console(child)

"""A temporary instance that got the boothook of a deep check prints its source's disk, as the console reads it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from imaging.guest.deep_check import boothook, chunks
from imaging.guest.deep_check.console_report import read_console_report
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from models.errors import BadProbeError
from models.guest.facts import GuestFacts, InspectionMethod
from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud
from tests.support.known import known

NONCE = "d33p"


def launched_from(ada: Talk, name: str) -> str:
    data = boothook.user_data(questions_for(load_profile("jetstream")), NONCE)
    image = ada.image_of(ada.demo.server_id(name))
    return ada.launch(image, user_data=base64.b64encode(data).decode())


def read(console: str) -> GuestFacts:
    return read_console_report(console, nonce=NONCE, now=datetime.now(UTC))


def test_the_report_is_that_of_its_sources_disk(ada: Talk, held: DemoCloud):
    launched = launched_from(ada, "db-07")
    held.turn(15)
    facts = read(ada.console(launched))
    assert facts.method is InspectionMethod.DEEP_CHECK
    assert facts.user == "root"
    assert known(facts.system).version == "24.04"
    assert {each.point for each in known(facts.boot_mounts).fstab} >= {"/var/lib/postgresql", "/scratch"}
    assert "/home/ada" in {home.path for home in known(facts.directories).homes}
    assert any(each.path == "/home/ada/.ssh/id_ed25519" for each in known(facts.sightings))
    assert not facts.mounts.known
    assert {device.name for device in known(facts.disks).devices if device.kind == "disk"} == {"/dev/vda"}


def test_it_comes_piece_by_piece_while_the_instance_boots(ada: Talk, held: DemoCloud):
    launched = launched_from(ada, "db-07")
    held.turn(4 + 3.2)
    heard = chunks.hear(ada.console(launched), NONCE)
    assert heard.began
    assert not heard.copies
    with pytest.raises(BadProbeError, match="started the inspection"):
        read(ada.console(launched))
    held.turn(8)
    heard = chunks.hear(ada.console(launched), NONCE)
    assert heard.ended
    assert heard.whole


def test_an_instance_in_emergency_mode_reports_too(ada: Talk, held: DemoCloud):
    launched = launched_from(ada, "gis-lab")
    held.turn(15)
    console = ada.console(launched)
    assert "You are in emergency mode." in console
    (entry,) = [each for each in known(read(console).boot_mounts).fstab if each.point == "/data"]
    assert "nofail" not in entry.options


def test_an_instance_of_a_silent_disk_reports_nothing(ada: Talk, held: DemoCloud):
    launched = launched_from(ada, "quiet-box")
    held.turn(60)
    assert ada.console(launched) == ""


def test_other_user_data_makes_no_report(ada: Talk, held: DemoCloud):
    hook = base64.b64encode(b"#cloud-boothook\n#!/bin/sh\n# imaging deep check x1\nrm -rf /\n").decode()
    launched = ada.launched_from(held.image_id("Featured-Ubuntu24"), user_data=hook)
    assert "@@imaging" not in ada.console(launched)

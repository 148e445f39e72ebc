"""What the consoles of instances and of their descendants say."""

from __future__ import annotations

import base64

from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker, new_token, user_data
from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud


def test_the_main_examples_image_boots_line_by_line(ada: Talk, held: DemoCloud):
    launched = ada.launch(ada.image_of(held.server_id("db-07")))
    held.turn(4)
    assert "Linux version" not in ada.console(launched)
    held.turn(2)
    booting = ada.console(launched)
    assert "Linux version" in booting
    assert "login:" not in booting
    held.turn(6)
    up = ada.console(launched)
    assert up.startswith(booting)
    assert "Datasource DataSourceOpenStackLocal" in up
    assert up.endswith("a-launch login: ")


def test_boot_text_grows_in_every_two_seconds_until_it_is_up(ada: Talk, held: DemoCloud):
    launched = ada.launch(ada.image_of(held.server_id("db-07")))
    held.turn(4)
    lengths = []
    for _ in range(4):
        lengths.append(len(ada.console(launched)))
        held.turn(2)
    assert lengths == sorted(set(lengths)), "silence would be taken for the end"


def test_gis_lab_itself_is_up_but_its_image_lands_in_emergency_mode(ada: Talk, held: DemoCloud):
    gis = held.server_id("gis-lab")
    assert ada.console(gis).endswith("gis-lab login: ")
    launched = ada.launched_from(ada.image_of(gis))
    text = ada.console(launched)
    assert "You are in emergency mode." in text
    assert "Cannot open access to console, the root account is locked." in text
    assert "Timed out waiting for device" in text
    assert "login:" not in text


def test_an_image_of_a_launched_instance_ends_in_emergency_mode_too(ada: Talk, held: DemoCloud):
    launched = ada.launched_from(ada.image_of(held.server_id("gis-lab")))
    second = ada.launched_from(ada.image_of(launched))
    assert "You are in emergency mode." in ada.console(second)


def test_the_source_started_without_its_volume_ends_in_emergency_mode_too(ada: Talk, held: DemoCloud):
    gis, volume = held.server_id("gis-lab"), held.volume_id("gis-data")
    path = f"/compute/v2.1/servers/{gis}/os-volume_attachments"
    ada.act(gis, "os-stop")
    held.turn(5)
    ada.ask("DELETE", f"{path}/{volume}")
    held.turn(3)
    ada.act(gis, "os-start")
    held.turn(10)
    assert "You are in emergency mode." in ada.console(gis)


def test_an_instance_of_quiet_boxs_image_never_prints_anything(ada: Talk, held: DemoCloud):
    launched = ada.launched_from(ada.image_of(held.server_id("quiet-box")))
    held.turn(600)
    assert ada.console(launched) == ""


def test_a_stopped_machine_has_no_console_and_begins_again(ada: Talk, held: DemoCloud):
    db = held.server_id("db-07")
    ada.act(db, "os-stop")
    held.turn(5)
    assert ada.act(db, "os-getConsoleOutput", {}).status_code == 404
    ada.act(db, "os-start")
    held.turn(2.1)
    assert "login:" not in ada.console(db)


def test_the_marker_of_a_run_is_printed_as_the_script_would_print_it(ada: Talk, held: DemoCloud):
    token = new_token()
    script = base64.b64encode(user_data(token).encode()).decode()
    launched = ada.launched_from(held.image_id("Featured-Ubuntu24"), user_data=script)
    found = [report for line in ada.console(launched).splitlines() if (report := find_marker(line, token))]
    assert [one.status for one in found] == [0]
    assert found[0].has_own_machine_id is True


def test_an_instance_of_an_uncleaned_image_keeps_the_machine_id_of_its_source(ada: Talk, held: DemoCloud):
    token = new_token()
    script = base64.b64encode(user_data(token).encode()).decode()
    launched = ada.launched_from(ada.image_of(held.server_id("db-07")), user_data=script)
    found = [report for line in ada.console(launched).splitlines() if (report := find_marker(line, token))]
    assert [one.has_own_machine_id for one in found] == [False]


def test_user_data_that_says_nothing_adds_nothing(ada: Talk, held: DemoCloud):
    script = base64.b64encode(b"#!/bin/sh\nrm -rf /\nx=$(echo inner)\n").decode()
    quiet = ada.launched_from(held.image_id("Featured-Ubuntu24"), user_data=script)
    assert "inner" not in ada.console(quiet)

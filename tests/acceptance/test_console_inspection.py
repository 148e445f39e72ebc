"""Inspecting from the console, on a terminal of 80 by 24: over SSH, with questions on the way, and deep checks."""

from __future__ import annotations

import pytest

from imaging.runtime.paths import Paths
from tests.acceptance.program import Machine
from tests.acceptance.terminal import Terminal
from tests.support.demo import DemoCloud


def go_to(terminal: Terminal, name: str) -> None:
    """Put the cursor on an instance, by the filter, and wait for its checklist."""
    terminal.sees("gis-lab", "to confirm")
    terminal.press("/", *name, "enter")
    terminal.sees(f"─{name}", "to confirm")


def test_p_answers_the_checklist_of_db_07_and_the_answers_outlive_the_console(machine: Machine) -> None:
    with machine.console() as terminal:
        go_to(terminal, "db-07")
        assert "blocker" not in terminal.text
        terminal.press("p")
        terminal.sees("─db-07 · inspected ", "Blocked", "Private keys on the disk", "Licence keys on the disk")
        terminal.press("enter")
        terminal.sees("Licence keys on the disk", "/home/ada/licences/fit.lic")
        terminal.press("\x11")
        assert terminal.ended() == 0
    with machine.console() as terminal:
        go_to(terminal, "db-07")
        terminal.sees("─db-07 · inspected ", "Private keys on the disk")


def test_a_host_key_that_nothing_vouches_for_is_asked_about_once(machine: Machine) -> None:
    with machine.console() as terminal:
        go_to(terminal, "gis-lab")
        terminal.press("p")
        terminal.sees("Unknown host key for gis-lab", "SHA256:", "y Yes  n No")
        terminal.press("n")
        terminal.sees("you did not accept the host key")
        terminal.press("p")
        terminal.sees("Unknown host key")
        terminal.press("y")
        terminal.sees("─gis-lab · inspected ", "fstab entries on disks")
        terminal.press("p")
        terminal.sees("Inspect", "─gis-lab · inspected ")
        assert "Unknown host key" not in terminal.text


@pytest.mark.parametrize(
    "name, said",
    [("quarantine-01", "Nothing was sent to it."), ("grace-sandbox", "Which user should the console log in as?")],
)
def test_where_no_way_leads_in_it_is_said(machine: Machine, name: str, said: str) -> None:
    with machine.console() as terminal:
        go_to(terminal, name)
        terminal.press("p")
        terminal.sees(said)


def test_a_volume_is_unmounted_and_detached_and_then_no_longer_there(machine: Machine, demo: DemoCloud) -> None:
    with machine.console() as terminal:
        go_to(terminal, "gis-lab")
        terminal.press("p")
        terminal.sees("Unknown host key")
        terminal.press("y")
        terminal.sees("─gis-lab · inspected ")
        terminal.press("enter", "/")
        terminal.sees("part of a title")
        terminal.press("VOL-DETACHED", "enter")
        terminal.sees("Attached volumes", "a Fix")
        terminal.press("a")
        terminal.sees("Do this in gis-lab?", "Unmount /data, then detach gis-data")
        terminal.press("y")
        terminal.sees("Unmounted /data.", "is detached.", "To undo it")
        terminal.press("escape")
        terminal.sees("─gis-lab · inspected ")
        gone = demo.calls("DELETE", "os-volume_attachments")
        assert [call["path"].endswith(demo.volume_id("gis-data")) for call in gone] == [True]


def test_a_deep_check_needs_no_way_in_and_its_facts_are_in_the_checklist(machine: Machine) -> None:
    with machine.console() as terminal:
        go_to(terminal, "db-07")
        terminal.press("d")
        terminal.sees("Inspect the disk of db-07", "It costs one instance")
        terminal.press("y")
        terminal.sees("Runs › db-07 (deep check)")
        terminal.sees("the findings are in the")
        terminal.press("escape")
        terminal.sees("─db-07 · inspected ")
    kept = Paths.of_user().state / "guests"
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept.iterdir())

"""Inspecting the demonstration cloud's instances as its users do: by SSH, and by a temporary instance's console."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine, Outcome

LEAST_FROM_THE_GUEST = 60
MOST_UNKNOWN = 0.15


@pytest.mark.parametrize("name", ["web-01", "archive-gw"])
def test_the_checklist_of_an_active_instance_is_answered_by_its_guest(machine: Machine, name: str) -> None:
    assert_answered(machine.imaging("check", name, "--os-cloud", "demo", "--probe", "--json"))


def test_a_user_without_sudo_leaves_a_checklist_incomplete(machine: Machine) -> None:
    done = machine.imaging("check", "bfv-01", "--os-cloud", "demo", "--probe", "--json")
    assert (done.status, done.document["readiness"]) == (1, "incomplete")
    unknown = [one["rule"] for one in done.document["findings"] if one["outcome"] == "unknown"]
    assert "SEC-PRIVKEY" in unknown


def test_what_people_left_on_db_07_is_found(machine: Machine) -> None:
    done = machine.imaging("check", "db-07", "--os-cloud", "demo", "--probe", "--json")
    assert_answered(done)
    failed = {one["rule"]: one["evidence"] for one in done.document["findings"] if one["outcome"] == "fail"}
    for rule, evidence in {
        "SEC-PRIVKEY": "/home/ada/.ssh/id_ed25519",
        "SW-LICFILES": "PeriodFit",
        "SW-LOCATION": "period-search.service",
        "VOL-BUSY": "postgres",
        "UPD-PENDING": "postgresql-16",
        "DATA-DESKTOP": "Period search.desktop",
        "SYS-HOSTS": "catalogue.internal",
    }.items():
        assert evidence in failed[rule]


def test_a_host_key_that_nothing_vouches_for_has_to_be_named(machine: Machine) -> None:
    refused = machine.imaging("check", "gis-lab", "--os-cloud", "demo", "--probe", "--json")
    assert refused.status == 2
    fingerprint = re.search(r"--host-key (SHA256:[A-Za-z0-9+/]+)", refused.err)
    assert fingerprint is not None
    trusted = ("--host-key", fingerprint[1])
    done = machine.imaging("check", "gis-lab", "--os-cloud", "demo", "--probe", "--json", *trusted)
    evidence = {one["rule"]: one["evidence"] for one in done.document["findings"] if one["outcome"] == "fail"}
    assert "/data" in evidence["VOL-FSTAB"]


def test_a_host_key_that_changed_ends_it(machine: Machine) -> None:
    refused = machine.imaging("check", "quarantine-01", "--os-cloud", "demo", "--probe", "--json")
    assert refused.status != 0
    assert "has changed" in refused.err


def test_the_instance_of_somebody_else_lets_nobody_in(machine: Machine) -> None:
    refused = machine.imaging("check", "grace-sandbox", "--os-cloud", "demo", "--probe", "--json")
    assert refused.status == 4
    assert "rejected every login" in refused.err


def test_a_deep_check_finds_what_the_disk_holds_and_leaves_nothing_behind(machine: Machine, api: PlainApi) -> None:
    before = api.others(), api.image_ids()
    done = machine.imaging("check", "db-07", "--os-cloud", "demo", "--deep", "--yes", "--json")
    assert_answered(done)
    failed = {one["rule"]: one["evidence"] for one in done.document["findings"] if one["outcome"] == "fail"}
    assert "/home/ada/.ssh/id_ed25519" in failed["SEC-PRIVKEY"]
    unknown = {one["rule"]: one["evidence"] for one in done.document["findings"] if one["outcome"] == "unknown"}
    assert "needs SSH" in unknown["VOL-BUSY"]
    assert (api.others(), api.image_ids()) == before


def test_what_would_be_lost_can_be_saved(machine: Machine, tmp_path: Path) -> None:
    saved = machine.imaging("save", "db-07", "/home/ada", "--os-cloud", "demo", "--to", str(tmp_path / "saved"))
    assert saved.status == 0, saved.err
    assert (tmp_path / "saved/home/ada/analysis/light curves.csv").stat().st_size > 1_000_000


def assert_answered(done: Outcome) -> None:
    """Most findings come from the guest, few are unknown, and each of those says why."""
    assert done.status in {0, 1}, done.err
    findings = done.document["findings"]
    assert sum(one["source"] == "guest" for one in findings) >= LEAST_FROM_THE_GUEST
    unknown = [one for one in findings if one["outcome"] == "unknown"]
    assert len(unknown) <= MOST_UNKNOWN * len(findings), [one["rule"] for one in unknown]
    assert [one["rule"] for one in unknown if not one["evidence"].strip()] == []

"""Chapter *Upgrade*: pending updates, their list's age, reboots, a broken package database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.findings import Finding, Outcome, Severity
from models.guest.facts import InspectionMethod
from models.guest.packages import PendingUpdate, Updates
from models.guest.system import GuestSystem
from models.remedy_action import ActionKind
from tests.guidelines.building import NOW, profile
from tests.guidelines.guest_building import HEALTHY, guest_finding, healthy, partly, untold
from tests.support.known import command_of, remedy_of

HELD_UP = (PendingUpdate(name="vim"), PendingUpdate(name="openssl", security=True))


def updates(rule: str, *, of=None, manager: str = "apt", **changed) -> Finding:
    system = healthy(GuestSystem, package_manager=manager)
    return guest_finding(rule, of=of, updates=healthy(Updates, **changed), system=system)


@pytest.mark.parametrize("rule", ["UPD-PENDING", "UPD-STALE", "UPD-REBOOT", "UPD-HEALTH"])
def test_an_upgraded_guest_passes_and_an_unread_one_is_unknown(rule):
    assert guest_finding(rule).outcome is Outcome.PASS
    assert guest_finding(rule, updates=untold(Updates)).outcome is Outcome.UNKNOWN


def test_pending_updates_are_counted_and_those_for_security_named_first():
    found = updates("UPD-PENDING", pending=HELD_UP)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "2 updates, 1 for security: openssl, vim."


@pytest.mark.parametrize(
    "manager, by_hand, unasked",
    [
        (
            "apt",
            "sudo apt-get update && sudo apt-get upgrade",
            "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -y",
        ),
        ("dnf", "sudo dnf upgrade", "dnf -y upgrade"),
        ("yum", "sudo yum update", "yum -y update"),
    ],
)
def test_the_remedy_is_that_of_the_system_and_the_console_asks_nobody(manager, by_hand, unasked):
    remedy = remedy_of(updates("UPD-PENDING", pending=HELD_UP, manager=manager))
    assert remedy.command == by_hand
    (action,) = remedy.actions
    assert action.kind is ActionKind.RUN
    assert action.command.startswith(unasked)
    assert "updates" in action.touches


def test_a_system_without_known_package_manager_gets_no_command():
    remedy = remedy_of(updates("UPD-PENDING", pending=HELD_UP, manager=""))
    assert (remedy.command, remedy.actions) == (None, ())


def test_a_profile_may_block_on_pending_updates():
    strict = profile(severities={"UPD-PENDING": Severity.BLOCK})
    assert updates("UPD-PENDING", of=strict, pending=HELD_UP).blocks


def test_no_update_by_an_old_list_or_none_is_unknown_not_pass():
    for lists_at in (NOW - timedelta(days=30), None):
        found = updates("UPD-PENDING", pending=(), lists_at=lists_at)
        assert found.outcome is Outcome.UNKNOWN
        assert command_of(found) == "sudo apt-get update"


def test_a_package_manager_that_could_not_say_is_unknown_with_its_reason():
    found = updates("UPD-PENDING", pending=None, pending_unknown_because="mirrors are gone", manager="yum")
    assert found.outcome is Outcome.UNKNOWN
    assert "mirrors are gone" in found.evidence


def test_an_incomplete_inspection_proves_no_absence():
    assert guest_finding("UPD-PENDING", updates=partly(Updates, HEALTHY["updates"])).outcome is Outcome.UNKNOWN


def test_a_list_older_than_a_day_is_warned_of_with_its_time():
    found = updates("UPD-STALE", lists_at=NOW - timedelta(hours=25))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "2026-10-31 13:00" in found.evidence
    assert remedy_of(found).actions[0].command == "apt-get update"
    assert updates("UPD-STALE", lists_at=None).outcome is Outcome.FAIL
    assert updates("UPD-STALE", lists_at=NOW - timedelta(hours=23)).outcome is Outcome.PASS


def test_a_reboot_that_is_asked_for_names_the_packages():
    found = updates("UPD-REBOOT", reboot_required=True, reboot_packages=("linux-image-6.8.0-61", "libc6"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "libc6" in found.evidence
    assert command_of(found) == "sudo systemctl reboot"
    assert not remedy_of(found).actions


def test_an_older_kernel_than_the_newest_runs():
    found = updates("UPD-REBOOT", newest_kernel="6.8.0-61-generic", reboot_required=None)
    assert found.evidence == "Kernel 6.8.0-60-generic runs, 6.8.0-61-generic is installed."


def test_a_missing_tool_makes_the_reboot_unknown():
    assert updates("UPD-REBOOT", reboot_required=None).outcome is Outcome.UNKNOWN
    assert updates("UPD-REBOOT", reboot_required=None, newest_kernel="").outcome is Outcome.UNKNOWN


def test_an_instance_that_has_just_booted_says_nothing_of_reboots():
    found = guest_finding("UPD-REBOOT", method=InspectionMethod.DEEP_CHECK)
    assert found.outcome is Outcome.UNKNOWN
    assert "needs SSH" in found.evidence


def test_without_the_running_kernel_the_flag_alone_decides():
    assert guest_finding("UPD-REBOOT", system=untold(GuestSystem)).outcome is Outcome.PASS


def test_a_broken_package_database_blocks_with_the_way_to_finish_it():
    found = updates("UPD-HEALTH", problems=("vim is half-configured",))
    assert found.blocks
    assert found.evidence == "It complains: vim is half-configured."
    assert command_of(found) == "sudo dpkg --configure -a && sudo apt-get -f install"
    assert "dpkg" in remedy_of(found).actions[0].command
    assert not remedy_of(updates("UPD-HEALTH", problems=("rpmdb",), manager="dnf")).actions
    assert updates("UPD-HEALTH", problems=None).outcome is Outcome.UNKNOWN

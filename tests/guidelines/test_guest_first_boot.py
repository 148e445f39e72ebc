"""Chapter *First boot*: cloud-init as the guest has it."""

from __future__ import annotations

import pytest

from models.findings import Outcome, Severity
from models.guest.facts import InspectionMethod
from models.guest.first_boot import CloudInit, Setting
from models.guest.network import Network, NetworkSetting
from models.guest.system import GuestSystem
from tests.guidelines.guest_building import guest_finding, healthy, partly, untold
from tests.support.known import command_of, remedy_of

RULES = ("CI-INSTALLED", "CI-ENABLED", "CI-DATASOURCE", "CI-TRUST", "CI-NETDISABLED", "CI-STATE", "CI-CLEAN")
MISSING = CloudInit()


def settings(**values: str) -> tuple[Setting, ...]:
    return tuple(
        Setting(key=key.replace("__", "."), value=value, file="/etc/cloud/cloud.cfg.d/50.cfg")
        for key, value in values.items()
    )


def cloud_init(**changed) -> CloudInit:
    return healthy(CloudInit, **changed)


def judged(rule: str, **changed):
    return guest_finding(rule, cloud_init=cloud_init(**changed))


@pytest.mark.parametrize("rule", RULES)
def test_an_unread_cloud_init_is_unknown(rule):
    found = guest_finding(rule, cloud_init=untold(CloudInit, "time was up"))
    assert (found.outcome, found.evidence) == (Outcome.UNKNOWN, "Could not be read: time was up.")


def test_without_cloud_init_a_new_instance_gets_nothing_and_the_systems_own_command_installs_it():
    found = guest_finding("CI-INSTALLED", cloud_init=MISSING)
    assert found.blocks
    assert command_of(found) == "sudo apt-get install -y cloud-init"
    assert remedy_of(found).actions[0].command == "apt-get install -y cloud-init"
    rocky = GuestSystem(id="rocky", package_manager="dnf")
    assert "dnf install" in command_of(guest_finding("CI-INSTALLED", cloud_init=MISSING, system=rocky))
    odd = GuestSystem(id="alpine")
    assert remedy_of(guest_finding("CI-INSTALLED", cloud_init=MISSING, system=odd)).command is None


def test_an_appliance_is_told_that_it_may_waive():
    assert "waive" in remedy_of(guest_finding("CI-INSTALLED", cloud_init=MISSING)).text


@pytest.mark.parametrize("rule", ["CI-ENABLED", "CI-DATASOURCE", "CI-TRUST", "CI-STATE"])
def test_what_is_not_installed_has_no_settings(rule):
    assert guest_finding(rule, cloud_init=MISSING).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "switch, command",
    [
        ("/etc/cloud/cloud-init.disabled", "sudo rm /etc/cloud/cloud-init.disabled"),
        ("cloud-init.service is masked", "sudo systemctl unmask cloud-init.service"),
        ("cloud-init=disabled on the kernel line", "sudo update-grub"),
    ],
)
def test_a_switched_off_cloud_init_blocks_and_names_the_switch(switch, command):
    found = judged("CI-ENABLED", disabled_by=(switch,))
    assert found.blocks
    assert switch[:20] in found.evidence
    assert command in found.remedy.command


def test_a_list_without_openstack_blocks_and_ec2_alone_is_warned_of():
    found = judged("CI-DATASOURCE", settings=settings(datasource_list="[ Azure ]"))
    assert found.blocks
    assert "Azure" in found.evidence
    assert "50.cfg" in found.evidence
    assert judged("CI-DATASOURCE", settings=settings(datasource_list="[Ec2]")).severity is Severity.WARN


@pytest.mark.parametrize("value", ["[ OpenStack, None ]", "['ConfigDrive']", "[]", ""])
def test_openstack_in_the_list_or_an_empty_list_passes(value):
    assert judged("CI-DATASOURCE", settings=settings(datasource_list=value)).outcome is Outcome.PASS


def test_without_any_list_cloud_init_finds_out_by_itself():
    assert judged("CI-DATASOURCE", settings=()).outcome is Outcome.PASS
    half = partly(CloudInit, cloud_init(settings=()))
    assert guest_finding("CI-DATASOURCE", cloud_init=half).outcome is Outcome.UNKNOWN


def test_the_last_file_wins():
    both = (*settings(datasource_list="[ Azure ]"), *settings(datasource_list="[ OpenStack ]"))
    assert judged("CI-DATASOURCE", settings=both).outcome is Outcome.PASS


@pytest.mark.parametrize("value, outcome", [("true", Outcome.FAIL), ("True", Outcome.FAIL), ("false", Outcome.PASS)])
def test_a_new_instance_that_takes_itself_for_the_source_blocks(value, outcome):
    found = judged("CI-TRUST", settings=settings(manual_cache_clean=value))
    assert (found.outcome, found.severity) == (outcome, Severity.BLOCK)


def test_a_network_that_nobody_sets_up_blocks_only_where_something_is_pinned():
    disabled = cloud_init(settings=settings(network__config="disabled"))
    pinned = Network(settings=(NetworkSetting(file="/etc/netplan/50-cloud-init.yaml", kind="mac", value="fa:16:3e:1:2",
                                              by_cloud_init=True),))  # fmt: skip
    found = guest_finding("CI-NETDISABLED", cloud_init=disabled, network=pinned)
    assert found.blocks
    assert "fa:16:3e:1:2" in found.evidence
    assert guest_finding("CI-NETDISABLED", cloud_init=disabled).outcome is Outcome.PASS
    assert guest_finding("CI-NETDISABLED", network=pinned).outcome is Outcome.PASS
    unread = guest_finding("CI-NETDISABLED", cloud_init=disabled, network=untold(Network))
    assert unread.outcome is Outcome.UNKNOWN


def test_an_error_is_warned_of_and_recoverable_warnings_are_worth_a_word():
    broken = judged("CI-STATE", status="error", errors=("module packages failed",))
    assert (broken.severity, "packages" in broken.evidence) == (Severity.WARN, True)
    assert judged("CI-STATE", status="degraded", errors=("deprecated key",)).severity is Severity.INFO
    assert judged("CI-STATE", status="done", errors=("deprecated key",)).severity is Severity.INFO


@pytest.mark.parametrize("status", ["running", ""])
def test_a_boot_that_has_not_ended_says_nothing_as_in_a_deep_check(status):
    found = guest_finding("CI-STATE", cloud_init=cloud_init(status=status), method=InspectionMethod.DEEP_CHECK)
    assert found.outcome is Outcome.UNKNOWN


def test_state_that_is_left_behind_is_normally_harmless():
    found = judged("CI-CLEAN")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert "harmless" in found.remedy.text
    assert judged("CI-CLEAN", instances_kib=None).outcome is Outcome.PASS

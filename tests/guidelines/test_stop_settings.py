"""Settings made by hand end with a stop, and a full /boot makes the next start doubtful: said before the stop."""

from __future__ import annotations

from typing import Any

import pytest

from models.findings import Finding, Outcome
from models.guest.disks import Disks, FileSystemUse
from models.guest.running import KernelSetting, Running
from models.guest.services import Process, Services
from tests.guidelines.guest_building import ROOT, guest_finding, healthy

MIB = 1024


def setting(value: str, *in_files: str, key: str = "vm.swappiness", **parts: Any) -> Finding:
    running = Running(kernel_settings=(KernelSetting(key=key, value=value, in_files=in_files),))
    return guest_finding("STOP-SYSCTL", running=running, **parts)


def test_a_value_that_is_not_the_kernels_and_in_no_file_was_set_by_hand():
    found = setting("10")
    assert found.outcome is Outcome.FAIL
    assert "vm.swappiness = 10" in found.evidence


@pytest.mark.parametrize(
    "value, in_files", [("60", ()), ("10", ("10",)), ("10", ("60", "10")), ("10", ("",))],
    ids=["the kernel's own", "a file's", "one of two files'", "a file names it in a form that is not understood"],
)  # fmt: skip
def test_a_value_that_has_its_reason_passes(value, in_files):
    assert setting(value, *in_files).outcome is Outcome.PASS


def test_a_value_that_differs_from_its_file_was_set_by_hand():
    assert setting("60", "10").outcome is Outcome.FAIL


def test_a_key_of_which_no_default_is_known_is_not_judged():
    assert setting("1", key="vm.made_up").outcome is Outcome.PASS


def test_where_no_setting_was_read_nothing_passes():
    assert guest_finding("STOP-SYSCTL", running=Running()).outcome is Outcome.UNKNOWN


def test_where_a_program_sets_them_at_each_start_nothing_is_said():
    services = healthy(Services, processes=(Process(pid=9, name="tuned"),))
    assert setting("10", services=services).outcome is Outcome.NOT_APPLICABLE


def test_an_address_and_a_route_that_no_file_names_are_told():
    running = Running(addresses=("10.0.0.9/24 dev eth0",), routes=("192.168.50.0/24 via 10.0.0.1 dev eth0",))
    found = guest_finding("STOP-NETWORK", running=running)
    assert found.outcome is Outcome.FAIL
    assert "10.0.0.9/24 dev eth0, 192.168.50.0/24 via 10.0.0.1 dev eth0" in found.evidence


def test_that_none_was_seen_is_no_pass_for_not_all_can_be_told():
    assert guest_finding("STOP-NETWORK").outcome is Outcome.NOT_APPLICABLE


def boot(*, free_mib: int, used_mib: int = 300, own: bool = True) -> Finding:
    point = "/boot" if own else "/"
    use = FileSystemUse(mount_point=point, device="/dev/vda2", used_kib=used_mib * MIB, free_kib=free_mib * MIB)
    systems = (ROOT, use) if own else (use,)
    return guest_finding("STOP-BOOTSPACE", disks=healthy(Disks, root=ROOT if own else use, file_systems=systems))


@pytest.mark.parametrize(
    "free_mib, used_mib, own, outcome",
    [
        (59, 400, True, Outcome.FAIL),
        (61, 400, True, Outcome.PASS),
        (99, 3000, True, Outcome.FAIL),
        (10, 9000, False, Outcome.FAIL),
        (200, 9000, False, Outcome.PASS),
    ],
)
def test_boot_needs_room_for_a_kernel_and_its_initrd(free_mib, used_mib, own, outcome):
    assert boot(free_mib=free_mib, used_mib=used_mib, own=own).outcome is outcome


def test_how_full_boot_is_stands_in_the_evidence():
    assert boot(free_mib=12).evidence.startswith("/boot is 96 % full, 12 MiB free")

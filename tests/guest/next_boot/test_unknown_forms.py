"""Each file that decides about the next boot, cut short or of an unknown form: no rule that rests on it says *pass*."""

from __future__ import annotations

import pytest

from models.findings import Outcome
from tests.guest.next_boot.guests import HEALTHY, findings

KERNEL_RULES = ("BOOT-ROOTREF", "BOOT-INITRAMFS", "BOOT-CONSOLE", "BOOT-MEMORY", "VOL-CRYPT-LVM")
DISK_RULES = ("BOOT-ROOTREF", "BOOT-INITRAMFS", "VOL-CRYPT-LVM", "VOL-SYMLINK")
SETUP_RULES = ("CI-ENABLED", "CI-DATASOURCE", "CI-TRUST", "CI-NETDISABLED")
NETWORK_RULES = ("NET-STATIC", "NET-MAC")
DECIDES: dict[str, tuple[str, ...]] = {
    "/boot/grub/grub.cfg": KERNEL_RULES,
    "/.tools/lsblk": DISK_RULES,
    "/etc/fstab": ("VOL-FSTAB", "VOL-CRYPT-LVM", "BOOT-ROOTREF"),
    "/etc/cloud/cloud.cfg": SETUP_RULES,
    "/etc/cloud/cloud.cfg.d/95.cfg": SETUP_RULES,
    "/etc/cloud/ds-identify.cfg": ("CI-ENABLED", "CI-DATASOURCE"),
    "/etc/netplan/50-cloud-init.yaml": NETWORK_RULES,
    "/etc/netplan/99.yaml": NETWORK_RULES,
    "/etc/NetworkManager/system-connections/a.nmconnection": NETWORK_RULES,
    "/etc/systemd/network/10.network": NETWORK_RULES,
    "/etc/systemd/system/data.mount": ("VOL-FSTAB",),
    "/var/lib/dbus/machine-id": ("ID-MACHINEID",),
}
"""What each file decides."""
PROGRAMS = ("/.tools/lsblk",)
NOISE = "%$&!\n= [ {\n\x01\x7f\n"


def printed(path: str, text: str) -> str:
    return f"#!/bin/sh\nprintf %s '{text}'\n" if path in PROGRAMS else text


@pytest.mark.parametrize("path", DECIDES)
def test_noise_in_its_place_passes_nothing(tmp_path, path):
    found = findings(tmp_path, {path: printed(path, NOISE)})
    assert [rule for rule in DECIDES[path] if found[rule].outcome is Outcome.PASS] == []


CUT = {
    "/boot/grub/grub.cfg": "menuentry 'x' {\n\tlinux /boot/vmlinuz-6.8.0-45-generic root=UUID=root-uuid\n",
    "/.tools/lsblk": 'NAME="/dev/vda" KNAME="/dev/vda" MAJ:MIN="252:0" TYPE="di',
    "/etc/fstab": "UUID=root-uuid / ext4 defaults 0 1\nUUID=da",
    "/etc/cloud/cloud.cfg.d/95.cfg": "network: {config: disa",
    "/etc/cloud/ds-identify.cfg": "poli",
    "/etc/netplan/99.yaml": "network: {ethernets: {ens3: {addr",
    "/etc/NetworkManager/system-connections/a.nmconnection": "[ipv4]\naddr",
    "/etc/systemd/network/10.network": "[Network]\nAddr",
    "/etc/systemd/system/data.mount": "[Mount]\nWhe",
}


@pytest.mark.parametrize("path", CUT)
def test_the_first_half_of_it_passes_nothing(tmp_path, path):
    found = findings(tmp_path, {path: printed(path, CUT[path])})
    assert [rule for rule in DECIDES[path] if found[rule].outcome is Outcome.PASS] == []


def test_the_guest_without_such_a_file_passes_them_all(tmp_path):
    found = findings(tmp_path, {})
    rules = {rule for named in DECIDES.values() for rule in named}
    assert {rule for rule in rules if found[rule].outcome is not Outcome.PASS} == set()
    assert set(HEALTHY) >= {"/boot/grub/grub.cfg", "/etc/fstab", "/etc/cloud/cloud.cfg"}

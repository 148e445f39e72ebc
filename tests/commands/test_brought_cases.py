"""What people met in their guests, judged as a report that is brought: a real probe, a file, `imaging inspect`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.guest.next_boot.guests import HEALTHY, KERNEL, LINE, ROOT_DISK, VOLUME, grub_cfg, grub_entry, printing
from tests.guest.probe.running import output_of, plant

NEWER = "6.8.0-48-generic"
NETPLAN = "/etc/netplan/99-static.yaml"


@dataclass(frozen=True)
class Case:
    """A guest, and which rules say what of it."""

    files: Mapping[str, str | None]
    rules: tuple[str, ...]
    """One of them says it."""
    outcomes: tuple[str, ...] = ("fail",)


def kernel_line(words: str) -> dict[str, str | None]:
    line = f"{LINE} {words}"
    return {
        "/proc/cmdline": f"BOOT_IMAGE=/boot/vmlinuz-{KERNEL} {line}\n",
        "/boot/grub/grub.cfg": grub_cfg(grub_entry("Ubuntu", line=line)),
        "/etc/default/grub": f'GRUB_CMDLINE_LINUX="{words} console=tty1 console=ttyS0"\n',
    }


def netplan(ethernets: str) -> dict[str, str | None]:
    return {NETPLAN: f"network: {{version: 2, ethernets: {{{ethernets}}}}}\n"}


DRACUT: dict[str, str | None] = {
    "/etc/os-release": "ID=rocky\nVERSION_ID=9.4\nID_LIKE=rhel centos fedora\nPRETTY_NAME=Rocky\n",
    "/usr/bin/dracut": "#!/bin/sh\n",
    "/etc/dracut.conf": "",
    "/etc/initramfs-tools/initramfs.conf": None,
}
CASES: dict[str, Case] = {
    "20 a logical volume that only another disk has": Case(
        {**DRACUT, **kernel_line("rd.lvm.lv=swapvg/swap"), "/.tools/lsblk": printing(ROOT_DISK + VOLUME)},
        ("BOOT-ROOTREF", "VOL-CRYPT-LVM"),
    ),
    "22 a fixed address in one line of netplan": Case(
        netplan("ens3: {dhcp4: false, addresses: [10.20.0.15/24], routes: [{to: default, via: 10.20.0.1}]}"),
        ("NET-STATIC",),
    ),
    "22 a fixed address and gateway4": Case(
        netplan("ens3: {addresses: [10.20.0.15/24], gateway4: 10.20.0.1}"), ("NET-STATIC",)
    ),
    "22 a card by its address": Case(
        netplan('ens3: {dhcp4: true, match: {macaddress: "fa:16:3e:aa:bb:01"}, set-name: ens3}'), ("NET-MAC",)
    ),
    "24 another data source alone": Case({"/etc/cloud/ds-identify.cfg": "datasource: VMware\n"}, ("CI-DATASOURCE",)),
    "24 cloud-init switched off": Case({"/etc/cloud/ds-identify.cfg": "policy: disabled\n"}, ("CI-ENABLED",)),
    "24 another data source on the kernel line": Case(kernel_line("ds=nocloud"), ("CI-DATASOURCE",)),
    "25 the id lies in D-Bus's file": Case(
        {"/var/lib/dbus/machine-id": "0123456789abcdef0123456789abcdef\n"}, ("ID-MACHINEID",)
    ),
    "26 the kernel of the next boot has no initrd": Case(
        {
            "/boot/grub/grub.cfg": grub_cfg(grub_entry("New", NEWER, initrd=None), grub_entry("Ubuntu")),
            f"/boot/vmlinuz-{NEWER}": "kernel",
        },
        ("BOOT-INITRAMFS", "BOOT-ROOTREF"),
        ("fail", "unknown"),
    ),
    "28 a bind of what a unit mounts from a volume": Case(
        {
            "/.tools/lsblk": printing(ROOT_DISK + VOLUME),
            "/etc/systemd/system/data.mount": "[Mount]\nWhat=/dev/vdb\nWhere=/data\nOptions=nofail\n"
            "[Install]\nWantedBy=multi-user.target\n",
            "/etc/systemd/system/multi-user.target.wants/data.mount": "-> /etc/systemd/system/data.mount",
            "/etc/fstab": "UUID=root-uuid / ext4 discard,errors=remount-ro 0 1\n/data/ftp /ftp none bind 0 0\n",
        },
        ("VOL-FSTAB",),
    ),
}


@pytest.fixture
def bring(imaging, tmp_path):
    """Runs the printed script in a guest, and gives what the program finds in the report that it prints."""

    def brought(files):
        whole = {path: text for path, text in {**HEALTHY, **files}.items() if text is not None}
        root = plant(tmp_path / "guest", whole)
        report = tmp_path / "report"
        report.write_bytes(output_of(imaging("probe", "--show").out, root=root))
        done = imaging("inspect", "--guest-report", str(report), "--json")
        return done.status, {each["rule"]: each for each in json.loads(done.out)["findings"]}

    return brought


REPEATED = {"22 a fixed address and gateway4", "24 another data source on the kernel line"}
"""What another case shows of the same rule; tests/guest/next_boot has all of them without the commands."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in REPEATED else ()) for name in CASES]
)
def test_a_guest_that_was_brought_comes_to_what_was_expected(bring, name):
    case = CASES[name]
    status, found = bring(case.files)
    assert any(found[rule]["outcome"] in case.outcomes for rule in case.rules), [found[rule] for rule in case.rules]
    assert status == 1


def test_a_healthy_guest_fails_none_of_these_rules(bring):
    _, found = bring({})
    rules = {rule for case in CASES.values() for rule in case.rules}
    assert {rule: found[rule]["outcome"] for rule in rules} == dict.fromkeys(rules, "pass")

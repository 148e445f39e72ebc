"""BOOT-FSTAB: a type or an option that no mount takes stops the boot; what is not understood passes nothing."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from models.findings import Outcome, Severity
from models.guest.disks import BlockDevice, Disks
from models.guest.mounts import BootMounts, FstabEntry
from models.guest.system import GuestSystem
from tests.guidelines.guest_building import HEALTHY, ROOT, VDA, VDA1, guest_finding, partly
from tests.support.known import command_of

XFS = BlockDevice(name="/dev/vda2", parents=("/dev/vda",), kind="part", fs_type="xfs", uuid="xfs-uuid")
EFI = BlockDevice(name="/dev/vda15", parents=("/dev/vda",), kind="part", fs_type="vfat", label="UEFI")
LUKS = BlockDevice(name="/dev/vda3", parents=("/dev/vda",), kind="part", fs_type="crypto_LUKS", uuid="luks-uuid")
BTRFS = BlockDevice(name="/dev/vda4", parents=("/dev/vda",), kind="part", fs_type="btrfs", uuid="btrfs-uuid")
NTFS = BlockDevice(name="/dev/vda5", parents=("/dev/vda",), kind="part", fs_type="ntfs", uuid="ntfs-uuid")
DISKS = Disks(devices=(VDA, VDA1, XFS, EFI, LUKS, BTRFS, NTFS), root=ROOT, file_systems=(ROOT,))
ROOT_TEXT = "UUID=root-uuid / ext4 discard,errors=remount-ro 0 1"


def line(text: str, number: int) -> FstabEntry:
    source, point, fs_type, *rest = text.split()
    options = tuple(rest[0].split(",")) if rest else ()
    return FstabEntry(line=number, source=source, point=point, fs_type=fs_type, options=options, text=text)


def table(*texts: str) -> BootMounts:
    return BootMounts(fstab=tuple(line(text, number) for number, text in enumerate(texts, start=1)))


def judged(*texts: str, kernel: str = "6.8.0-60-generic"):
    system = HEALTHY["system"].model_copy(update={"kernel": kernel})
    return guest_finding("BOOT-FSTAB", boot_mounts=table(*texts), disks=DISKS, system=system)


@pytest.mark.parametrize(
    "text",
    [
        ROOT_TEXT,
        "UUID=root-uuid / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1",
        "LABEL=UEFI /boot/efi vfat umask=0077 0 1",
        "LABEL=UEFI /boot/efi vfat defaults,uid=0,gid=0,umask=077,shortname=winnt 0 2",
        "UUID=xfs-uuid /var xfs defaults,uquota,logbsize=256k 0 0",
        "UUID=xfs-uuid /var auto rw,nofail,comment=cloudconfig 0 2",
        "UUID=btrfs-uuid /home btrfs subvol=@home,compress=zstd:1,discard=async 0 0",
        "UUID=root-uuid / ext3,ext4 defaults 0 1",
        "UUID=root-uuid / ext4",
        "UUID=root-uuid / ext4 commit=30,context=system_u:object_r:root_t:s0,X-mount.mkdir 0 1",
        "LABEL=UEFI /boot/efi msdos defaults 0 0",
    ],
)
def test_lines_as_systems_have_them_pass(text):
    assert judged(text).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "text",
    [
        "UUID=xfs-uuid /var ext4 defaults 0 2",
        "UUID=root-uuid /srv xfs defaults 0 0",
        "UUID=root-uuid /srv ext3 defaults 0 0",
        "UUID=root-uuid /srv ext2 defaults 0 0",
        "UUID=luks-uuid /srv ext4 defaults 0 2",
        "LABEL=UEFI /boot/efi ext4 defaults 0 1",
        "UUID=xfs-uuid /var btrfs,ext4 defaults 0 0",
    ],
)
def test_a_line_of_another_type_than_what_lies_there_stops_the_boot(text):
    found = judged(ROOT_TEXT, text)
    assert found.blocks
    assert "line 2" in found.evidence


@pytest.mark.parametrize(
    "text, meant",
    [
        ("UUID=root-uuid / ext4 defaults0 0 1", "defaults"),
        ("UUID=root-uuid / ext4 default 0 1", "defaults"),
        ("UUID=root-uuid / ext4 discard,errors=remount_ro 0 1", "errors=remount-ro"),
        ("UUID=root-uuid / ext4 noatme,discard 0 1", "noatime"),
        ("UUID=xfs-uuid /var xfs defaults,noffail 0 0", "nofail"),
        ("UUID=xfs-uuid /var auto discrad 0 0", "discard"),
        ("LABEL=UEFI /boot/efi vfat unmask=0077 0 1", "umask=0077"),
    ],
)
def test_a_misspelled_option_stops_the_boot_and_the_remedy_writes_what_was_meant(tmp_path, text, meant):
    found = judged(text)
    assert found.blocks
    fstab = tmp_path / "fstab"
    fstab.write_text(f"{text}\n")
    command = (command_of(found) or "").removeprefix("sudo ").replace("/etc/fstab", shlex.quote(str(fstab)))
    subprocess.run(["sh", "-c", command], check=True)
    assert meant in re.split(r"[\s,]", fstab.read_text())
    assert judged(fstab.read_text().strip()).outcome is Outcome.PASS


@pytest.mark.parametrize("text", ["UUID=root-uuid / ext4 nobootwait 0 1", "UUID=xfs-uuid /var xfs nobarrier 0 0"])
def test_an_option_that_is_gone_stops_the_boot(text):
    assert judged(text).blocks


@pytest.mark.parametrize("kernel", ["3.10.0-1160.el7.x86_64", "4.18.0-553.el8_10.x86_64", "", "odd"])
def test_an_option_that_this_kernel_still_has_passes(kernel):
    assert judged("UUID=xfs-uuid /var xfs nobarrier 0 0", kernel=kernel).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "text",
    [
        "UUID=xfs-uuid /var ext4 defaults,nofail 0 0",
        "UUID=xfs-uuid /var xfs nofail,noatme 0 0",
        "UUID=xfs-uuid /var ext4 defaults,x-systemd.automount 0 0",
        "UUID=root-uuid / xfs defaults 0 0",
    ],
)
def test_what_the_boot_can_do_without_is_warned_of(text):
    found = judged(text)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


@pytest.mark.parametrize(
    "text",
    ["UUID=root-uuid / ext4 zebra=1 0 1", "UUID=ntfs-uuid /mnt/windows ntfs-3g uid=1000 0 0"],
)
def test_an_option_of_no_known_kind_is_not_understood(text):
    found = judged(text)
    assert found.outcome is Outcome.UNKNOWN
    assert "line 1" in found.evidence


@pytest.mark.parametrize(
    "text",
    [
        "server:/x /data nfs vers=4.2,zebra 0 0",
        "UUID=xfs-uuid /var ext4 noauto 0 0",
        "/swapfile none swap sw0 0 0",
        "tmpfs /tmp tmpfs sizee=1g 0 0",
        "UUID=ntfs-uuid /mnt/windows ntfs-3g uid=1000,nofail 0 0",
        "UUID=gone /data ext4 defaults 0 0",
    ],
)
def test_what_another_rule_tells_or_no_boot_mounts_is_left_alone(text):
    assert judged(ROOT_TEXT, text).outcome is Outcome.PASS


def test_a_table_that_was_read_in_part_passes_nothing():
    short = partly(BootMounts, table(ROOT_TEXT))
    assert guest_finding("BOOT-FSTAB", boot_mounts=short, disks=DISKS).outcome is Outcome.UNKNOWN


def test_hostile_options_get_no_command_of_their_own():
    found = judged("UUID=root-uuid / ext4 noatme';reboot;' 0 1")
    assert "reboot" not in (command_of(found) or "")


def test_without_a_kernel_version_nothing_is_called_gone():
    system = GuestSystem(id="rocky")
    old = table("UUID=xfs-uuid /var xfs nobarrier 0 0")
    assert guest_finding("BOOT-FSTAB", boot_mounts=old, disks=DISKS, system=system).outcome is Outcome.PASS

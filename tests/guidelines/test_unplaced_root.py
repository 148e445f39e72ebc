"""Where it is not known on which disk the root file system lies, no rule that depends on it says *pass*."""

from __future__ import annotations

import pytest

from models.findings import Outcome
from models.guest.disks import BlockDevice, Disks, FileSystemUse
from models.guest.mounts import BootMounts, Mounts, SwapArea
from tests.guidelines.guest_building import ROOT, VDA, VDA1, guest_finding, healthy


def root_on(device: str, *devices: BlockDevice, fs_type: str = "ext4") -> Disks:
    root = ROOT.model_copy(update={"device": device, "fs_type": fs_type})
    return healthy(Disks, devices=devices, root=root)


def device(name: str, kind: str, *parents: str) -> BlockDevice:
    return BlockDevice(name=name, kind=kind, parents=parents)


SDA, SDB = device("/dev/sda", "disk"), device("/dev/sdb", "disk")
UNPLACED = {
    "a data set of ZFS": root_on("rpool/ROOT/ubuntu", VDA, VDA1, fs_type="zfs"),
    "another machine's directory": root_on("10.0.0.1:/export", fs_type="nfs"),
    "a disk with several paths": root_on(
        "/dev/mapper/mpatha-part1",
        device("/dev/mapper/mpatha-part1", "part", "/dev/mapper/mpatha"),
        device("/dev/mapper/mpatha", "mpath", "/dev/sda", "/dev/sdb"),
        SDA,
        SDB,
    ),
    "a device that nobody listed": root_on("/dev/bcache0", VDA),
    "a device on one that nobody listed": root_on("/dev/dm-0", device("/dev/dm-0", "lvm", "/dev/vda", "/dev/odd"), VDA),
    "a file": root_on("/dev/loop0", device("/dev/loop0", "loop"), VDA),
    "nothing that was seen": healthy(Disks, root=None),
}
DEPENDENT = ("VOL-FSTAB", "VOL-CRYPT-LVM", "VOL-SYMLINK", "BOOT-ROOTREF", "BOOT-INITRAMFS")


@pytest.mark.parametrize("rule", DEPENDENT)
@pytest.mark.parametrize("where", UNPLACED)
def test_no_rule_that_depends_on_the_root_disk_passes_where_it_cannot_be_placed(where, rule):
    assert guest_finding(rule, disks=UNPLACED[where]).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("where", UNPLACED)
def test_swap_is_not_said_to_be_in_the_image_where_the_root_disk_cannot_be_placed(where):
    mounts = healthy(Mounts, swaps=(SwapArea(path="/dev/vda2", kind="partition"),))
    assert guest_finding("BOOT-SWAP", disks=UNPLACED[where], mounts=mounts).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("where", UNPLACED)
def test_lvms_list_of_disks_is_not_harmless_where_the_root_disk_cannot_be_placed(where):
    boot = healthy(BootMounts, lvm_devices_file=True)
    assert guest_finding("ID-LVM", disks=UNPLACED[where], boot_mounts=boot).outcome is not Outcome.PASS


def test_the_reason_is_said_and_names_the_device():
    said = guest_finding("VOL-FSTAB", disks=UNPLACED["a data set of ZFS"]).evidence
    assert said == "On which disk the root file system lies could not be told (zfs on rpool/ROOT/ubuntu)."


def test_several_disks_that_are_known_are_still_told_apart():
    both = root_on("/dev/md0", device("/dev/md0", "raid1", "/dev/sda", "/dev/sdb"), SDA, SDB)
    assert guest_finding("VOL-CRYPT-LVM", disks=both).outcome is Outcome.FAIL


def test_a_root_file_system_of_an_unread_kind_of_disk_is_placed():
    old = FileSystemUse(mount_point="/", device="/dev/vda", fs_type="ext4")
    assert Disks(devices=(device("/dev/vda", ""),), root=old).root_disks == {"/dev/vda"}

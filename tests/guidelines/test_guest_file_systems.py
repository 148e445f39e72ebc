"""Chapter *File system* by what the guest shows: the root file system, and others."""

from __future__ import annotations

import pytest

from models.findings import Outcome, Severity
from models.guest.disks import BlockDevice, Disks
from models.guest.facts import InspectionMethod
from models.guest.mounts import (
    Mount,
)
from tests.guidelines.building import profile
from tests.guidelines.guest_building import (
    HEALTHY,
    ROOT,
    VDA,
    VDA1,
    VDB,
    guest_finding,
    partly,
    untold,
)
from tests.guidelines.volume_building import disks, mounted


@pytest.mark.parametrize("kind, outcome", [("ext4", Outcome.PASS), ("xfs", Outcome.PASS), ("ext3", Outcome.FAIL)])
def test_the_root_file_system_is_one_that_the_profile_names(kind, outcome):
    root = ROOT.model_copy(update={"fs_type": kind})
    found = guest_finding("FS-ROOT", disks=disks(root=root))
    assert (found.outcome, found.severity) == (outcome, Severity.BLOCK)
    assert f"{kind} on /dev/vda1, 19 GiB" in found.evidence


def test_a_profile_without_file_systems_asks_for_none():
    assert guest_finding("FS-ROOT", of=profile("openstack")).outcome is Outcome.NOT_APPLICABLE


def test_below_a_writable_layer_the_real_root_counts():
    layered = ROOT.model_copy(update={"fs_type": "overlay", "device": "overlayroot"})
    below = ROOT.model_copy(update={"mount_point": "/media/root-ro", "fs_type": "btrfs"})
    shown = Disks(devices=(VDA, VDA1), root=layered, file_systems=(layered, below))
    assert guest_finding("FS-ROOT", disks=shown).blocks
    by_mount = mounted(Mount(point="/media/root-ro", source="/dev/vda1", fs_type="ext4"))
    assert guest_finding("FS-ROOT", disks=disks(root=layered), mounts=by_mount).outcome is Outcome.PASS
    assert guest_finding("FS-ROOT", disks=disks(root=layered)).outcome is Outcome.UNKNOWN


def test_an_unread_root_is_unknown():
    assert guest_finding("FS-ROOT", disks=untold(Disks)).outcome is Outcome.UNKNOWN
    assert guest_finding("FS-ROOT", disks=Disks()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "kind, word", [("btrfs", "btrfs"), ("zfs_member", "zfs"), ("crypto_LUKS", "LUKS"), ("linux_raid_member", "md")]
)
def test_other_file_systems_on_the_root_disk_are_warned_of(kind, word):
    found = guest_finding("FS-OTHER", disks=disks(BlockDevice(name="/dev/vda3", parents=("/dev/vda",), fs_type=kind)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert f"{word} on /dev/vda3" in found.evidence


def test_what_every_disk_has_is_no_other_file_system():
    esp = BlockDevice(name="/dev/vda15", parents=("/dev/vda",), fs_type="vfat")
    swap = BlockDevice(name="/dev/vda3", parents=("/dev/vda",), fs_type="swap")
    volume = VDB.model_copy(update={"fs_type": "xfs"})
    assert guest_finding("FS-OTHER", disks=disks(esp, swap, volume)).outcome is Outcome.PASS


@pytest.mark.parametrize("kind", ["btrfs", "minix", "crypto_LUKS"])
def test_another_file_system_on_another_disk_is_noted_for_no_test_instance_will_have_it(kind):
    second = BlockDevice(name="/dev/vdc", kind="disk", fs_type=kind)
    found = guest_finding("FS-OTHER", disks=disks(second))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert f"{kind} on /dev/vdc" in found.evidence
    assert guest_finding("FS-OTHER", of=profile("openstack"), disks=disks(second)).outcome is Outcome.PASS


def test_other_file_systems_are_unknown_where_not_all_was_read():
    assert guest_finding("FS-OTHER", disks=partly(Disks, HEALTHY["disks"])).outcome is Outcome.UNKNOWN
    assert guest_finding("FS-OTHER", disks=Disks(devices=(VDA,))).outcome is Outcome.UNKNOWN


def test_a_deep_checks_test_instance_shows_all_of_the_root_disk():
    seen = partly(Disks, HEALTHY["disks"], "volumes other than the root disk: needs SSH")
    assert guest_finding("FS-OTHER", disks=seen, method=InspectionMethod.DEEP_CHECK).outcome is Outcome.PASS
    assert guest_finding("VOL-CRYPT-LVM", disks=seen, method=InspectionMethod.DEEP_CHECK).outcome is Outcome.PASS

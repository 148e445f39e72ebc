"""Chapter *Volumes* by what the guest shows: what a boot without the volume would wait for."""

from __future__ import annotations

from models.findings import Outcome, Severity
from models.guest.boot import Boot
from models.guest.disks import BlockDevice, Disks
from models.guest.mounts import (
    BootMounts,
    CryptEntry,
    PhysicalVolume,
    RaidArray,
)
from models.remedy_action import ActionKind
from tests.guidelines.guest_building import (
    ROOT,
    VDB,
    guest_finding,
    partly,
    untold,
)
from tests.guidelines.volume_building import WITH_VOLUME, disks, entry, fstab


def needing(boot_mounts: BootMounts, shown: Disks = WITH_VOLUME, **parts):
    return guest_finding("VOL-CRYPT-LVM", boot_mounts=boot_mounts, disks=shown, **parts)


SECRET = CryptEntry(line=1, name="secret", source="UUID=data-uuid", text="secret UUID=data-uuid none luks")


def test_a_crypttab_line_of_a_volume_delays_and_blocks_where_fstab_needs_it():
    found = needing(fstab(crypttab=(SECRET,)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert [each.kind for each in found.remedy.actions] == [ActionKind.ADD_NOFAIL, ActionKind.COMMENT_LINE]
    assert found.remedy.actions[0].file == "/etc/crypttab"
    needed = entry("/secret", "ext4", "defaults", source="/dev/mapper/secret")
    assert needing(fstab(needed, crypttab=(SECRET,))).blocks


def test_a_crypttab_line_that_may_fail_or_is_on_the_root_disk_passes():
    patient = SECRET.model_copy(update={"options": ("luks", "nofail")})
    own = SECRET.model_copy(update={"source": "UUID=root-uuid"})
    assert needing(fstab(crypttab=(patient, own))).outcome is Outcome.PASS


def test_a_volume_group_on_root_disk_and_volume_blocks_but_not_one_on_either_alone():
    both = (PhysicalVolume(device="/dev/vda1", group="vg"), PhysicalVolume(device="/dev/vdb", group="vg"))
    found = needing(fstab(physical_volumes=both))
    assert found.blocks
    assert "LVM group vg on /dev/vda and /dev/vdb" in found.evidence
    apart = (both[0], both[1].model_copy(update={"group": "data"}))
    assert needing(fstab(physical_volumes=apart)).outcome is Outcome.PASS


def test_physical_volumes_that_nothing_uses_belong_to_no_group_together():
    unused = (PhysicalVolume(device="/dev/vda1"), PhysicalVolume(device="/dev/vdb"))
    assert needing(fstab(physical_volumes=unused)).outcome is Outcome.PASS


def test_an_array_across_root_disk_and_volume_blocks_and_so_does_a_root_on_two_disks():
    assert needing(fstab(arrays=(RaidArray(name="md0", members=("/dev/vda1", "/dev/vdb")),))).blocks
    assert needing(fstab(arrays=(RaidArray(name="md0", members=("/dev/vdb",)),))).outcome is Outcome.PASS
    lv = BlockDevice(name="/dev/mapper/vg-root", parents=("/dev/vda1", "/dev/vdb"), kind="lvm")
    spread = disks(VDB, lv, root=ROOT.model_copy(update={"device": lv.name}))
    assert "/ lies on /dev/vda and /dev/vdb" in needing(fstab(), spread).evidence


def test_resuming_from_a_volume_is_warned_of():
    resuming = Boot(command_line="root=UUID=root-uuid resume=UUID=data-uuid")
    assert needing(fstab(), boot=resuming).severity is Severity.WARN
    own = Boot(command_line="root=UUID=root-uuid resume=UUID=root-uuid")
    assert needing(fstab(), boot=own).outcome is Outcome.PASS


def test_resuming_from_a_volume_blocks_where_the_initramfs_waits_for_it_without_end():
    resuming = Boot(
        command_line="root=UUID=root-uuid resume=UUID=data-uuid", initramfs_tool="dracut", systemd_version=257
    )
    assert needing(fstab(), boot=resuming).blocks
    spared = resuming.model_copy(update={"command_line": f"{resuming.command_line} noresume"})
    assert needing(fstab(), boot=spared).outcome is Outcome.PASS


def test_unread_tables_are_unknown():
    assert needing(untold(BootMounts)).outcome is Outcome.UNKNOWN
    assert needing(partly(BootMounts, fstab())).outcome is Outcome.UNKNOWN

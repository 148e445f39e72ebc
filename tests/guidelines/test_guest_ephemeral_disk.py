"""Chapter *Volumes* by what the guest shows: the ephemeral disk, which no image copies."""

from __future__ import annotations

from models.cloud.instance import InstanceFlavor
from models.findings import Severity
from models.guest.directories import Directories, Directory
from models.guest.disks import BlockDevice, Disks, FileSystemUse
from models.guest.mounts import (
    Mount,
    Mounts,
)
from tests.guidelines.building import PGDATA, attached, instance
from tests.guidelines.guest_building import (
    ROOT,
    VDA,
    VDA1,
    VDB,
    guest_finding,
    untold,
)
from tests.guidelines.volume_building import mounted

EPHEMERAL = instance(flavor=InstanceFlavor(name="x", disk_gib=20, ephemeral_gib=40, swap_mib=0))
EPH_DISK = BlockDevice(name="/dev/vdb", kind="disk", fs_type="ext4", label="ephemeral0")
EPH_MOUNT = Mount(point="/mnt", source="/dev/vdb", fs_type="ext4")


def ephemeral(used_kib: int, *mounts: Mount, files: int = 5, shown: BlockDevice = EPH_DISK, **around):
    use = FileSystemUse(mount_point="/mnt", device="/dev/vdb", used_kib=used_kib)
    table = Disks(devices=(VDA, VDA1, shown), root=ROOT, file_systems=(ROOT, use))
    directories = Directories(others=(Directory(path="/mnt", files=files, separate=True),))
    parts = {"disks": table, "mounts": mounted(*mounts), "directories": directories}
    return guest_finding("EPH-NOTCOPIED", around={"instance": EPHEMERAL, **around}, **parts)


def test_an_ephemeral_disk_that_is_used_is_warned_of_with_place_and_size():
    found = ephemeral(12 * 1024**2, EPH_MOUNT)
    assert found.severity is Severity.WARN
    assert "/mnt (12 GiB)" in found.evidence


def test_an_empty_or_unmounted_ephemeral_disk_is_worth_a_word_only():
    assert ephemeral(24, EPH_MOUNT).severity is Severity.INFO
    assert ephemeral(300_000, EPH_MOUNT, files=0).severity is Severity.INFO
    assert ephemeral(300_000).severity is Severity.INFO


def test_an_attached_volume_is_no_ephemeral_disk():
    found = ephemeral(12 * 1024**2, EPH_MOUNT, shown=VDB, attachments=(attached(PGDATA, "/dev/vdb"),))
    assert found.severity is Severity.INFO


def test_without_a_look_inside_an_ephemeral_disk_counts_as_used():
    unseen = guest_finding("EPH-NOTCOPIED", mounts=untold(Mounts), around={"instance": EPHEMERAL})
    assert unseen.severity is Severity.WARN

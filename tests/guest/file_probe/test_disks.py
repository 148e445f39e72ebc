"""The part `disks`, from a disk: what lsblk, df and the kernel say about the same disk in a running guest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaging.files.disk.partition import Partition
from models.guest.disks import BlockDevice, Disks, FileSystemHealth, FileSystemUse
from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.recordings.guests import GUESTS

KIB = 1024


def partitions_of(guest: str) -> tuple[Partition, ...]:
    """The root disk of a recorded guest, as readers of partitions and superblocks would tell it."""
    found = []
    for device in GUESTS[guest].disks.devices():
        if device.parent == "vda":
            size, used, free, inodes, inodes_free = map(int, device.df().split()[2:7])
            found.append(
                Partition(
                    name=device.name, size_bytes=device.size, file_system=device.fs_type, uuid=device.uuid,
                    label=device.label,
                    partition_uuid=device.part_uuid, partition_type=device.part_type, total_bytes=size * KIB,
                    used_bytes=used * KIB, free_bytes=free * KIB, inodes=inodes, inodes_free=inodes_free,
                    mount_point=device.point, state="clean" if device.fs_type == "ext4" else "",
                    error_count=0 if device.fs_type == "ext4" else None,
                )
            )  # fmt: skip
    return tuple(found)


def disks_of(root: Path, *partitions: Partition, size_bytes: int = 0) -> Any:
    return facts_of("disks", by_file("disks", root, partitions=partitions, size_bytes=size_bytes))


@pytest.mark.parametrize("guest", GUESTS)
def test_a_disk_tells_the_root_disk_as_the_script_in_a_guest(guest: str) -> None:
    root = awake(f"recorded {guest}")
    told = disks_of(root, *partitions_of(guest), size_bytes=GUESTS[guest].disks.gib * 2**30)
    expected: Disks = facts_of("disks", by_shell("disks", root))
    own = expected.root_disks
    assert told.root_disks == own == {"/dev/vda"}
    assert told.devices == tuple(each for each in expected.devices if expected.disks_below(each.name) == own)
    on_it = {each.name for each in told.devices}
    assert told.root == expected.root
    assert told.file_systems == tuple(each for each in expected.file_systems if each.device in on_it)
    assert told.health == tuple(each for each in expected.health if each.device in on_it)


@pytest.mark.parametrize("name", EACH_TREE)
def test_what_grows_it_is_the_same_as_in_a_guest(name: str) -> None:
    told, expected = (facts_of("disks", each("disks", awake(name))) for each in (by_file, by_shell))
    assert told.grow_tool == expected.grow_tool


@pytest.mark.parametrize(
    "files",
    [
        {"/usr/bin/growpart": "#!/bin/sh\n", "/usr/bin/systemd-repart": "#!/bin/sh\n", "/etc/repart.d/a.conf": ""},
        {"/bin/systemd-repart": "#!/bin/sh\n", "/usr/lib/repart.d/a.conf": "", "/usr/lib/repart.d/b.conf": ""},
        {"/usr/bin/systemd-repart": "#!/bin/sh\n", "/etc/repart.d/a.conf/x": ""},
        {"/usr/bin/growpart": "no program"},
        {"/usr/share/initramfs-tools/scripts/local-bottom/growroot": ""},
    ],
)
def test_every_tool_that_grows_it_is_found(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    told, expected = by_file("disks", plant(tmp_path, files)), by_shell("disks", tmp_path)
    of_running = ("device", "below", "mounted", "use", "health")
    assert rows_of(told, without=of_running) == rows_of(expected, without=of_running)


def test_a_disk_without_a_table_is_one_device(tmp_path: Path) -> None:
    only = Partition(
        name="vda", size_bytes=10 * 2**30, file_system="xfs", uuid="u-1", mount_point="/", total_bytes=9 * 2**30
    )
    found = disks_of(tmp_path, only, size_bytes=only.size_bytes)
    assert found.devices == (
        BlockDevice(
            name="/dev/vda", kind="disk", fs_type="xfs", uuid="u-1", size_bytes=10 * 2**30, mount_points=("/",)
        ),
    )
    assert (found.root.device, found.root.fs_type, found.root_disks) == ("/dev/vda", "xfs", {"/dev/vda"})
    assert found.root.used_kib is None


def test_a_disk_of_which_nothing_is_known_is_a_disk(tmp_path: Path) -> None:
    found = disks_of(tmp_path, size_bytes=2**30)
    assert found.devices == (BlockDevice(name="/dev/vda", kind="disk", size_bytes=2**30),)
    assert (found.root, found.health, found.root_disks) == (None, (), frozenset())


def test_odd_labels_and_places_stay_what_they_are(tmp_path: Path) -> None:
    label = 'a" UUID="x\\\n\t\xc3\xa9\x00\x1b'
    odd = Partition(
        name="vda1", size_bytes=9, file_system="vfat", label=label, mount_point="/mnt/a b", total_bytes=4 * KIB
    )
    found = disks_of(tmp_path, odd)
    assert found.devices[1].label == 'a" UUID="x\\\ufffd\ufffd\u00e9\ufffd\ufffd'
    assert found.devices[1].uuid == ""
    assert found.file_systems == (
        FileSystemUse(mount_point="/mnt/a b", device="/dev/vda1", fs_type="vfat", size_kib=4),
    )


@pytest.mark.parametrize(
    "state, count, errors",
    [
        ("clean", 0, False),
        ("clean", 2, True),
        ("clean with errors", 0, True),
        ("not clean with errors", None, True),
        ("not clean", None, False),
    ],
)
def test_noted_errors_are_told(tmp_path: Path, state: str, count: int | None, errors: bool) -> None:
    partition = Partition(name="vda2", size_bytes=9, file_system="ext4", state=state, error_count=count)
    assert disks_of(tmp_path, partition).health == (
        FileSystemHealth(device="/dev/vda2", fs_type="ext4", state=state, has_errors=errors),
    )

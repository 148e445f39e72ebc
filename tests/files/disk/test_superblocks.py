"""What lies in a partition, beside what blkid and the tools of each file system say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from imaging.files.disk.superblocks.sniffing import sniff
from imaging.files.disk.superblocks.superblock import Superblock
from tests.files.disk.making import MIB, changed, empty, ext, opened, run, vfat
from tests.guest.probe.running import plant
from tests.support.needs import needs, tool

_LUKS = ("cryptsetup", "luksFormat", "-q", "--pbkdf-force-iterations", "1000", "--type")
_MADE = {
    "ext4": (16, ("mkfs.ext4", "-q", "-F", "-L", "root-ext")),
    "ext4 of 32 bit": (16, ("mkfs.ext4", "-q", "-F", "-O", "^64bit,^metadata_csum", "-L", "r")),
    "ext3": (16, ("mkfs.ext3", "-q", "-F", "-L", "old")),
    "ext2": (16, ("mkfs.ext2", "-q", "-F", "-L", "older")),
    "xfs": (320, ("mkfs.xfs", "-q", "-L", "root-xfs")),
    "FAT12": (2, ("mkfs.vfat", "-n", "SMALL")),
    "FAT16": (32, ("mkfs.vfat", "-F", "16", "-n", "MIDDLE")),
    "FAT32": (64, ("mkfs.vfat", "-F", "32", "-n", "LARGE", "-i", "1a2b3c4d")),
    "FAT without a label": (4, ("mkfs.vfat",)),
    "swap": (1, ("mkswap", "-q", "-L", "swapped")),
    "btrfs": (128, ("mkfs.btrfs", "-q", "-L", "pool")),
    "luks": (32, (*_LUKS, "luks2", "--pbkdf", "pbkdf2", "--label", "locked")),
    "luks1": (32, (*_LUKS, "luks1")),
}  # fmt: skip
_NEEDED = {"xfs": "mkfs.xfs", "btrfs": "mkfs.btrfs", "luks": "cryptsetup", "luks1": "cryptsetup"}


def read(path: Path) -> Superblock:
    with opened(path) as blocks:
        return sniff(blocks)


def by_blkid(path: Path) -> dict[str, str]:
    done = subprocess.run([tool("blkid"), "-p", "-o", "export", path], capture_output=True, text=True, check=False)
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def make(path: Path, kind: str) -> Path:
    size, command = _MADE[kind]
    text = "a passphrase" if command[0] == "cryptsetup" else None
    run(*command, empty(path, size * MIB), *(("-",) if text else ()), text=text)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=needs(command[0]) if command[0] != "mkfs.ext4" else ())
        for kind, (_, command) in _MADE.items()
    ],
)
def test_kind_uuid_and_label_are_those_that_blkid_finds(kind: str, tmp_path: Path) -> None:
    disk = make(tmp_path / "disk", kind)
    told, found = by_blkid(disk), read(disk)
    assert (found.file_system, found.uuid, found.label) == (told["TYPE"], told["UUID"], told.get("LABEL", ""))


@needs("mksquashfs")
def test_squashfs_is_known_by_name(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    run("mksquashfs", tmp_path / "tree", tmp_path / "disk", "-quiet", "-no-progress")
    assert read(tmp_path / "disk").file_system == "squashfs"


def _raid(minor: int) -> tuple[int, bytes]:
    place = {0: 16 * MIB - 8192, 1: 0, 2: 4096}[minor]
    return place, (0xA92B4EFC).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(8) + bytes(
        range(16)
    ) + b"any:0"


@pytest.mark.parametrize("minor", [0, 1, 2])
def test_the_member_of_an_array_is_no_file_system_though_one_shows(minor: int, tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", plant(tmp_path / "tree", {"a": ""}))
    at, raw = _raid(minor)
    found = read(changed(disk, at, raw))
    assert found.file_system == "linux_raid_member"
    assert (found.uuid, found.label) == ("00010203-0405-0607-0809-0a0b0c0d0e0f", "any:0")


def test_a_physical_volume_of_lvm_is_known(tmp_path: Path) -> None:
    label = b"LABELONE" + (1).to_bytes(8, "little") + bytes(4) + (32).to_bytes(4, "little") + b"LVM2 001"
    disk = changed(empty(tmp_path / "disk", MIB), 512, label + b"abcdefABCDEF01234567890123456789")
    assert read(disk) == Superblock("LVM2_member", "abcdef-ABCD-EF01-2345-6789-0123-456789")


@pytest.mark.parametrize("mark", [b"\x0c\xb1\xba\0\0\0\0\0", b"\0\0\0\0\0\xba\xb1\x0c"])
def test_a_member_of_a_zfs_pool_is_known_from_either_byte_order(mark: bytes, tmp_path: Path) -> None:
    assert read(changed(empty(tmp_path / "disk", MIB), 128 * 1024 + 7 * 1024, mark)).file_system == "zfs_member"


def _dumped(path: Path) -> dict[str, str]:
    lines = run("dumpe2fs", "-h", path).splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


@pytest.mark.parametrize("options", [(), ("-b", "1024"), ("-O", "^64bit"), ("-m", "10")], ids=" ".join)
def test_how_full_an_ext_is_says_its_own_tool_too(options: tuple[str, ...], tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", {f"file-{number}": bytes(70_000) for number in range(20)})
    disk = ext(tmp_path / "disk", tree, *options)
    found, told = read(disk), _dumped(disk)
    block = int(told["Block size"])
    overhead = int(told["Overhead clusters"])
    assert found.total_bytes == (int(told["Block count"]) - overhead) * block
    assert found.used_bytes == found.total_bytes - int(told["Free blocks"]) * block
    assert found.free_bytes is not None
    assert found.free_bytes <= found.total_bytes - found.used_bytes - int(told["Reserved block count"]) * block
    assert (found.inodes, found.inodes_free) == (int(told["Inode count"]), int(told["Free inodes"]))
    assert found.state == told["Filesystem state"] == "clean"


@needs("mkfs.vfat", "mcopy")
@pytest.mark.parametrize("kind", ["12", "16", "32"])
def test_how_full_a_fat_is(kind: str, tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", {"file": bytes(300_000)})
    disk = vfat(tmp_path / "disk", tree, "-F", kind, "-s", "4", size={"12": 4, "16": 32, "32": 140}[kind] * MIB)
    found = read(disk)
    root = 2048 if kind == "32" else 0
    assert found.used_bytes == -(-300_000 // 2048) * 2048 + root
    assert found.total_bytes is not None
    assert found.free_bytes == found.total_bytes - found.used_bytes


def test_an_ext_that_was_not_unmounted_says_so(tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", plant(tmp_path / "tree", {"a": ""}))
    assert not read(disk).needs_recovery
    run("debugfs", "-w", "-R", "feature needs_recovery", disk)
    assert read(disk).needs_recovery


def test_an_ext_with_errors_says_so(tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", plant(tmp_path / "tree", {"a": ""}))
    run("debugfs", "-w", "-R", "ssv state 2", disk)
    run("debugfs", "-w", "-R", "ssv error_count 7", disk)
    found = read(disk)
    assert (found.state, found.error_count) == ("not clean with errors", 7)


@pytest.mark.parametrize("kind", ["ext4", "FAT12", "FAT32", "swap"])
def test_a_superblock_cut_anywhere_is_none_or_one(kind: str, tmp_path: Path) -> None:
    size, _ = _MADE[kind]
    disk = make(tmp_path / "disk", kind)
    for length in (0, 1, 511, 512, 1023, 1024, 1500, 2047, 2048, 4095, 4096, 66_000):
        with disk.open("r+b") as file:
            file.truncate(min(length, size * MIB))
        read(disk)


def test_noise_is_nothing(tmp_path: Path) -> None:
    assert read(empty(tmp_path / "disk", 4 * MIB)) == Superblock()

"""Which file system is the root, what is mounted on it, and for which machine a disk is."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from imaging.files.disk.assembly.assembled import AssembledDisk, assemble
from imaging.files.disk.assembly.machine import Architecture
from models.errors import DiskFault
from models.image_file.disk_facts import DiskFirmware, RootEvidence
from tests.files.disk.making import (
    BIOS_BOOT_GPT,
    ESP_GPT,
    LINUX_GPT,
    MIB,
    ROOT_X86_64,
    changed,
    divided,
    empty,
    ext,
    opened,
    run,
    vfat,
    xfs,
)
from tests.guest.probe.running import plant
from tests.support.needs import needs

pytestmark = needs("sfdisk")
RELEASE: dict[str, str | bytes] = {"etc/os-release": "ID=debian\n", "usr/keep": "", "etc/fstab": ""}
UUIDS = {"root": "11111111-1111-4111-8111-111111111111", "boot": "22222222-2222-4222-8222-222222222222"}


def image(folder: Path, name: str, files: dict[str, str | bytes], *options: str, size: int = 4 * MIB) -> Path:
    return ext(folder / f"{name}.img", plant(folder / name, files), *options, size=size)


def read(disk: Path) -> AssembledDisk:
    """As it is; a tree of it can be read only while the file is open."""
    with opened(disk) as blocks:
        return assemble(blocks)


def named(found: AssembledDisk) -> dict[str, str]:
    return {each.name: each.mount_point for each in found.partitions if each.mount_point}


def test_a_root_is_known_by_its_type_in_the_table(tmp_path: Path) -> None:
    other = image(tmp_path, "other", RELEASE, size=8 * MIB)
    root = image(tmp_path, "root", RELEASE)
    found = read(divided(tmp_path / "disk", "gpt", [(other, LINUX_GPT), (root, ROOT_X86_64)]))
    assert named(found) == {"vda2": "/"}
    assert (found.root.evidence, found.root.others) == (RootEvidence.PARTITION_TYPE, ("vda1",))
    assert (found.architecture.name, found.architecture.seen_in) == ("x86_64", "the type of vda2")


def test_a_root_is_known_by_what_lies_in_it(tmp_path: Path) -> None:
    data = image(tmp_path, "data", {"etc/x": "", "usr/x": ""}, size=8 * MIB)
    root = image(tmp_path, "root", {"usr/lib/os-release": "ID=debian\n"})
    found = read(divided(tmp_path / "disk", "dos", [(data, "83"), (root, "83")]))
    assert named(found) == {"vda2": "/"}
    assert (found.root.evidence, found.root.others) == (RootEvidence.OS_RELEASE, ())


def test_the_largest_that_looks_like_a_system_is_taken_where_none_says_so(tmp_path: Path) -> None:
    boot = image(tmp_path, "boot", {"vmlinuz": "k"}, size=8 * MIB)
    root = image(tmp_path, "root", {"etc/redhat-release": "old\n", "usr/x": ""})
    found = read(divided(tmp_path / "disk", "dos", [(boot, "83"), (root, "83")]))
    assert (named(found), found.root.evidence) == ({"vda2": "/"}, RootEvidence.SIZE)


@needs("mkfs.xfs")
def test_a_root_on_xfs_is_read_with_its_boot_on_ext(tmp_path: Path) -> None:
    boot = image(tmp_path, "boot", {"vmlinuz": "kernel"}, "-L", "boot")
    files = RELEASE | {"etc/fstab": "LABEL=boot /boot ext4\n", "boot/hidden": ""}
    root = xfs(tmp_path / "root", plant(tmp_path / "tree", files))
    disk = divided(tmp_path / "disk", "gpt", [(boot, LINUX_GPT), (root, ROOT_X86_64)])
    with opened(disk) as blocks:
        found = assemble(blocks)
        assert found.tree is not None
        assert found.tree.text("/boot/vmlinuz") == "kernel"
        assert found.tree.text("/etc/os-release") == "ID=debian\n"
    assert named(found) == {"vda1": "/boot", "vda2": "/"}


def test_a_disk_without_a_table_is_its_root(tmp_path: Path) -> None:
    found = read(image(tmp_path, "root", RELEASE))
    assert named(found) == {"vda": "/"}


@pytest.mark.parametrize(
    "at, raw, fault",
    [
        (512, b"LABELONE" + bytes(16) + b"LVM2 001", DiskFault.ON_LVM),
        (0, b"LUKS\xba\xbe\0\2", DiskFault.ENCRYPTED),
        (4096, struct.pack("<II", 0xA92B4EFC, 1), DiskFault.ON_RAID),
        (65536 + 64, b"_BHRfS_M", DiskFault.ON_BTRFS),
        (128 * 1024, b"\x0c\xb1\xba\0\0\0\0\0", DiskFault.ON_ZFS),
    ],
)
@pytest.mark.parametrize("kind", [LINUX_GPT, ROOT_X86_64])
def test_a_root_that_cannot_be_read_is_not_taken_for_its_boot_partition(
    kind: str, at: int, raw: bytes, fault: DiskFault, tmp_path: Path
) -> None:
    boot = image(tmp_path, "boot", {"vmlinuz": "k", "etc/x": "", "usr/x": ""})
    hidden = changed(empty(tmp_path / "hidden", 8 * MIB), at, raw)
    found = read(divided(tmp_path / "disk", "gpt", [(boot, LINUX_GPT), (hidden, kind)]))
    assert found.tree is None
    assert found.root.fault is fault
    assert found.partitions[0].file_system == "ext4"


def test_a_root_that_is_damaged_is_not_replaced_by_something_else(tmp_path: Path) -> None:
    boot = image(tmp_path, "boot", {"vmlinuz": "k"})
    root = changed(image(tmp_path, "root", RELEASE), 1024 + 0x60, b"\0\0\0\x80")
    found = read(divided(tmp_path / "disk", "dos", [(boot, "83"), (root, "83")]))
    assert (found.tree, found.root.fault) == (None, DiskFault.UNKNOWN_FORM)


def test_a_disk_with_nothing_on_it_says_so(tmp_path: Path) -> None:
    found = read(empty(tmp_path / "disk", MIB))
    assert (found.tree, found.root.fault) == (None, DiskFault.NO_SYSTEM)
    assert (found.architecture.name, found.firmware) == ("", DiskFirmware.UNKNOWN)


@pytest.mark.parametrize(
    "source",
    [f"UUID={UUIDS['boot']}", f'UUID="{UUIDS["boot"].upper()}"', "LABEL=Boot", "/dev/vda1", "/dev/sda1",
     "/dev/nvme0n1p1", f"/dev/disk/by-uuid/{UUIDS['boot']}", "PARTUUID=0badcafe-01"],
)  # fmt: skip
def test_what_fstab_mounts_and_the_disk_has_is_in_the_tree(source: str, tmp_path: Path) -> None:
    boot = image(tmp_path, "boot", {"vmlinuz": "kernel"}, "-L", "Boot", "-U", UUIDS["boot"])
    fstab = f"# a line\nUUID={UUIDS['root']} / ext4 rw 0 1\n{source}\t/boot\text4 rw 0 2\nproc /proc proc\n"
    root = image(tmp_path, "root", RELEASE | {"etc/fstab": fstab, "boot/hidden": ""}, "-U", UUIDS["root"])
    disk = divided(tmp_path / "disk", "dos", [(boot, "83"), (root, "83")])
    changed(disk, 440, (0x0BADCAFE).to_bytes(4, "little"))
    with opened(disk) as blocks:
        found = assemble(blocks)
        assert found.tree is not None
        assert [each.path for each in found.tree.below("/boot")] == ["/boot/lost+found", "/boot/vmlinuz"]
    assert named(found) == {"vda1": "/boot", "vda2": "/"}


def test_mounts_in_mounts_are_made_from_the_outside_in(tmp_path: Path) -> None:
    esp = vfat(tmp_path / "esp", plant(tmp_path / "esp-tree", {"EFI/BOOT/BOOTAA64.EFI": "x"}))
    boot = image(tmp_path, "boot", {"efi/hidden": ""}, "-L", "boot")
    fstab = "PARTUUID=none /data ext4\n/dev/vda1 /boot/efi vfat umask=0077\nLABEL=boot /boot ext4\n"
    root = image(tmp_path, "root", RELEASE | {"etc/fstab": fstab, "boot/x": ""})
    disk = divided(tmp_path / "disk", "gpt", [(esp, ESP_GPT), (boot, LINUX_GPT), (root, LINUX_GPT)])
    with opened(disk) as blocks:
        found = assemble(blocks)
        assert found.tree is not None
        assert found.tree.text("/boot/efi/EFI/BOOT/BOOTAA64.EFI") == "x"
    assert (found.architecture.name, found.architecture.seen_in) == ("aarch64", "EFI/BOOT/bootaa64.efi on vda1")
    assert found.firmware is DiskFirmware.UEFI


def test_what_fstab_mounts_and_nobody_can_read_is_named(tmp_path: Path) -> None:
    locked = changed(empty(tmp_path / "locked", 2 * MIB), 0, b"LUKS\xba\xbe\0\2")
    fstab = "/dev/vda1 /home ext4\n/dev/vda2 /../../etc ext4\n/dev/vda3 none swap\n/dev/sdb1 /data ext4\n"
    root = image(tmp_path, "root", RELEASE | {"etc/fstab": fstab, "home/x": "", "data/x": ""})
    disk = divided(tmp_path / "disk", "dos", [(locked, "83"), (root, "83")])
    found = read(disk)
    assert [(each.point, each.fault) for each in found.unmounted] == [("/home", DiskFault.ENCRYPTED)]
    assert named(found) == {"vda2": "/"}


def test_where_a_mount_point_is_missing_that_is_said(tmp_path: Path) -> None:
    data = image(tmp_path, "data", {"x": ""})
    root = image(tmp_path, "root", RELEASE | {"etc/fstab": "/dev/vda1 /srv/data ext4\n"})
    found = read(divided(tmp_path / "disk", "dos", [(data, "83"), (root, "83")]))
    assert [(each.point, each.fault) for each in found.unmounted] == [("/srv/data", DiskFault.NO_MOUNT_POINT)]


def _elf(order: int, machine: int) -> bytes:
    pack = ">" if order == 2 else "<"
    return b"\x7fELF" + bytes((2, order)) + bytes(10) + struct.pack(f"{pack}HH", 2, machine) + bytes(44)


@pytest.mark.parametrize(
    "order, machine, name",
    [(1, 62, "x86_64"), (1, 183, "aarch64"), (1, 21, "ppc64le"), (2, 21, "ppc64"), (2, 22, "s390x"), (1, 9999, "")],
)
def test_the_architecture_is_that_of_its_programs(order: int, machine: int, name: str, tmp_path: Path) -> None:
    root = image(tmp_path, "root", RELEASE | {"usr/bin/bash": _elf(order, machine), "bin": "->usr/bin"})
    assert read(root).architecture == Architecture(name, "/bin/bash" if name else "")


def test_without_programs_a_kernel_tells_the_architecture(tmp_path: Path) -> None:
    kernel = bytes(0x38) + b"ARM\x64" + bytes(100)
    files = RELEASE | {"boot/vmlinuz-1": b"MZ" + bytes(900), "boot/vmlinuz-2": kernel}
    assert read(image(tmp_path, "root", files)).architecture == Architecture("aarch64", "/boot/vmlinuz-2")


@pytest.mark.parametrize(
    "parts, code, firmware",
    [
        ((BIOS_BOOT_GPT,), True, DiskFirmware.BIOS),
        ((BIOS_BOOT_GPT,), False, DiskFirmware.UNKNOWN),
        ((ESP_GPT,), False, DiskFirmware.UEFI),
        ((ESP_GPT,), True, DiskFirmware.UEFI),
        ((ESP_GPT, BIOS_BOOT_GPT), True, DiskFirmware.BOTH),
        ((LINUX_GPT,), True, DiskFirmware.UNKNOWN),
    ],
)
def test_what_can_start_a_gpt(parts: tuple[str, ...], code: bool, firmware: DiskFirmware, tmp_path: Path) -> None:
    piece = vfat(tmp_path / "piece", None)
    disk = divided(tmp_path / "disk", "gpt", [(piece, kind) for kind in parts])
    assert read(changed(disk, 0, b"\xeb\x63" if code else b"\0")).firmware is firmware


def test_a_disk_cut_anywhere_ends_in_an_answer(tmp_path: Path) -> None:
    root = image(tmp_path, "root", RELEASE)
    disk = divided(tmp_path / "disk", "gpt", [(root, ROOT_X86_64)])
    whole = disk.stat().st_size
    for length in (whole - 1, whole - 512, whole // 2, 3 * MIB, MIB + 70_000, MIB + 3000, MIB, 1024, 512, 511, 0):
        with disk.open("r+b") as file:
            file.truncate(length)
        found = read(disk)
        assert found.root.fault is not None or found.tree is not None


def test_noise_in_the_table_and_the_superblocks_ends_in_an_answer(tmp_path: Path) -> None:
    run(
        "sfdisk",
        "-q",
        empty(tmp_path / "disk", 4 * MIB),
        text="label: dos\n1: size=1M, type=83\n2: type=5\n5: type=83\n",
    )
    for seed in range(40):
        chooser = random.Random(seed)
        disk = tmp_path / "disk"
        for at in (446, 446 + 16, 2 * MIB + 446, MIB + 1024 + chooser.randrange(200)):
            changed(disk, at + chooser.randrange(32), chooser.randbytes(chooser.choice((1, 4, 16))))
        changed(disk, 510, b"\x55\xaa")
        read(disk)

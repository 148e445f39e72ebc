"""For which machine a disk is: what firmware can start it, and of which architecture its programs are."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.assembly.parts import Part
from imaging.files.disk.assembly.root import ROOT_TYPES
from imaging.files.disk.tables.entry import Table
from imaging.files.disk.tree import Tree
from models.errors import DiskUnreadableError
from models.image_file.disk_facts import DiskFirmware, PartitionTable
from models.image_file.partition_types import BIOS_BOOT_TYPE, ESP_TYPES

_PROGRAMS: Final = (
    "/usr/lib/systemd/systemd", "/bin/bash", "/bin/busybox", "/sbin/init", "/bin/sh", "/usr/bin/env", "/bin/ls",
)  # fmt: skip
_ELF: Final = struct.Struct("<4sBB12xH")
_BEGINNING_BYTES: Final = 4096
_KERNELS: Final = "/boot/vmlinu[xz]*"
_KERNEL_MARKS: Final = ((0x38, b"ARM\x64", "aarch64"), (0x30, b"RISCV", "riscv64"))
"""The header of a kernel that is no ELF; the one of x86 is the same for 32 bits and 64, so it tells nothing."""
_IS_BIG: Final = 2
_MACHINES: Final = {
    3: "i686", 20: "ppc", 21: "ppc64", 22: "s390x", 40: "armv7l", 62: "x86_64", 183: "aarch64", 243: "riscv64",
    258: "loongarch64",
}  # fmt: skip
_LOADERS: Final = {
    "bootx64.efi": "x86_64",
    "bootaa64.efi": "aarch64",
    "bootia32.efi": "i686",
    "bootarm.efi": "armv7l",
    "bootriscv64.efi": "riscv64",
    "bootloongarch64.efi": "loongarch64",
}


def firmware_of(table: Table, parts: tuple[Part, ...]) -> DiskFirmware:
    """What can start it: UEFI needs a system partition, BIOS a program in the first sector and a place for the rest."""
    has_esp = any(part.partition.partition_type in ESP_TYPES for part in parts)
    has_place = (
        table.kind is not PartitionTable.GPT
        or any(part.partition.partition_type == BIOS_BOOT_TYPE for part in parts)
        or any(part.partition.is_active for part in parts)
    )
    has_bios = table.has_boot_code and has_place
    if has_esp:
        return DiskFirmware.BOTH if has_bios else DiskFirmware.UEFI
    return DiskFirmware.BIOS if has_bios else DiskFirmware.UNKNOWN


@dataclass(frozen=True, slots=True)
class Architecture:
    """For which processor a disk is."""

    name: str = ""
    """As `uname -m` would say; empty where nothing told."""
    seen_in: str = ""
    """What told: a program, a kernel, a partition's type, a boot loader."""


def architecture_of(tree: Tree | None, parts: tuple[Part, ...]) -> Architecture:
    """What is seen first: its programs, its kernels, the type of its root, its boot loader for UEFI."""
    return next(_architectures(tree, parts), Architecture())


def _architectures(tree: Tree | None, parts: tuple[Part, ...]) -> Iterator[Architecture]:
    if tree is not None:
        for path in _PROGRAMS:
            yield from _told(_of_elf(_beginning(tree, path)), path)
        for path in _kernels(tree):
            yield from _told(_of_kernel(_beginning(tree, path)), path)
    for part in parts:
        yield from _told(ROOT_TYPES.get(part.partition.partition_type, ""), f"the type of {part.partition.name}")
    for part in parts:
        for name in _loaders(part):
            yield from _told(_LOADERS.get(name, ""), f"EFI/BOOT/{name} on {part.partition.name}")


def _told(name: str, seen_in: str) -> Iterator[Architecture]:
    if name:
        yield Architecture(name, seen_in)


def _kernels(tree: Tree) -> list[str]:
    try:
        return [found.path for found in tree.glob(_KERNELS)]
    except DiskUnreadableError:
        return []


def _beginning(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path, limit_bytes=_BEGINNING_BYTES)
    except DiskUnreadableError:
        return b""


def _of_kernel(raw: bytes) -> str:
    """By the header that a boot loader reads; some are programs like any other."""
    return next((name for at, mark, name in _KERNEL_MARKS if raw[at : at + len(mark)] == mark), "") or _of_elf(raw)


def _of_elf(raw: bytes) -> str:
    if len(raw) < _ELF.size or raw[:4] != b"\x7fELF":
        return ""
    _, _, order, machine = _ELF.unpack_from(raw)
    if order == _IS_BIG:
        machine = int.from_bytes(raw[18:20], "big")
    name = _MACHINES.get(machine, "")
    return name + "le" if name == "ppc64" and order != _IS_BIG else name


def _loaders(part: Part) -> list[str]:
    """The files of the removable path of a system partition, by which firmware starts a disk that it does not know."""
    if part.partition.partition_type not in ESP_TYPES:
        return []
    try:
        return sorted(_folder(Tree(part.open()), "efi", "boot"))
    except DiskUnreadableError:
        return []


def _folder(tree: Tree, *names: str) -> set[str]:
    """What lies in a folder of a FAT, whose names have no case."""
    path = "/"
    for name in names:
        below = next((each for each in tree.below(path) if each.name.lower() == name), None)
        if below is None:
            return set()
        path = below.path
    return {each.name.lower() for each in tree.below(path)}

"""For which machine a disk is: what firmware can start it, and of which architecture its programs are."""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.disk.assembly.parts import Part
from imaging.files.disk.assembly.root import ROOT_TYPES
from imaging.files.disk.tables.entry import Table
from imaging.files.disk.tree import Tree
from models.errors import DiskUnreadableError
from models.image_file.disk_facts import DiskFirmware, PartitionTable

_ESP_TYPES: Final = frozenset({"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0xef"})
_BIOS_BOOT_TYPE: Final = "21686148-6449-6e6f-744e-656564454649"
_PROGRAMS: Final = (
    "/usr/lib/systemd/systemd", "/bin/bash", "/bin/busybox", "/sbin/init", "/bin/sh", "/usr/bin/env", "/bin/ls",
)  # fmt: skip
_ELF: Final = struct.Struct("<4sBB12xH")
_ELF_HEADER_BYTES: Final = 64
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
    has_esp = any(part.partition.partition_type in _ESP_TYPES for part in parts)
    has_place = (
        table.kind is not PartitionTable.GPT
        or any(part.partition.partition_type == _BIOS_BOOT_TYPE for part in parts)
        or any(part.partition.is_active for part in parts)
    )
    has_bios = table.has_boot_code and has_place
    if has_esp:
        return DiskFirmware.BOTH if has_bios else DiskFirmware.UEFI
    return DiskFirmware.BIOS if has_bios else DiskFirmware.UNKNOWN


def architecture_of(tree: Tree | None, parts: tuple[Part, ...]) -> str:
    """As `uname -m` would say: by its programs, else by the type of its root, else by its boot loader for UEFI."""
    programs = (_of_program(tree, path) for path in _PROGRAMS) if tree is not None else ()
    types = (ROOT_TYPES.get(part.partition.partition_type, "") for part in parts)
    return next((found for found in (*programs, *types, *_of_loaders(parts)) if found), "")


def _of_program(tree: Tree, path: str) -> str:
    try:
        raw = tree.read(path, limit_bytes=_ELF_HEADER_BYTES)
    except DiskUnreadableError:
        return ""
    if len(raw) < _ELF.size or raw[:4] != b"\x7fELF":
        return ""
    _, _, order, machine = _ELF.unpack_from(raw)
    if order == _IS_BIG:
        machine = int.from_bytes(raw[18:20], "big")
    name = _MACHINES.get(machine, "")
    return name + "le" if name == "ppc64" and order != _IS_BIG else name


def _of_loaders(parts: tuple[Part, ...]) -> list[str]:
    """Machines that the removable path of a system partition has a loader for."""
    found = []
    for part in parts:
        if part.partition.partition_type not in _ESP_TYPES:
            continue
        try:
            folder = _folder(Tree(part.open()), "efi", "boot")
        except DiskUnreadableError:
            continue
        found += [machine for name, machine in _LOADERS.items() if name in folder]
    return found


def _folder(tree: Tree, *names: str) -> set[str]:
    """What lies in a folder of a FAT, whose names have no case."""
    path = "/"
    for name in names:
        below = next((each for each in tree.below(path) if each.name.lower() == name), None)
        if below is None:
            return set()
        path = below.path
    return {each.name.lower() for each in tree.below(path)}

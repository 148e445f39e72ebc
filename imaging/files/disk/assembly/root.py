"""Which file system is the root of the system on a disk, and by what it was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imaging.files.disk.assembly.parts import LINUX, Part
from imaging.files.disk.file_system import FileSystem
from imaging.files.disk.tree import Tree
from models.errors import DiskFault, DiskUnreadableError
from models.image_file.disk_facts import RootEvidence

ROOT_TYPES: Final = {
    "4f68bce3-e8cd-4db1-96e7-fbcaf984b709": "x86_64",
    "b921b045-1df0-41c3-af44-4c6f280d3fae": "aarch64",
    "44479540-f297-41b2-9af7-d131d5f0458a": "i686",
    "69dad710-2ce4-4e3c-b16c-21a1d49abed3": "armv7l",
    "c31c45e6-3f39-412e-80fb-4809c4980599": "ppc64le",
    "72ec70a6-cf74-40e6-bd49-4bda08e8f224": "riscv64",
    "5eead9a9-fe09-4a1e-a1d7-520d00531306": "s390x",
    "77055800-792c-4f94-b39a-98c91b762bb6": "loongarch64",
}
"""The types of GPT for a root, with the machine that it is for (UAPI group, Discoverable Partitions)."""
_RELEASES: Final = ("/etc/os-release", "/usr/lib/os-release")


@dataclass(frozen=True, slots=True)
class Root:
    """The root, or why there is none to be read."""

    part: Part | None = None
    file_system: FileSystem | None = None
    evidence: RootEvidence | None = None
    others: tuple[str, ...] = ()
    """Further partitions that hold a system: which one boots is the boot loader's affair."""
    fault: DiskFault | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    part: Part
    file_system: FileSystem
    has_release: bool
    has_folders: bool

    @property
    def is_typed(self) -> bool:
        return self.part.partition.partition_type in ROOT_TYPES

    @property
    def size_bytes(self) -> int:
        return self.part.partition.size_bytes


def find_root(parts: tuple[Part, ...]) -> Root:
    """The root: by its type in the table, else by an os-release in it, else the largest that looks like one.

    Where nothing in a file system says that it is a system, and the disk also holds what cannot be read here (LVM,
    LUKS, …), the root is there.
    """
    candidates, faults = [], []
    for part in parts:
        if part.fault is not None:
            faults.append((part.partition.size_bytes, part.fault))
        elif part.partition.file_system in LINUX:
            try:
                candidates.append(_candidate(part))
            except DiskUnreadableError as error:
                faults.append((part.partition.size_bytes, error.fault))
    typed_elsewhere = any(part.fault and part.partition.partition_type in ROOT_TYPES for part in parts)
    systems = [each for each in candidates if each.has_release]
    if not typed_elsewhere and (chosen := _typed(candidates) or _largest(systems)):
        evidence = RootEvidence.PARTITION_TYPE if chosen.is_typed else RootEvidence.OS_RELEASE
        others = tuple(each.part.partition.name for each in systems if each is not chosen)
        return Root(chosen.part, chosen.file_system, evidence, others)
    if faults:
        return Root(fault=max(faults)[1])
    chosen = _largest([each for each in candidates if each.has_folders])
    if chosen is None:
        return Root(fault=DiskFault.NO_SYSTEM)
    return Root(chosen.part, chosen.file_system, RootEvidence.SIZE)


def _typed(candidates: list[_Candidate]) -> _Candidate | None:
    typed = [each for each in candidates if each.is_typed]
    return _largest([each for each in typed if each.has_release]) or _largest(typed)


def _largest(candidates: list[_Candidate]) -> _Candidate | None:
    return max(candidates, key=lambda each: each.size_bytes, default=None)


def _candidate(part: Part) -> _Candidate:
    file_system = part.open()
    tree = Tree(file_system)
    has_release = any(tree.find_itself(path) is not None for path in _RELEASES)
    return _Candidate(part, file_system, has_release, tree.is_directory("/etc") and tree.is_directory("/usr"))

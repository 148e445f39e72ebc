"""Puts the other file systems of a disk where its own fstab mounts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.assembly.parts import Part
from imaging.files.disk.ext.ext_file_system import ExtFileSystem
from imaging.files.disk.file_system import FileSystem
from imaging.files.disk.superblocks.superblock import Superblock
from imaging.files.disk.tree import Tree
from models.errors import DiskFault, DiskUnreadableError

_FSTAB: Final = "/etc/fstab"
_MOST_LINES: Final = 1000
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_DEVICE: Final = re.compile(r"/dev/(?:[svhx]|xv)da(\d{1,3})\Z|/dev/nvme0n1p(\d{1,3})\Z")
"""A partition of the first disk, on any bus that it had when the line was written."""
_FIELDS: Final = {
    "uuid": "uuid", "label": "label", "partuuid": "partition_uuid", "partlabel": "partition_label",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mounted:
    """What became of a line of fstab that names a partition of this disk."""

    point: str
    part: Part
    fault: DiskFault | None = None
    """Why its files are not in the tree."""
    replayed: Superblock | None = None
    """What it says after its journal; None where none was carried out."""


def mount_by_fstab(tree: Tree, root: Part, parts: tuple[Part, ...]) -> list[Mounted]:
    """Mount what the root's fstab names and lies on this disk; each partition once, the outer points first."""
    done: list[Mounted] = []
    taken = {root.partition.name}
    for source, point in sorted(_lines(tree), key=lambda line: line[1].count("/")):
        part = _named(source, parts)
        if part is None or part.partition.name in taken:
            continue
        taken.add(part.partition.name)
        done.append(_mount(tree, point, part))
    return done


def _mount(tree: Tree, point: str, part: Part) -> Mounted:
    try:
        if not tree.is_directory(point):
            return Mounted(point, part, DiskFault.NO_MOUNT_POINT)
        file_system = part.open()
        tree.mount(point, file_system)
    except DiskUnreadableError as error:
        return Mounted(point, part, error.fault)
    return Mounted(point, part, replayed=replayed_superblock(file_system))


def replayed_superblock(file_system: FileSystem) -> Superblock | None:
    """What a file system says after its journal, if that was carried out."""
    if isinstance(file_system, ExtFileSystem) and file_system.replayed:
        return file_system.superblock()
    return None


def _lines(tree: Tree) -> Iterator[tuple[str, str]]:
    """Sources and the directories where they are mounted, but for the root."""
    try:
        lines = tree.lines(_FSTAB)[:_MOST_LINES]
    except DiskUnreadableError:
        return
    for line in lines:
        fields = line.split()
        if len(fields) < 2 or fields[0].startswith("#"):  # noqa: PLR2004  # a source and a point
            continue
        source, point = (_OCTAL.sub(lambda found: chr(int(found[1], 8) & 0xFF), field) for field in fields[:2])
        path = "/" + "/".join(part for part in point.split("/") if part)
        if point.startswith("/") and path != "/" and ".." not in path.split("/"):
            yield source, path


def _named(source: str, parts: tuple[Part, ...]) -> Part | None:
    """The partition that a source of fstab means, if it is on this disk."""
    kind, _, value = source.partition("=")
    if source.startswith("/dev/disk/by-"):
        kind, _, value = source.removeprefix("/dev/disk/by-").partition("/")
    field = _FIELDS.get(kind.lower())
    value = value.strip("\"'")
    if field is not None and value:
        is_same = str.lower if "uuid" in field else str
        return next((each for each in parts if is_same(getattr(each.partition, field)) == is_same(value)), None)
    found = _DEVICE.match(source)
    number = next((group for group in found.groups() if group), "") if found else ""
    return next((each for each in parts if number and each.partition.name.removeprefix("vda") == number), None)

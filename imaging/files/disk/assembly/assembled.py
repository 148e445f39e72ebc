"""A disk as far as it can be read: one tree of its files, and what is known without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from imaging.files.content import Content
from imaging.files.disk.assembly.machine import Architecture, architecture_of, firmware_of
from imaging.files.disk.assembly.mounting import Mounted, mount_by_fstab, replayed_superblock
from imaging.files.disk.assembly.parts import Part, parts_of
from imaging.files.disk.assembly.root import Root, find_root
from imaging.files.disk.partition import Partition
from imaging.files.disk.tables.entry import Table
from imaging.files.disk.tables.reading import read_table
from imaging.files.disk.tree import Tree
from models.image_file.disk_facts import DiskFirmware


@dataclass(frozen=True)
class AssembledDisk:
    """What one disk came to."""

    size_bytes: int
    table: Table
    partitions: tuple[Partition, ...]
    """With their mount points in the tree."""
    firmware: DiskFirmware
    architecture: Architecture
    root: Root
    tree: Tree | None
    """None where the root cannot be read: `root.fault` says why."""
    unmounted: tuple[Mounted, ...] = ()
    """What fstab names on this disk and the tree lacks."""


def assemble(disk: Content, *, check: Callable[[], None] = lambda: None) -> AssembledDisk:
    """Read a disk's table, its superblocks and its root, and mount what belongs to it.

    Args:
        disk: its bytes.
        check: asked again and again in long work; it raises when time is up.
    """
    table = read_table(disk)
    parts = parts_of(disk, table)
    check()
    root = find_root(parts)
    tree, mounted = None, []
    if root.part is not None and root.file_system is not None:
        tree = Tree(root.file_system, check=check)
        mounted = mount_by_fstab(tree, root.part, parts)
        mounted.append(Mounted("/", root.part, replayed=replayed_superblock(root.file_system)))
    in_tree = {each.part.partition.name: each for each in mounted if each.fault is None}
    return AssembledDisk(
        size_bytes=disk.size_bytes,
        table=table,
        partitions=tuple(_as_mounted(part, in_tree.get(part.partition.name)) for part in parts),
        firmware=firmware_of(table, parts),
        architecture=architecture_of(tree, parts),
        root=root,
        tree=tree,
        unmounted=tuple(each for each in mounted if each.fault is not None),
    )


def _as_mounted(part: Part, mounted: Mounted | None) -> Partition:
    if mounted is None:
        return part.partition
    told = replace(part.partition, mount_point=mounted.point)
    if mounted.replayed is None:
        return told
    return replace(told, **asdict(mounted.replayed), replayed=True)

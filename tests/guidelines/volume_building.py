"""Volumes, mounts and lines of fstab for the rules about what the guest shows of them."""

from __future__ import annotations

from typing import Any

from models.guest.disks import BlockDevice, Disks, FileSystemUse
from models.guest.mounts import (
    BootMounts,
    FstabEntry,
    Mount,
    Mounts,
)
from tests.guidelines.building import PGDATA, attached
from tests.guidelines.guest_building import (
    ROOT,
    ROOT_LINE,
    VDA,
    VDA1,
    VDB,
)

ROOT_MOUNT = Mount(point="/", source="/dev/vda1", fs_type="ext4")
DATA = Mount(point="/data", source="/dev/vdb", fs_type="ext4")
WITH_VOLUME = Disks(devices=(VDA, VDA1, VDB), root=ROOT, file_systems=(ROOT,), grow_tool="growpart")
ONE = {"attachments": (attached(PGDATA, "/dev/vdb"),), "volumes": (PGDATA,)}


def mounted(*mounts: Mount, **other: Any) -> Mounts:
    return Mounts(mounts=(ROOT_MOUNT, *mounts), users_complete=True, **other)


def disks(*devices: BlockDevice, root: FileSystemUse = ROOT) -> Disks:
    return Disks(devices=(VDA, VDA1, *devices), root=root, file_systems=(root,))


def fstab(*entries: FstabEntry, **other: Any) -> BootMounts:
    return BootMounts(fstab=(ROOT_LINE, *entries), **other)


def entry(point: str, fs_type: str, *options: str, source: str = "server:/x") -> FstabEntry:
    return FstabEntry(line=2, source=source, point=point, fs_type=fs_type, options=options, text=f"{source} {point}")

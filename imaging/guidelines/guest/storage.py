"""Where the places that a guest's tables name lie: on the root disk, which goes into the image, or elsewhere."""

from __future__ import annotations

import re
from enum import StrEnum

from models.guest.disks import BlockDevice, Disks
from models.guest.mounts import Mount


class Where(StrEnum):
    """Where something lies, as far as an image of the root disk is concerned."""

    ROOT_DISK = "on the root disk"
    ELSEWHERE = "on another disk"
    MISSING = "on no disk that is here"
    REMOTE = "on another machine, or made by a program"
    MEMORY = "in memory"
    UNTOLD = "untold"


MEMORY_TYPES = frozenset({
    "tmpfs", "ramfs", "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "mqueue", "hugetlbfs", "debugfs",
    "tracefs", "securityfs", "pstore", "bpf", "configfs", "fusectl", "efivarfs", "binfmt_misc", "rpc_pipefs", "nfsd",
    "overlay", "autofs", "nsfs", "selinuxfs",
})  # fmt: skip
"""File systems without a disk of their own."""

_TAGS = ("uuid=", "label=", "partuuid=", "partlabel=")
_BY_ID_VIRTIO = re.compile(
    r"^/dev/disk/by-id/(?:virtio-|scsi-0QEMU_QEMU_HARDDISK_|scsi-SQEMU_QEMU_HARDDISK_)(.+?)(?:-part\d+)?$"
)


def device_of(disks: Disks, source: str) -> BlockDevice | None:
    """The device that a table names, by any of its names: those of fstab, `/dev/VG/LV`, `/dev/disk/by-id/virtio-…`."""
    named = disks.named(source)
    if named is not None:
        return named
    if match := _BY_ID_VIRTIO.match(source):
        return disks.by_serial(match[1])
    parts = source.split("/")
    if source.startswith("/dev/") and len(parts) == 4:  # noqa: PLR2004  # "", dev, group, volume
        mapped = "-".join(part.replace("-", "--") for part in parts[2:])
        return disks.device(f"/dev/mapper/{mapped}")
    return None


def is_device(source: str) -> bool:
    """Whether a table's source names a block device at all."""
    return source.startswith("/dev/") or source.casefold().startswith(_TAGS)


def where_device(disks: Disks, source: str, *, complete: bool = True) -> Where:
    """Where a named block device lies.

    Args:
        disks: those of the guest.
        source: as fstab or the kernel line names it.
        complete: whether all devices are known; otherwise one that is not among them is untold, not missing.
    """
    if not disks.root_disks:
        return Where.UNTOLD
    device = device_of(disks, source)
    if device is None:
        return Where.MISSING if complete and _would_be_seen(disks, source) else Where.UNTOLD
    below = disks.disks_below(device.name)
    if not below:
        return Where.UNTOLD
    return Where.ROOT_DISK if below <= disks.root_disks else Where.ELSEWHERE


def _would_be_seen(disks: Disks, source: str) -> bool:
    """Whether a device of that name would be known if it were there: not every lsblk can read every tag."""
    if source.startswith("/dev/disk/by-"):
        kind = source.removeprefix("/dev/disk/by-").partition("/")[0]
    elif source.casefold().startswith(_TAGS):
        kind = source.partition("=")[0].casefold()
    else:
        return True
    if kind in {"uuid", "label"}:
        return disks.tells("uuid")
    return kind in {"partuuid", "partlabel"} and disks.tells("partuuid")


def is_below(path: str, point: str) -> bool:
    """Whether a path is the point itself or lies below it; everything lies below `/`."""
    return path == point or path.startswith(point.rstrip("/") + "/")


def mounts_elsewhere(disks: Disks, mounts: tuple[Mount, ...]) -> tuple[Mount, ...]:
    """The mounts that lie on a disk beside the root disk, outermost first; empty if the root disk is not known."""
    found = [each for each in mounts if is_device(each.source) and where_device(disks, each.source) is Where.ELSEWHERE]
    return tuple(sorted((each for each in found if not _is_loop(disks, each.source)), key=lambda each: each.point))


def _is_loop(disks: Disks, source: str) -> bool:
    """Whether it is a file that is mounted as a disk, such as a snap."""
    device = disks.device(source)
    return source.startswith("/dev/loop") or (device is not None and device.kind in {"loop", "rom"})

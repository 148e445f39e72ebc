"""What is mounted, by whom it is used, and what the guest will want to mount at its next boot."""

from __future__ import annotations

import re

from models.base import Frozen
from models.text import CleanText

_SYSTEMS_OWN = re.compile(
    r"/(?:proc|sys|dev|run|snap|boot|efi)(?:/|$)|/var/lib/(?:docker|containers|kubelet|lxd|snapd)/"
)
"""Where the system and its engines mount by themselves."""


class Mount(Frozen):
    """A line of /proc/self/mountinfo; pseudo file systems (proc, sysfs, cgroup, …) are left out."""

    point: CleanText
    source: CleanText = ""
    """The device, or the remote side, with credentials masked."""
    fs_type: CleanText = ""
    root: CleanText = "/"
    """Which part of the file system is mounted: not / for bind mounts."""
    options: tuple[CleanText, ...] = ()

    @property
    def comes_by_itself(self) -> bool:
        """Whether it needs no line of anybody: the root is told by the kernel's, a bind mount is made by its engine."""
        return (
            self.point == "/" or _SYSTEMS_OWN.match(self.point) is not None or self.fs_type in {"squashfs", "overlay"}
        )


class SwapArea(Frozen):
    """A line of /proc/swaps."""

    path: CleanText
    kind: CleanText = ""
    """file or partition."""
    size_kib: int | None = None


class MountUser(Frozen):
    """A process that keeps a mount busy."""

    point: CleanText
    pid: int
    process: CleanText
    user: CleanText = ""
    uses: CleanText = ""
    """cwd, root, exe, file."""


class Mounts(Frozen):
    """What is mounted now."""

    mounts: tuple[Mount, ...] = ()
    swaps: tuple[SwapArea, ...] = ()
    users: tuple[MountUser, ...] = ()
    """Who uses the mounts that are not on the root disk."""
    users_complete: bool = False
    """Whether every process could be read, which only root can."""


class FstabEntry(Frozen):
    """A line of /etc/fstab that is neither empty nor a comment."""

    line: int
    """Its number, from 1."""
    source: CleanText
    point: CleanText
    fs_type: CleanText = ""
    options: tuple[CleanText, ...] = ()
    """With passwords masked."""
    check_order: int | None = None
    """The sixth field: in which order fsck checks it; 0 for never."""
    text: CleanText = ""
    """The line as it stands there, with passwords masked."""
    source_missing: bool = False
    """Whether its source is a file that is not there."""

    @property
    def mounts_itself(self) -> bool:
        """Whether a boot mounts it, or the first access to its directory."""
        return "noauto" not in self.options or "x-systemd.automount" in self.options


class MountUnit(Frozen):
    """A mount or swap unit of systemd, from wherever it reads them, with what is added to it.

    Those that the system brings along for file systems below /dev, /proc, /run and /sys, and those that the lines of
    fstab become, are left out.
    """

    file: CleanText
    source: CleanText = ""
    point: CleanText = ""
    fs_type: CleanText = ""
    options: tuple[CleanText, ...] = ()
    enabled: bool | None = None
    """Whether anything pulls it, or its automount unit, in."""
    required: bool = False
    """Whether something *requires* it (`local-fs.target.requires/`, `Requires=` of a target): then a missing device
    stops the boot."""
    automount: bool = False
    """Whether an automount unit of the same name stands before it."""

    @property
    def is_swap(self) -> bool:
        """Whether it is swap, for which a boot waits, and then continues."""
        return self.file.endswith(".swap")


class CryptEntry(Frozen):
    """A line of /etc/crypttab."""

    line: int
    name: CleanText
    source: CleanText = ""
    options: tuple[CleanText, ...] = ()
    text: CleanText = ""
    """The line as it stands there, with passwords masked."""


class PhysicalVolume(Frozen):
    """A device that belongs to an LVM volume group."""

    device: CleanText
    group: CleanText = ""


class RaidArray(Frozen):
    """An array of /proc/mdstat or mdadm.conf."""

    name: CleanText
    members: tuple[CleanText, ...] = ()


class BootMounts(Frozen):
    """What the guest will search for at its next boot, and an instance launched from the image at its first."""

    fstab: tuple[FstabEntry, ...] = ()
    units: tuple[MountUnit, ...] = ()
    crypttab: tuple[CryptEntry, ...] = ()
    physical_volumes: tuple[PhysicalVolume, ...] = ()
    arrays: tuple[RaidArray, ...] = ()
    lvm_devices_file: bool = False
    """Whether /etc/lvm/devices/system.devices is there: LVM then sees only the disks that it names."""

    @property
    def points(self) -> frozenset[str]:
        """Where something is mounted without anybody's hand."""
        return frozenset(
            {entry.point for entry in self.fstab if entry.mounts_itself} | {unit.point for unit in self.units}
        )

    @property
    def on_access(self) -> frozenset[str]:
        """Where something is mounted when it is needed: that it is not mounted says nothing."""
        lines = {entry.point for entry in self.fstab if "x-systemd.automount" in entry.options}
        return frozenset(lines | {unit.point for unit in self.units if unit.automount})

    def names_swap(self, path: str) -> bool:
        """Whether a line of fstab or a unit names it as its source."""
        return any(path == entry.source for entry in self.fstab) or any(path == unit.source for unit in self.units)

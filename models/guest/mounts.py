"""What is mounted, by whom it is used, and what the guest will want to mount at its next boot."""

from __future__ import annotations

from models.base import Frozen


class Mount(Frozen):
    """A line of /proc/self/mountinfo; pseudo file systems (proc, sysfs, cgroup, …) are left out."""

    point: str
    source: str = ""
    """The device, or the remote side, with credentials masked."""
    fs_type: str = ""
    root: str = "/"
    """Which part of the file system is mounted: not / for bind mounts."""
    options: tuple[str, ...] = ()


class SwapArea(Frozen):
    """A line of /proc/swaps."""

    path: str
    kind: str = ""
    """file or partition."""
    size_kib: int | None = None


class MountUser(Frozen):
    """A process that keeps a mount busy."""

    point: str
    pid: int
    process: str
    user: str = ""
    uses: str = ""
    """cwd, root, exe, file."""


class Mounts(Frozen):
    """What is mounted now."""

    mounts: tuple[Mount, ...] = ()
    swaps: tuple[SwapArea, ...] = ()
    users: tuple[MountUser, ...] = ()
    """Who uses the mounts that are not on the root disk."""
    users_complete: bool = False
    """Whether every process could be looked at, which only root can."""


class FstabEntry(Frozen):
    """A line of /etc/fstab that is neither empty nor a comment."""

    line: int
    """Its number, from 1."""
    source: str
    point: str
    fs_type: str = ""
    options: tuple[str, ...] = ()
    """With passwords masked."""
    check_order: int | None = None
    """The sixth field: in which order fsck looks at it; 0 for never."""
    text: str = ""
    """The line as it stands there, with passwords masked."""


class MountUnit(Frozen):
    """A mount unit of systemd that somebody wrote: one in /etc/systemd/system."""

    file: str
    source: str = ""
    point: str = ""
    fs_type: str = ""
    options: tuple[str, ...] = ()
    enabled: bool | None = None
    """Whether anything pulls it, or its automount unit, in."""
    required: bool = False
    """Whether something *requires* it (`local-fs.target.requires/`): then a missing device stops the boot."""
    automount: bool = False
    """Whether an automount unit of the same name stands before it."""


class CryptEntry(Frozen):
    """A line of /etc/crypttab."""

    line: int
    name: str
    source: str = ""
    options: tuple[str, ...] = ()
    text: str = ""
    """The line as it stands there, with passwords masked."""


class PhysicalVolume(Frozen):
    """A device that belongs to an LVM volume group."""

    device: str
    group: str = ""


class RaidArray(Frozen):
    """An array of /proc/mdstat or mdadm.conf."""

    name: str
    members: tuple[str, ...] = ()


class BootMounts(Frozen):
    """What the guest will look for at its next boot, and a child at its first."""

    fstab: tuple[FstabEntry, ...] = ()
    units: tuple[MountUnit, ...] = ()
    crypttab: tuple[CryptEntry, ...] = ()
    physical_volumes: tuple[PhysicalVolume, ...] = ()
    arrays: tuple[RaidArray, ...] = ()
    lvm_devices_file: bool = False
    """Whether /etc/lvm/devices/system.devices is there: LVM then sees only the disks that it names."""

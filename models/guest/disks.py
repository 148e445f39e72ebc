"""Disks, file systems and how full they are."""

from __future__ import annotations

from models.base import Frozen


class BlockDevice(Frozen):
    """A disk, a partition, or what is made of them (LVM, LUKS, md), as lsblk names it."""

    name: str
    """`/dev/vda1`, `/dev/mapper/vg-root`."""
    parents: tuple[str, ...] = ()
    """The devices that it lies on; none for a disk."""
    kind: str = ""
    """lsblk's TYPE: disk, part, lvm, crypt, raid1, loop, rom."""
    fs_type: str = ""
    """What lies on it: ext4, xfs, swap, LVM2_member, crypto_LUKS, linux_raid_member, …; empty if nothing is known."""
    uuid: str = ""
    label: str = ""
    partition_uuid: str = ""
    partition_label: str = ""
    partition_type: str = ""
    """The partition's type: a GUID on GPT disks, `0x83` on MBR ones."""
    serial: str = ""
    """Of a virtio disk of a volume: the first 20 characters of the volume's id."""
    size_bytes: int | None = None
    mount_points: tuple[str, ...] = ()


class FileSystemUse(Frozen):
    """How full a mounted file system is, as df tells."""

    mount_point: str
    device: str = ""
    fs_type: str = ""
    size_kib: int | None = None
    used_kib: int | None = None
    free_kib: int | None = None
    """What an ordinary user may still write."""
    inodes: int | None = None
    inodes_free: int | None = None


class FileSystemHealth(Frozen):
    """What a file system's own superblock says."""

    device: str
    fs_type: str = ""
    state: str = ""
    """ext4's `clean`, `not clean with errors`; empty where it has no such word."""
    has_errors: bool | None = None


class Disks(Frozen):
    """All block devices, and where the root file system lies."""

    devices: tuple[BlockDevice, ...] = ()
    root: FileSystemUse | None = None
    """The file system at /."""
    file_systems: tuple[FileSystemUse, ...] = ()
    """All mounted local file systems, the root one included."""
    health: tuple[FileSystemHealth, ...] = ()
    grow_tool: str = ""
    """What grows the root partition at boot: growpart, systemd-repart, cloud-initramfs-growroot; empty if nothing."""

    def device(self, name: str) -> BlockDevice | None:
        """The device of that name."""
        return next((device for device in self.devices if device.name == name), None)

    def disks_below(self, name: str) -> frozenset[str]:
        """The names of the disks that a device lies on, itself if it is one; empty for an unknown device."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [name]
        named = {device.name: device for device in reversed(self.devices)}
        while waiting:  # a guest may say anything, such as that thousands lie on each other, two of them in a circle
            device = named.get(waiting.pop())
            if device is None or device.name in seen:
                continue
            seen.add(device.name)
            waiting += device.parents
            if not device.parents:
                found.add(device.name)
        return frozenset(found)

    @property
    def root_disks(self) -> frozenset[str]:
        """The names of the disks that the root file system lies on: those go into the image."""
        return self.disks_below(self.root.device) if self.root is not None else frozenset()

    def named(self, source: str) -> BlockDevice | None:
        """The device that fstab means: a path, UUID=, LABEL=, PARTUUID=, PARTLABEL= or `/dev/disk/by-uuid/…`."""
        kind, _, value = source.partition("=")
        if source.startswith("/dev/disk/by-"):
            kind, _, value = source.removeprefix("/dev/disk/by-").partition("/")
        fields = {"uuid": "uuid", "label": "label", "partuuid": "partition_uuid", "partlabel": "partition_label"}
        field = fields.get(kind.lower())
        if field is None or not value:
            return self.device(source)
        wanted = value.strip('"')
        return next((device for device in self.devices if getattr(device, field) == wanted), None)

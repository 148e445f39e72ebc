"""Disks, file systems and how full they are."""

from __future__ import annotations

from models.base import Frozen
from models.text import CleanText


class BlockDevice(Frozen):
    """A disk, a partition, or what is made of them (LVM, LUKS, md), as lsblk names it."""

    name: CleanText
    """`/dev/vda1`, `/dev/mapper/vg-root`."""
    parents: tuple[CleanText, ...] = ()
    """The devices that it lies on; none for a disk."""
    kind: CleanText = ""
    """lsblk's TYPE: disk, part, lvm, crypt, raid1, loop, rom."""
    fs_type: CleanText = ""
    """What lies on it: ext4, xfs, swap, LVM2_member, crypto_LUKS, linux_raid_member, …; empty if nothing is known."""
    uuid: CleanText = ""
    label: CleanText = ""
    partition_uuid: CleanText = ""
    partition_label: CleanText = ""
    partition_type: CleanText = ""
    """The partition's type: a GUID on GPT disks, `0x83` on MBR ones."""
    serial: CleanText = ""
    """Of a virtio disk of a volume: the first 20 characters of the volume's id."""
    size_bytes: int | None = None
    mount_points: tuple[CleanText, ...] = ()


class FileSystemUse(Frozen):
    """How full a mounted file system is, as df tells."""

    mount_point: CleanText
    device: CleanText = ""
    fs_type: CleanText = ""
    size_kib: int | None = None
    used_kib: int | None = None
    free_kib: int | None = None
    """What an ordinary user may still write."""
    inodes: int | None = None
    inodes_free: int | None = None


class FileSystemHealth(Frozen):
    """What a file system's own superblock says."""

    device: CleanText
    fs_type: CleanText = ""
    state: CleanText = ""
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
    grow_tool: CleanText = ""
    """What grows the root partition at boot: growpart, systemd-repart, cloud-initramfs-growroot; empty if nothing."""

    def device(self, name: str) -> BlockDevice | None:
        """The device of that name."""
        return _index_of(self.devices).by_name.get(name)

    def disks_below(self, name: str) -> frozenset[str]:
        """The names of the disks that a device lies on, itself if it is one; empty where one of these is unknown."""
        return _index_of(self.devices).disks_below(name)

    def by_serial(self, beginning: str) -> BlockDevice | None:
        """The first device with whose serial number a text begins."""
        return _index_of(self.devices).by_serial(beginning)

    def tells(self, tag: str) -> bool:
        """Whether any device has a tag: uuid, label, partuuid or partlabel."""
        return bool(_index_of(self.devices).by_tag[tag])

    @property
    def root_disks(self) -> frozenset[str]:
        """The names of the disks that the root file system lies on: those go into the image.

        Empty where it cannot be placed: it is no block device (ZFS, NFS), lies on a device that is not known, in a file
        (loop), or on one disk with several paths (multipath).
        """
        below = self.disks_below(self.root.device) if self.root is not None else frozenset()
        whole = all((device := self.device(name)) is not None and device.kind in _WHOLE_DISKS for name in below)
        return below if whole else frozenset()

    def named(self, source: str) -> BlockDevice | None:
        """The device that fstab means: a path, UUID=, LABEL=, PARTUUID=, PARTLABEL= or `/dev/disk/by-uuid/…`."""
        kind, _, value = source.partition("=")
        if source.startswith("/dev/disk/by-"):
            kind, _, value = source.removeprefix("/dev/disk/by-").partition("/")
        tagged = _index_of(self.devices).by_tag.get(kind.lower())
        if tagged is None or not value:
            return self.device(source)
        return tagged.get(value.strip('"'))


_WHOLE_DISKS = frozenset({"disk", ""})
"""lsblk's TYPE of what can be the end of a chain; nothing where it did not say."""
_SEVERAL_PATHS = "mpath"
"""lsblk's TYPE of a multipath device: the disks below it are one and the same."""
_TAGS = {"uuid": "uuid", "label": "label", "partuuid": "partition_uuid", "partlabel": "partition_label"}


class _Index:
    """Devices by all their names, so that thousands of mounts of thousands of devices are found in no time."""

    def __init__(self, devices: tuple[BlockDevice, ...]) -> None:
        self.devices = devices
        latest_first = devices[::-1]  # of several of one name the first one counts
        self.by_name = {device.name: device for device in latest_first}
        self.by_tag = {
            tag: {value: device for device in latest_first if (value := getattr(device, field))}
            for tag, field in _TAGS.items()
        }
        self._serials = {device.serial: (place, device) for place, device in reversed([*enumerate(devices)])}
        self._serials.pop("", None)
        self._serial_lengths = {len(serial) for serial in self._serials}
        self._below: dict[str, frozenset[str]] = {}

    def by_serial(self, beginning: str) -> BlockDevice | None:
        fitting = {beginning[:length] for length in self._serial_lengths} & self._serials.keys()
        return min((self._serials[serial] for serial in fitting), key=lambda found: found[0], default=(0, None))[1]

    def disks_below(self, name: str) -> frozenset[str]:
        known = self._below.get(name)
        if known is None:
            known = self._below[name] = self._followed(name)
        return known

    def _followed(self, name: str) -> frozenset[str]:
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [name]
        while waiting:  # a guest may say anything, such as that thousands lie on each other, two of them in a circle
            device = self.by_name.get(waiting.pop())
            if device is None or device.kind == _SEVERAL_PATHS:
                return frozenset()
            if device.name in seen:
                continue
            seen.add(device.name)
            waiting += device.parents
            if not device.parents:
                found.add(device.name)
        return frozenset(found)


_latest = _Index(())


def _index_of(devices: tuple[BlockDevice, ...]) -> _Index:
    """The index of these very devices; one is kept, for a guest's rules are asked one after the other."""
    global _latest  # noqa: PLW0603  # replaced whole, so that threads see one index or another
    index = _latest
    if index.devices is not devices:
        index = _latest = _Index(devices)
    return index

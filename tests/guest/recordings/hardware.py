"""The disks of a guest, and what lsblk, df and the kernel's tables say about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

GIB = 1024**3


@dataclass(frozen=True)
class Device:
    """A disk or a partition."""

    name: str
    number: str
    kind: str
    size: int
    fs_type: str = ""
    uuid: str = ""
    label: str = ""
    point: str = ""
    options: str = "rw,relatime"
    parent: str = ""
    serial: str = ""
    part_uuid: str = ""
    part_label: str = ""
    part_type: str = ""
    used: float = 0.1
    """Which part of it is taken."""

    @property
    def path(self) -> str:
        """Its device file."""
        return f"/dev/{self.name}"

    def lsblk(self) -> str:
        """Its line of `lsblk -P -p -b`."""
        words = {
            "NAME": self.path, "KNAME": self.path, "MAJ:MIN": self.number, "TYPE": self.kind, "FSTYPE": self.fs_type,
            "UUID": self.uuid, "LABEL": self.label, "SIZE": str(self.size), "MOUNTPOINT": self.point,
            "PKNAME": f"/dev/{self.parent}" if self.parent else "", "SERIAL": self.serial, "PARTUUID": self.part_uuid,
            "PARTLABEL": self.part_label, "PARTTYPE": self.part_type,
        }  # fmt: skip
        return " ".join(f'{name}="{value}"' for name, value in words.items())

    def df(self) -> str:
        """Its line of `df -k --output=source,fstype,size,used,avail,itotal,iavail,target`."""
        size, inodes = self.size // 1024 * 97 // 100, self.size // 16384
        used, taken = int(size * self.used), int(inodes * self.used / 8)
        fields = (self.path, self.fs_type, size, used, size - used, inodes, inodes - taken, self.point)
        return " ".join(str(field) for field in fields)


@dataclass(frozen=True)
class Volume:
    """An attached volume with a file system."""

    name: str
    device: str
    gib: int
    fs_type: str
    uuid: str
    serial: str
    point: str = ""
    label: str = ""
    used: float = 0.3


@dataclass(frozen=True)
class Disks:
    """All of a guest's."""

    gib: int = 20
    fs_type: str = "ext4"
    uuid: str = "5f0c9d2e-0001-4000-8000-000000000001"
    label: str = "cloudimg-rootfs"
    used: float = 0.25
    volumes: tuple[Volume, ...] = ()
    further: tuple[str, ...] = field(default=())
    """Further lines of mountinfo, such as of a network file system."""

    def devices(self) -> Iterator[Device]:
        """The root disk first, each disk before its partitions."""
        yield Device("vda", "252:0", "disk", self.gib * GIB)
        yield Device(
            "vda1", "252:1", "part", self.gib * GIB - 128 * 1024**2, self.fs_type, self.uuid, self.label, "/",
            "rw,relatime", "vda", "", "5f0c9d2e-0011-4000-8000-000000000011", "",
            "0fc63daf-8483-4772-8e79-3d69d8477de4", self.used,
        )  # fmt: skip
        yield Device(
            "vda15", "252:15", "part", 106 * 1024**2, "vfat", "5F0C-9D2E", "UEFI", "/boot/efi", "rw,relatime", "vda",
            "", "5f0c9d2e-0012-4000-8000-000000000012", "", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", 0.06,
        )  # fmt: skip
        for place, volume in enumerate(self.volumes, start=1):
            yield Device(
                volume.device, f"252:{place * 16}", "disk", volume.gib * GIB, volume.fs_type, volume.uuid,
                volume.label, volume.point, serial=volume.serial, used=volume.used,
            )  # fmt: skip

    def mountinfo(self) -> str:
        """/proc/self/mountinfo."""
        lines = [
            "21 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw",
            "22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw",
            "23 28 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=3006544k,mode=755",
            "24 28 0:23 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=606360k,mode=755",
        ]
        for place, device in enumerate((one for one in self.devices() if one.point), start=28):
            above = "1" if device.point == "/" else "28"
            point = device.point.replace(" ", "\\040").replace("\n", "\\012")
            lines.append(
                f"{place} {above} {device.number} / {point} {device.options} shared:{place} - "
                f"{device.fs_type} {device.path} rw"
            )
        return "\n".join([*lines, *self.further, ""])

"""The disk and its partitions, in the words of lsblk, df and the kernel's table of mounts."""

from __future__ import annotations

import re
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.partition import Partition
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows

_NAME: Final = "vda"
"""Of the disk, as its partitions are named."""
_MAJOR: Final = 252
"""Of virtio disks; it ties a device to where it is mounted, and says nothing else."""
_NUMBER: Final = re.compile(r"\A[a-z]+([0-9]{1,4})\Z")
_REPART: Final = ("/usr/bin/systemd-repart", "/bin/systemd-repart")
_REPART_FILES: Final = ("/etc/repart.d/*.conf", "/usr/lib/repart.d/*.conf")
_GROWROOT: Final = "/usr/share/initramfs-tools/scripts/local-bottom/growroot"
_KIB: Final = 1024


def part_disks(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `disks`: the one disk that a new instance has."""
    whole = next((each for each in disk.partitions if each.name == _NAME), None)
    whole = whole or Partition(name=_NAME, size_bytes=disk.size_bytes)
    _tell_device(whole, rows)
    for partition in disk.partitions:
        if partition is not whole:
            _tell_device(partition, rows)
    for partition in disk.partitions:
        if partition.mount_point:
            _tell_mount(partition, rows)
        if partition.state or partition.error_count is not None:
            _tell_health(partition, rows)
    _tell_growing(GuestFiles(disk.tree, rows), rows)


def _tell_device(partition: Partition, rows: PartRows) -> None:
    is_disk = partition.name == _NAME
    words = {
        "NAME": f"/dev/{partition.name}",
        "KNAME": f"/dev/{partition.name}",
        "MAJ:MIN": _number(partition),
        "TYPE": "disk" if is_disk else "part",
        "FSTYPE": partition.file_system,
        "UUID": partition.uuid,
        "LABEL": partition.label,
        "SIZE": str(partition.size_bytes),
        "MOUNTPOINT": partition.mount_point,
        "PKNAME": "" if is_disk else f"/dev/{_NAME}",
        "SERIAL": "",
        "PARTUUID": partition.partition_uuid,
        "PARTLABEL": partition.partition_label,
        "PARTTYPE": partition.partition_type,
    }
    rows.row("device", " ".join(f'{key}="{_escaped(value)}"' for key, value in words.items()))


def _number(partition: Partition) -> str:
    found = _NUMBER.match(partition.name)
    return f"{_MAJOR}:{found[1] if found is not None else 0}"


def _escaped(value: str) -> str:
    """As lsblk writes it: odd bytes in hexadecimal."""
    return "".join(
        each if " " <= each <= "~" and each not in '"\\' else f"\\x{ord(each):02x}"
        for each in value.encode(NAMES, "replace").decode(NAMES)
    )


def _tell_mount(partition: Partition, rows: PartRows) -> None:
    """Where its files are in the tree, and how full it is."""
    device, kind, point = f"/dev/{partition.name}", partition.file_system or "-", partition.mount_point
    rows.row("mounted", _number(partition), kind, device, "rw", point)
    if partition.total_bytes is not None:
        sizes = (partition.total_bytes, partition.used_bytes, partition.free_bytes)
        numbers = [_or_none(None if size is None else size // _KIB) for size in sizes]
        numbers += [_or_none(partition.inodes), _or_none(partition.inodes_free)]
        rows.row("use", " ".join((device, kind, *numbers, point)))


def _or_none(number: int | None) -> str:
    return "-" if number is None else str(number)


def _tell_health(partition: Partition, rows: PartRows) -> None:
    """What its superblock says; the word of the state counts where no error was counted."""
    errors = "" if "error" in partition.state else _or_none(partition.error_count)
    rows.row("health", partition.name, partition.file_system, errors, partition.state)


def _tell_growing(files: GuestFiles, rows: PartRows) -> None:
    """What grows the root partition on a larger disk."""
    if files.is_program("/usr/bin/growpart"):
        rows.row("grow", "growpart")
    if any(files.is_program(path) for path in _REPART) and files.files(*_REPART_FILES):
        rows.row("grow", "systemd-repart")
    if files.exists(_GROWROOT):
        rows.row("grow", "cloud-initramfs-growroot")

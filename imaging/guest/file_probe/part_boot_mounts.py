"""What the next boot will search for: tables of disks, units, and what disks are put together from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.mount_unit_files import tell_mount_units
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.report.masking import masked

_FSTAB: Final = "/etc/fstab"
_CRYPTTAB: Final = "/etc/crypttab"
_ARRAYS: Final = ("/etc/mdadm/mdadm.conf", "/etc/mdadm.conf")
_DEVICES_FILE: Final = "/etc/lvm/devices/system.devices"
_ASSEMBLED: Final = {"LVM2_member": "LVM", "linux_raid_member": "RAID"}
_KEY_PLACE: Final = 2
"""Of crypttab's key file among the words of a line."""


def part_boot_mounts(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `boot_mounts`; which volumes are put together now belongs to a running system."""
    files = GuestFiles(disk.tree, rows)
    for number, line in _entries(files, _FSTAB):
        rows.row("fstab", number, masked(line))
    for number, line in _entries(files, _CRYPTTAB):
        rows.row("crypttab", number, masked(_without_key(line)))
    _tell_arrays(files, rows)
    with rows.where_readable("files that /etc/fstab mounts"):
        _tell_absent(disk, files, rows)
    tell_mount_units(files, rows)
    if files.exists(_DEVICES_FILE):
        rows.row("devices-file")
    for partition in disk.partitions:
        if partition.file_system in _ASSEMBLED:
            rows.incomplete(f"{_ASSEMBLED[partition.file_system]} on /dev/{partition.name} was not read")


def _entries(files: GuestFiles, path: str) -> Iterator[tuple[int, str]]:
    """The lines that are neither empty nor comments, with their numbers."""
    for number, line in enumerate(files.lines(path), start=1):
        if not line.lstrip(" \t\r").startswith("#") and line.strip(" \t\r"):
            yield number, line


def _without_key(line: str) -> str:
    words = [*words_of(line), "", ""]
    kept = words[: max(len(words) - 2, _KEY_PLACE + 1)]
    kept[_KEY_PLACE] = "-"
    return " ".join(kept)


def _tell_arrays(files: GuestFiles, rows: PartRows) -> None:
    for path in _ARRAYS:
        for line in files.lines(path):
            words = words_of(line)
            if len(words) > 1 and words[0].upper() == "ARRAY" and not words[1].startswith("<"):
                rows.row("array", words[1], "")


def _tell_absent(disk: Disk, files: GuestFiles, rows: PartRows) -> None:
    """Files that fstab mounts, such as images of disks; the source of a bind mount is made by systemd."""
    for line in files.lines(_FSTAB):
        source, _, rest = line.strip(" \t").replace("\t", " ").partition(" ")
        if not source.startswith("/") or source.startswith(("/dev/", "//")) or "\\" in source or "bind" in rest:
            continue
        if disk.tree.find(source) is None:
            rows.row("absent", source)

"""Which system this is, and when it was set up."""

from __future__ import annotations

import re
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows

_RELEASES: Final = ("/etc/os-release", "/usr/lib/os-release")
_RELEASE: Final = re.compile(r"(ID|VERSION_ID|PRETTY_NAME|ID_LIKE)=")
_MANAGERS: Final = (("apt-get", "apt"), ("dnf", "dnf"), ("yum", "yum"), ("zypper", "zypper"))
_INSTANCE: Final = "/var/lib/cloud/data/instance-id"
_SEMAPHORES: Final = "/var/lib/cloud/instances/*/sem/*"


def part_system(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `system`; kernel, host name, init and boot time belong to a running system."""
    files = GuestFiles(disk.tree, rows)
    _tell_release(files, rows)
    if disk.architecture:
        rows.row("architecture", disk.architecture)
    for tool, manager in _MANAGERS:
        if files.is_program(f"/usr/bin/{tool}"):
            rows.row("manager", manager)
            break
    instance = files.first_line(_INSTANCE)
    if instance is not None:
        rows.row("instance", instance)
    for found in files.matching(_SEMAPHORES):
        rows.row("semaphore", found.node.modified_at, found.path)


def _tell_release(files: GuestFiles, rows: PartRows) -> None:
    """By the first file that is there."""
    for path in _RELEASES:
        if files.is_file(path):
            for line in files.lines(path):
                if _RELEASE.match(line):
                    rows.row("release", line)
            return

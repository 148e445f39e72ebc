"""Which system this is, and when it was set up."""

from __future__ import annotations

import re
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows

_RELEASE: Final = re.compile(r"(ID|VERSION_ID|PRETTY_NAME|ID_LIKE)=")
_MANAGERS: Final = (("apt-get", "apt"), ("dnf", "dnf"), ("yum", "yum"), ("zypper", "zypper"))
_SEMAPHORES: Final = "/var/lib/cloud/instances/*/sem/*"


def part_system(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `system`; kernel, host name, init and boot time belong to a running system."""
    _tell_release(disk, rows)
    _tell_manager(disk, rows)
    if disk.tree.is_file("/var/lib/cloud/data/instance-id"):
        lines = disk.tree.lines("/var/lib/cloud/data/instance-id")
        rows.row("instance", lines[0] if lines else "")
    for found in disk.tree.glob(_SEMAPHORES):
        rows.row("semaphore", found.node.modified_at, found.path)


def _tell_release(disk: Disk, rows: PartRows) -> None:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        if disk.tree.is_file(path):
            for line in disk.tree.lines(path):
                if _RELEASE.match(line):
                    rows.row("release", line)
            return


def _tell_manager(disk: Disk, rows: PartRows) -> None:
    for tool, manager in _MANAGERS:
        found = disk.tree.find(f"/usr/bin/{tool}")
        if found is not None and found.node.permissions & 0o111:
            rows.row("manager", manager)
            return

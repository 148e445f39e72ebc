"""Which function reads which part of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imaging.guest.reading.accounts import read_accounts
from imaging.guest.reading.boot_mounts import read_boot_mounts
from imaging.guest.reading.directories import read_directories
from imaging.guest.reading.disks import read_disks
from imaging.guest.reading.mounts import read_mounts
from imaging.guest.reading.packages import read_packages
from imaging.guest.reading.rows import Rows
from imaging.guest.reading.sightings import read_sightings
from imaging.guest.reading.system import read_system
from imaging.guest.reading.system_files import read_system_files
from imaging.guest.reading.updates import read_updates

READERS: Mapping[str, Callable[[Rows], Any]] = {
    "boot_mounts": read_boot_mounts,
    "disks": read_disks,
    "mounts": read_mounts,
    "system": read_system,
    "accounts": read_accounts,
    "directories": read_directories,
    "packages": read_packages,
    "sightings": read_sightings,
    "system_files": read_system_files,
    "updates": read_updates,
}
"""By the part's name, which is that of its field in `GuestFacts`."""

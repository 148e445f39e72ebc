"""Which function reads which part of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imaging.guest.reading.accounts import read_accounts
from imaging.guest.reading.boot import read_boot
from imaging.guest.reading.boot_mounts import read_boot_mounts
from imaging.guest.reading.cloud_init import read_cloud_init
from imaging.guest.reading.directories import read_directories
from imaging.guest.reading.disks import read_disks
from imaging.guest.reading.firewall import read_firewall
from imaging.guest.reading.identity import read_identity
from imaging.guest.reading.mounts import read_mounts
from imaging.guest.reading.network import read_network
from imaging.guest.reading.packages import read_packages
from imaging.guest.reading.path_uses import read_path_uses
from imaging.guest.reading.rows import Rows
from imaging.guest.reading.services import read_services
from imaging.guest.reading.sightings import read_sightings
from imaging.guest.reading.sshd import read_sshd
from imaging.guest.reading.system import read_system
from imaging.guest.reading.system_files import read_system_files
from imaging.guest.reading.updates import read_updates

READERS: Mapping[str, Callable[[Rows], Any]] = {
    "accounts": read_accounts,
    "boot": read_boot,
    "boot_mounts": read_boot_mounts,
    "cloud_init": read_cloud_init,
    "directories": read_directories,
    "disks": read_disks,
    "firewall": read_firewall,
    "identity": read_identity,
    "mounts": read_mounts,
    "network": read_network,
    "packages": read_packages,
    "path_uses": read_path_uses,
    "services": read_services,
    "sightings": read_sightings,
    "sshd": read_sshd,
    "system": read_system,
    "system_files": read_system_files,
    "updates": read_updates,
}
"""By the part's name, which is that of its field in `GuestFacts`."""

"""The parts that can be read from a disk, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_accounts import part_accounts
from imaging.guest.file_probe.part_boot import part_boot
from imaging.guest.file_probe.part_boot_mounts import part_boot_mounts
from imaging.guest.file_probe.part_cloud_init import part_cloud_init
from imaging.guest.file_probe.part_directories import part_directories
from imaging.guest.file_probe.part_disks import part_disks
from imaging.guest.file_probe.part_firewall import part_firewall
from imaging.guest.file_probe.part_identity import part_identity
from imaging.guest.file_probe.part_network import part_network
from imaging.guest.file_probe.part_packages import part_packages
from imaging.guest.file_probe.part_path_uses import part_path_uses
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.part_services import part_services
from imaging.guest.file_probe.part_sightings import part_sightings
from imaging.guest.file_probe.part_sshd import part_sshd
from imaging.guest.file_probe.part_system import part_system
from imaging.guest.file_probe.part_system_files import part_system_files
from imaging.guest.file_probe.part_updates import part_updates

FilePart = Callable[[Disk, PartRows], None]

FILE_PARTS: Mapping[str, FilePart] = {
    "system": part_system,
    "disks": part_disks,
    "boot_mounts": part_boot_mounts,
    "services": part_services,
    "identity": part_identity,
    "boot": part_boot,
    "cloud_init": part_cloud_init,
    "network": part_network,
    "sshd": part_sshd,
    "firewall": part_firewall,
    "path_uses": part_path_uses,
    "accounts": part_accounts,
    "packages": part_packages,
    "system_files": part_system_files,
    "updates": part_updates,
    "directories": part_directories,
    "sightings": part_sightings,
}
"""What is not here is only known of a running system."""

"""The parts of the probe: each is declared here, and nowhere else.

To a part belong its script `imaging/guest/probe/part_<name>.sh`, its reader beside this file and its field of
`GuestFacts`; all else about it stands in its line below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imaging.guest.report.readers.accounts import read_accounts
from imaging.guest.report.readers.boot import read_boot
from imaging.guest.report.readers.boot_mounts import read_boot_mounts
from imaging.guest.report.readers.cloud_init import read_cloud_init
from imaging.guest.report.readers.directories import read_directories
from imaging.guest.report.readers.disks import read_disks
from imaging.guest.report.readers.firewall import read_firewall
from imaging.guest.report.readers.identity import read_identity
from imaging.guest.report.readers.mounts import read_mounts
from imaging.guest.report.readers.network import read_network
from imaging.guest.report.readers.packages import read_packages
from imaging.guest.report.readers.path_uses import read_path_uses
from imaging.guest.report.readers.running import read_running
from imaging.guest.report.readers.services import read_services
from imaging.guest.report.readers.sightings import read_sightings
from imaging.guest.report.readers.sshd import read_sshd
from imaging.guest.report.readers.system import read_system
from imaging.guest.report.readers.system_files import read_system_files
from imaging.guest.report.readers.updates import read_updates
from imaging.guest.report.rows import Rows


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an inspection: what the probe prints under its name, and what is made of it."""

    name: str
    """That of its field of `GuestFacts`."""
    read: Callable[[Rows], Any]
    """From its rows to the value of that field."""
    seconds: int
    """How long it may take in the guest."""
    running_only: bool = False
    """A deep check does not ask for it: what runs in its temporary instance says nothing of the instance."""
    early: bool = False
    """In a deep check it comes first, for cloud-init is about to change what it reads."""
    asked: bool = False
    """It holds what the guidelines asked for, and nothing else."""
    dropped: int = 0
    """Its turn to be left out of a deep check's report that is too long for a console; 0: never."""


_IN_ORDER = (
    Part("system", read_system, seconds=5),
    Part("disks", read_disks, seconds=10),
    Part("mounts", read_mounts, seconds=10, running_only=True),
    Part("boot_mounts", read_boot_mounts, seconds=6, early=True),
    Part("services", read_services, seconds=10, dropped=2),
    Part("identity", read_identity, seconds=4, early=True),
    Part("boot", read_boot, seconds=8),
    Part("cloud_init", read_cloud_init, seconds=8, early=True, dropped=6),
    Part("network", read_network, seconds=6, early=True, dropped=5),
    Part("sshd", read_sshd, seconds=10, early=True),
    Part("firewall", read_firewall, seconds=10),
    Part("path_uses", read_path_uses, seconds=10, dropped=3),
    Part("accounts", read_accounts, seconds=10, early=True, dropped=7),
    Part("packages", read_packages, seconds=12, dropped=1),
    Part("system_files", read_system_files, seconds=10, early=True, asked=True),
    Part("running", read_running, seconds=10, running_only=True),
    Part("updates", read_updates, seconds=20, dropped=4),
    Part("directories", read_directories, seconds=20, dropped=8),
    Part("sightings", read_sightings, seconds=25, asked=True),
)
"""As they run: the quick ones first, so that an inspection that is cut short has most of them."""

PARTS: Mapping[str, Part] = {part.name: part for part in _IN_ORDER}
"""By name, in the order in which they run."""

"""The parts of a guest's facts, one function each: `inside(facts, parts.disks)` is typed, a name as text is not."""

from __future__ import annotations

from models.fact import Fact
from models.guest.accounts import Accounts
from models.guest.boot import Boot, Identity
from models.guest.directories import Directories
from models.guest.disks import Disks
from models.guest.facts import GuestFacts
from models.guest.files import Sighting, SystemFile
from models.guest.first_boot import CloudInit
from models.guest.mounts import BootMounts, Mounts
from models.guest.network import Firewall, Network, Sshd
from models.guest.packages import Packages, Updates
from models.guest.running import Running
from models.guest.services import PathUse, Services
from models.guest.system import GuestSystem


def system(guest: GuestFacts) -> Fact[GuestSystem]:
    """Which system runs."""
    return guest.system


def disks(guest: GuestFacts) -> Fact[Disks]:
    """Block devices and file systems."""
    return guest.disks


def mounts(guest: GuestFacts) -> Fact[Mounts]:
    """What is mounted now."""
    return guest.mounts


def boot_mounts(guest: GuestFacts) -> Fact[BootMounts]:
    """What will be mounted at the next boot."""
    return guest.boot_mounts


def services(guest: GuestFacts) -> Fact[Services]:
    """Units, listeners, processes."""
    return guest.services


def path_uses(guest: GuestFacts) -> Fact[tuple[PathUse, ...]]:
    """What of the system names a path."""
    return guest.path_uses


def packages(guest: GuestFacts) -> Fact[Packages]:
    """What is installed."""
    return guest.packages


def updates(guest: GuestFacts) -> Fact[Updates]:
    """What would be updated."""
    return guest.updates


def accounts(guest: GuestFacts) -> Fact[Accounts]:
    """Who is known."""
    return guest.accounts


def directories(guest: GuestFacts) -> Fact[Directories]:
    """What lies in homes and other directories."""
    return guest.directories


def system_files(guest: GuestFacts) -> Fact[tuple[SystemFile, ...]]:
    """The system files that were asked for."""
    return guest.system_files


def sightings(guest: GuestFacts) -> Fact[tuple[Sighting, ...]]:
    """What was found of what was searched for."""
    return guest.sightings


def cloud_init(guest: GuestFacts) -> Fact[CloudInit]:
    """How a new instance will be set up."""
    return guest.cloud_init


def network(guest: GuestFacts) -> Fact[Network]:
    """The network's configuration."""
    return guest.network


def sshd(guest: GuestFacts) -> Fact[Sshd]:
    """The SSH server."""
    return guest.sshd


def running(guest: GuestFacts) -> Fact[Running]:
    """What ends with a stop, and what the next start reads."""
    return guest.running


def firewall(guest: GuestFacts) -> Fact[Firewall]:
    """The packet filter."""
    return guest.firewall


def identity(guest: GuestFacts) -> Fact[Identity]:
    """What tells this machine from others."""
    return guest.identity


def boot(guest: GuestFacts) -> Fact[Boot]:
    """How it boots."""
    return guest.boot

"""All that one inspection found."""

from __future__ import annotations

from typing import TypeVar

from pydantic import Field

from models.base import Frozen
from models.fact import Fact
from models.findings import InspectionMethod, Source
from models.foreign import Moment
from models.guest.accounts import Accounts
from models.guest.boot import Boot, Identity
from models.guest.directories import Directories
from models.guest.disks import Disks
from models.guest.files import Sighting, SystemFile
from models.guest.first_boot import CloudInit
from models.guest.mounts import BootMounts, Mounts
from models.guest.network import Firewall, Network, Sshd
from models.guest.packages import Packages, Updates
from models.guest.running import Running
from models.guest.services import PathUse, Services
from models.guest.since_run import SinceRun
from models.guest.system import GuestSystem
from models.text import CleanText
from models.verdict import Verdict

__all__ = ["NEEDS_SSH", "NOT_RUNNING", "NOT_TOLD", "GuestFacts", "InspectionMethod"]

T = TypeVar("T")


NEEDS_SSH = "needs SSH: a deep check shows what is on the disk, not what runs"
"""What is said about a part that a deep check cannot show; its code is `UnknownCode.NEEDS_SSH`."""

NOT_RUNNING = "an image file shows what is on the disk, not what runs"
"""What is said about a part that no disk can show; its code is `UnknownCode.NOT_RUNNING`."""

NOT_TOLD = "the probe did not tell"


def _untold() -> Fact[T]:
    return Fact[T](unknown_because=NOT_TOLD, source=Source.GUEST)


class GuestFacts(Frozen):
    """The facts of a guest.

    Each part is known or says why not; `incomplete_because` marks one that may lack something.
    """

    method: InspectionMethod = InspectionMethod.SSH
    user: CleanText = ""
    """Who inspected: the login's name."""
    as_root: bool = False
    """Whether `sudo -n` was allowed; without it much stays unknown."""
    probe_version: int = 1
    read_at: Moment
    """When, by our clock; of a report that was brought, when it was made by the clock of that machine."""
    seconds: float | None = None
    """How long the probe took in the guest."""
    clock_off_seconds: float | None = None
    """The guest's clock less this machine's; None where that is not known."""
    boot_verdict: Verdict | None = None
    """Of a deep check: whether the temporary instance came up; emergency mode is proof of a bad fstab."""
    since_run: SinceRun | None = None
    """What differs from before the last run that stopped it; None where no run of this machine did so of late."""

    system: Fact[GuestSystem] = Field(default_factory=_untold)
    disks: Fact[Disks] = Field(default_factory=_untold)
    mounts: Fact[Mounts] = Field(default_factory=_untold)
    boot_mounts: Fact[BootMounts] = Field(default_factory=_untold)
    services: Fact[Services] = Field(default_factory=_untold)
    path_uses: Fact[tuple[PathUse, ...]] = Field(default_factory=_untold)
    packages: Fact[Packages] = Field(default_factory=_untold)
    updates: Fact[Updates] = Field(default_factory=_untold)
    accounts: Fact[Accounts] = Field(default_factory=_untold)
    directories: Fact[Directories] = Field(default_factory=_untold)
    system_files: Fact[tuple[SystemFile, ...]] = Field(default_factory=_untold)
    sightings: Fact[tuple[Sighting, ...]] = Field(default_factory=_untold)
    cloud_init: Fact[CloudInit] = Field(default_factory=_untold)
    network: Fact[Network] = Field(default_factory=_untold)
    sshd: Fact[Sshd] = Field(default_factory=_untold)
    running: Fact[Running] = Field(default_factory=_untold)
    firewall: Fact[Firewall] = Field(default_factory=_untold)
    identity: Fact[Identity] = Field(default_factory=_untold)
    boot: Fact[Boot] = Field(default_factory=_untold)

    @property
    def is_of_file(self) -> bool:
        """Whether it was read from an image file, which shows nothing that runs."""
        return self.method is InspectionMethod.IMAGE_FILE

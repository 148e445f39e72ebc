"""What an inspection after a run shows to be missing, against the one that the run was made on."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.fact import Fact
from models.foreign import Moment
from models.guest.mounts import BootMounts, Mounts
from models.guest.running import Running
from models.guest.services import Services
from models.text import CleanText


class BeforeRun(Frozen):
    """What ran in the guest when a run was started: the parts that a stop can change, of the run's inspection."""

    run: CleanText
    kept_at: Moment
    read_at: Moment
    booted_at: Moment | None = None
    """By the guest's clock."""
    as_root: bool = False
    mounts: Fact[Mounts]
    boot_mounts: Fact[BootMounts]
    services: Fact[Services]
    running: Fact[Running]


class DifferenceCode(StrEnum):
    """What kind of thing differs from before the run."""

    MOUNT_MISSING = "mount-missing"
    SWAP_MISSING = "swap-missing"
    UNIT_FAILED = "unit-failed"
    UNIT_STOPPED = "unit-stopped"
    """One that is enabled, and so should have been started."""
    LISTENER_MISSING = "listener-missing"
    CONTAINER_STOPPED = "container-stopped"
    PROGRAM_ENDED = "program-ended"
    MOUNT_NEW = "mount-new"
    LISTENER_NEW = "listener-new"

    @property
    def is_loss(self) -> bool:
        """Whether something that was there is not; else something came that was not there."""
        return self not in {DifferenceCode.MOUNT_NEW, DifferenceCode.LISTENER_NEW}

    @property
    def words(self) -> str:
        """For people, before the name of the thing."""
        return _WORDS[self]


_WORDS = {
    DifferenceCode.MOUNT_MISSING: "Not mounted any more",
    DifferenceCode.SWAP_MISSING: "Swap not in use any more",
    DifferenceCode.UNIT_FAILED: "Failed since",
    DifferenceCode.UNIT_STOPPED: "Not running any more",
    DifferenceCode.LISTENER_MISSING: "Not listening any more",
    DifferenceCode.CONTAINER_STOPPED: "Container not running any more",
    DifferenceCode.PROGRAM_ENDED: "Ended",
    DifferenceCode.MOUNT_NEW: "Mounted now, not before",
    DifferenceCode.LISTENER_NEW: "Listening now, not before",
}


class Difference(Frozen):
    """One thing that differs from before the run."""

    code: DifferenceCode
    what: CleanText
    """Its name: a mount point, a unit, a port, a container, a program."""
    evidence: CleanText = ""
    """What is known of it: `/dev/vdb1, mounted by hand before the run`."""

    @property
    def text(self) -> str:
        """One line for people."""
        return f"{self.code.words}: {self.what}" + (f" ({self.evidence})" if self.evidence else "")


class SinceRun(Frozen):
    """An inspection compared with the one that the last run was made on."""

    run: CleanText
    before_at: Moment
    """When the earlier one was read."""
    differences: tuple[Difference, ...] = ()
    not_compared: tuple[CleanText, ...] = ()
    """What could not be compared, since one of the two inspections does not tell it (whole)."""

    @property
    def losses(self) -> tuple[Difference, ...]:
        """What was there before the run and is not there now."""
        return tuple(each for each in self.differences if each.code.is_loss)

"""The verdict of a test launch: did a test instance come up, and how surely do we know."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class VerdictWord(StrEnum):
    """What a test launch came to."""

    BOOTED = "booted"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not tested"


class Strength(StrEnum):
    """How strong the evidence for *booted* is."""

    STRONG = "strong"
    """Our own marker, printed by the test instance's user data, with status 0."""
    GOOD = "good"
    """cloud-init finished with a real data source."""
    BASIC = "basic"
    """A login prompt."""


class Stage(StrEnum):
    """How far a boot came, in the order in which a machine comes up."""

    SILENT = "silent"
    FIRMWARE = "firmware"
    KERNEL = "kernel"
    SYSTEM = "system start"
    LOGIN = "login prompt"
    CLOUD_INIT = "cloud-init finished"
    MARKER = "marker"


class DeadEnd(StrEnum):
    """Where a boot stood still: nothing more comes by itself."""

    EMERGENCY = "emergency"
    RESCUE = "rescue"
    EMERGENCY_LOCKED = "emergency-locked"
    MAINTENANCE = "maintenance"
    SELINUX = "selinux"
    FROZEN = "frozen"
    INITRAMFS_EMERGENCY = "initramfs-emergency"
    INITRAMFS = "initramfs"
    KERNEL_PANIC = "kernel-panic"
    NO_ROOT = "no-root"
    HALTED = "halted"
    BOOT_LOADER = "boot-loader"
    BOOT_MENU = "boot-menu"
    FIRMWARE = "firmware"
    FIRMWARE_SHELL = "firmware-shell"
    START_JOB = "start-job"
    LOCKED_DISK = "locked-disk"
    RESTARTS = "restarts"

    @property
    def is_emergency_mode(self) -> bool:
        """Whether systemd gave up, as it does over a line of fstab."""
        return self in {DeadEnd.EMERGENCY, DeadEnd.EMERGENCY_LOCKED, DeadEnd.INITRAMFS_EMERGENCY}


class Verdict(Frozen):
    """The verdict, with the console lines that it rests on."""

    word: VerdictWord
    strength: Strength | None = None
    stage: Stage | None = None
    dead_end: DeadEnd | None = None
    """Where the boot stood still, if it did."""
    reason: CleanText = ""
    """Why, in one sentence for people. Nothing is decided by its words."""
    evidence: tuple[CleanText, ...] = ()
    """Console lines, cleaned, in their order; the last ones of the log are always among them."""
    hints: tuple[CleanText, ...] = ()
    """Trouble that was seen but did not decide."""
    has_address: bool | None = None
    has_default_route: bool | None = None
    has_own_machine_id: bool | None = None
    """None: the test instance did not say."""

    @property
    def has_proved_boot(self) -> bool:
        """Whether the image was seen to boot; one that says that it has no network address is useless."""
        return self.word is VerdictWord.BOOTED and self.has_address is not False

    @property
    def opens_publishing(self) -> bool:
        """Whether others may see the image without a further word: strong, or good with an address and a route seen."""
        if self.word is not VerdictWord.BOOTED:
            return False
        has_network = bool(self.has_address and self.has_default_route)
        return self.strength is Strength.STRONG or (self.strength is Strength.GOOD and has_network)

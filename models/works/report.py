"""What a test instance reported of its two boots: facts in its own words, cleaned; nothing is judged here."""

from __future__ import annotations

from models.base import Frozen
from models.text import CleanText
from models.verdict import Verdict
from models.works.outcome import TestOrigin


class MountSeen(Frozen):
    """A line of fstab, and what the running system has of it."""

    source: CleanText
    target: CleanText
    mounted: bool
    optional: bool = False
    """`noauto`, `nofail`, an automount, or swap: its absence is told and fails nothing."""


class KeySeen(Frozen):
    """A key that lets somebody log in."""

    account: CleanText
    fingerprint: CleanText
    """SHA256:…, as ssh-keygen prints it."""
    comment: CleanText = ""
    is_run_key: bool = False
    """The temporary key of this test instance's user data."""
    is_stub: bool = False
    """cloud-init's line for root, whose command only says which account to use."""


class NameServerSeen(Frozen):
    """A name server that the system asks."""

    address: CleanText
    by_image: bool
    """Named by a file of the image, not by the network."""
    answers: bool | None = None
    """None: nothing in the image can ask it."""


class SocketSeen(Frozen):
    """A socket beyond loopback."""

    protocol: CleanText
    address: CleanText
    port: int
    process: CleanText = ""


class TestSaid(Frozen):
    """One test of one boot, as it ended; its output is decoded and cleaned."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    name: CleanText
    origin: TestOrigin
    status: int | None = None
    """Its exit status, 0 to 255; None where it did not run or did not end."""
    skipped_because: CleanText = ""
    """Why it was not run at all."""
    timed_out: bool = False
    killed_for_memory: bool = False
    masked: int = 0
    """How many secrets were masked in its output."""
    output: tuple[CleanText, ...] = ()
    output_cut: bool = False
    tap: tuple[CleanText, ...] = ()
    """Its lines that are TAP, kept whole where the rest of its output is cut."""
    seconds: int | None = None


class WorksBoot(Frozen):
    """One boot. A field that is None was not told: unknown, never a pass."""

    number: int
    settled: bool | None = None
    """Whether no job of systemd was queued any more when the checks began; False: they began after 60 s."""
    checked: bool = False
    """Whether all of its facts were told, to the end."""
    power_on_to_prompt_seconds: float | None = None
    """From power-on to the end of multi-user.target, by the clock of the kernel."""
    mounts: tuple[MountSeen, ...] | None = None
    machine_id_digest: CleanText | None = None
    """Empty: it has none."""
    machine_id_own: bool | None = None
    """Made by this instance's first boot; None: it cannot tell."""
    host_key_digests: tuple[CleanText, ...] | None = None
    host_keys_own: bool | None = None
    """All made since this instance was launched."""
    cloud_init_errors: tuple[CleanText, ...] | None = None
    """Errors as cloud-init counts them; None: there is no result of it."""
    cloud_init_recoverable: tuple[CleanText, ...] = ()
    cloud_init_source: CleanText = ""
    failed_units: tuple[CleanText, ...] | None = None
    failed_because_of_mount: tuple[CleanText, ...] = ()
    """Those of them that need a mount which is not there."""
    enabled_units: tuple[CleanText, ...] | None = None
    running_units: tuple[CleanText, ...] | None = None
    """Services that run when the checks begin: one that runs at the first boot alone is in neither list of failures."""
    root_bytes: int | None = None
    """Size of the root file system."""
    root_disk_bytes: int | None = None
    """Size of the whole disk that it lies on."""
    root_taken_bytes: int | None = None
    """How much of that disk belongs to other partitions than the root's: what is left could all be the root's."""
    root_on_lvm: bool = False
    name_servers: tuple[NameServerSeen, ...] | None = None
    keys: tuple[KeySeen, ...] | None = None
    outside: tuple[CleanText, ...] | None = None
    """What was tried, `NAME answered` or `NAME did not answer: WHY`; None: not tried."""
    outside_answered: bool | None = None
    has_default_route: bool | None = None
    clock_synchronised: bool | None = None
    host_name: CleanText | None = None
    metadata_host_name: CleanText | None = None
    sockets: tuple[SocketSeen, ...] | None = None
    dhcp_ids: tuple[CleanText, ...] = ()
    """Under which names it asks for an address, each its kind and a digest."""
    tests: tuple[TestSaid, ...] = ()
    tests_ended: bool = False
    """Whether all tests of this boot have ended or were skipped."""


class WorksReport(Frozen):
    """What one test instance said about its boots."""

    boots: tuple[WorksBoot, ...] = ()
    has_systemd: bool = True
    """False: nothing could be started after the boot, so nothing was asked."""
    trouble: CleanText = ""
    """Why it did not report in full."""
    second_boot: Verdict | None = None
    """What the console showed of the second boot, where that stood still or fell silent; None where it reported."""

    def boot(self, number: int) -> WorksBoot | None:
        """The boot of that number, if it was told."""
        return next((boot for boot in self.boots if boot.number == number), None)

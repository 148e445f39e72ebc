"""The checks and tests that a test instance is put to, and how each of them ended."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class Outcome(StrEnum):
    """How a check or a test ended."""

    PASS = "pass"  # noqa: S105  # an outcome, not a password
    FAIL = "fail"
    WARN = "warn"
    """Something was found that does not keep the image from working."""
    SKIPPED = "skipped"
    """It does not apply to this test instance; the reason says why."""
    UNKNOWN = "unknown"
    """It applies and could not be answered; never counted as passed."""


class CheckId(StrEnum):
    """The built-in checks, in the order in which they are told."""

    SECOND_BOOT = "second-boot"
    """It boots a second time."""
    MOUNTS = "mounts"
    """What fstab names is mounted."""
    IDENTITY = "identity"
    """Its machine-id and host keys are its own, and stay the same at the second boot."""
    CLOUD_INIT = "cloud-init"
    FAILED_UNITS = "failed-units"
    LOST_UNITS = "lost-units"
    """What was enabled on the source is enabled here."""
    ROOT_SIZE = "root-size"
    """The root file system has grown to the disk of the flavor."""
    NAME_SERVERS = "name-servers"
    """Those that the image itself names answer."""
    LOGIN_KEY = "login-key"
    """The key of who launches the image arrives."""
    OTHER_KEYS = "other-keys"
    """No other key lets anybody in."""
    OUTSIDE = "outside"
    """An address outside the cloud answers."""
    CLOCK = "clock"
    HOST_NAME = "host-name"
    BOOT_TIME = "boot-time"
    LISTENERS = "listeners"
    """Sockets beyond loopback: told, not judged."""
    TWINS = "twins"
    """Two test instances at once are not the same to anybody."""


class CheckResult(Frozen):
    """One built-in check."""

    check: CheckId
    outcome: Outcome
    blocking: bool = False
    """Whether a failure means that the image does not work."""
    reason: CleanText = ""
    """Why, in one sentence for people. Nothing is decided by its words."""
    evidence: tuple[CleanText, ...] = ()
    """What the test instance told, a line each."""
    seconds: float | None = None
    """How long it took; None where it was not measured."""


class SubTest(Frozen):
    """One line of a test that speaks TAP."""

    number: int
    title: CleanText = ""
    outcome: Outcome
    reason: CleanText = ""
    """Behind `# SKIP` or `# TODO`."""


class TestOrigin(StrEnum):
    """Where a test comes from."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    GIVEN = "given"
    """A file of the user's (`--test`)."""
    IMAGE = "image"
    """An executable in /etc/imaging/tests.d of the image."""


class TestResult(Frozen):
    """One test of the user's, in one boot."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    name: CleanText
    origin: TestOrigin
    boot: int
    """1 or 2."""
    outcome: Outcome
    reason: CleanText = ""
    """`exit status 3`, `timed out after 60 s`, `killed for want of memory`, why it was skipped."""
    subtests: tuple[SubTest, ...] = ()
    """Where it speaks TAP."""
    output: tuple[CleanText, ...] = ()
    """What it printed, masked in the guest; cut to its share."""
    left_out: bool = False
    """Whether some of its output was left out."""
    secret_printed: bool = False
    """Whether something that looks like a secret was masked: a warning."""
    seconds: float | None = None

"""The errors of the program. Each says what failed, what that means for the user's machines, and what to do next.

Errors of libraries are mapped to these at the boundary (`imaging.cloud.http.refusals`, `imaging.guest`), so that no
other room knows them. The exit codes are those of the command line.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from models.exit_code import ExitCode
from models.text import many_lines

_LONGEST_PART = 2_000
"""Characters of one part of an error; a page on a terminal of 80 columns and 24 lines has 1,920."""


def _shown(part: str) -> str:
    """An error that quotes any text of somebody else can be shown, written down and read to its end."""
    return many_lines(part if len(part) <= _LONGEST_PART else part[: _LONGEST_PART - 1] + "…")


class ImagingError(Exception):
    """The root of all errors of the program. Its parts are fit to be shown: bounded, and without control codes."""

    exit_code: ClassVar[ExitCode] = ExitCode.CLOUD

    def __init__(self, what: str, *, meaning: str = "", remedy: str = "", request_id: str | None = None) -> None:
        """Keep the parts apart, for a screen shows them apart.

        Args:
            what: what failed, in one sentence, without secrets.
            meaning: what state things are in now.
            remedy: what to do next.
            request_id: the cloud's id of the call that failed, for its operators.
        """
        self.what, self.meaning, self.remedy = _shown(what), _shown(meaning), _shown(remedy)
        super().__init__(self.what)
        self.request_id = request_id

    def __str__(self) -> str:
        """All parts in one paragraph."""
        request = f"(request {self.request_id})" if self.request_id else ""
        return " ".join(part for part in (self.what, self.meaning, self.remedy, request) if part)


class ForeignValueError(ImagingError, ValueError):
    """A value that somebody else wrote cannot be read; it is a `ValueError` too, as pydantic's validators expect."""


class UsageError(ImagingError):
    """The command, a setting or an input is not valid."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """A configuration file is missing, malformed, or names something that is not there."""


class NoCloudError(ConfigError):
    """No cloud is configured at all: nobody has set one up on this machine yet."""


class DraftError(ImagingError):
    """What was entered in the wizard cannot be kept, or what was kept cannot be read."""


class BrokenDraftError(DraftError):
    """A file held no draft. It was set aside, and nothing is in its place."""


class WrongProjectError(UsageError):
    """A run belongs to another cloud, project or user than the one that is logged in."""


class CloudError(ImagingError):
    """The cloud, or the way to it, did not do what was asked."""


class UnreachableError(CloudError):
    """No answer at all: name not found, connection refused, TLS refused, or time ran out."""


class UnsafeAddressError(UnreachableError):
    """The cloud names an address that the login must not go to; nothing was sent there."""


class LostAnswerError(UnreachableError):
    """The call was sent but its answer never came: it may or may not have been carried out."""


class BadAnswerError(CloudError):
    """The cloud answered something that cannot be read."""


class ServerFaultError(CloudError):
    """The cloud answered 5xx."""


class RateLimitedError(CloudError):
    """413 or 429 to the end of our patience."""

    def __init__(self, what: str, *, retry_after_seconds: float | None = None, **parts: str | None) -> None:
        """Keep how long the cloud asked to wait, in seconds."""
        super().__init__(what, **parts)  # type: ignore[arg-type]  # the parts are those of ImagingError
        self.retry_after_seconds = retry_after_seconds


class UnauthorizedError(CloudError):
    """401: the login is wrong, has expired or was revoked."""

    exit_code = ExitCode.NOT_ALLOWED


class ForbiddenError(CloudError):
    """403 by policy."""

    exit_code = ExitCode.NOT_ALLOWED


class QuotaExceededError(ForbiddenError):
    """403 (or 413) because a quota is used up; the numbers are in the text."""


class NotFoundError(CloudError):
    """404: it is gone, or was never visible to this project."""


class ConflictError(CloudError):
    """409: the thing is in a state that does not allow this now."""


class RejectedError(CloudError):
    """400 and its like: the cloud refused the request as malformed or impossible."""

    def __init__(self, what: str, *, status: int | None = None, **parts: str | None) -> None:
        """Keep the HTTP status, where it was the cloud that refused."""
        super().__init__(what, **parts)  # type: ignore[arg-type]  # the parts are those of ImagingError
        self.status = status


class RangeIgnoredError(CloudError):
    """A part of an image was asked for, and the cloud sent something else: its store does not obey ranges."""


class ServiceMissingError(CloudError):
    """The cloud has no such service (often Cinder), or it may not be used."""


class GuestError(ImagingError):
    """The inside of an instance, or the login to it, did not do what was asked."""


class GuestUnreachableError(GuestError):
    """No SSH connection: no address, no answer, or it was cut."""


class GuestLoginError(GuestError):
    """The guest does not let us in: no key fits, or the user is unknown there."""

    exit_code = ExitCode.NOT_ALLOWED


class HostKeyError(UsageError):
    """The guest's host key is not trusted: it is new and nobody confirmed it, or another one than before."""


class OtherMachineError(UsageError):
    """The machine that was logged in to is not the instance that was asked for, or nothing shows that it is."""


class BadProbeError(GuestError):
    """What came back from the guest is not what a probe prints: cut, too large, malformed, or somebody else's."""

    def __init__(self, what: str, *, reason: str = "", **parts: str | None) -> None:
        """Keep the part of `what` that says what is wrong with it, for those who name it in other words."""
        super().__init__(what, **parts)  # type: ignore[arg-type]  # the parts are those of ImagingError
        self.reason = _shown(reason or what)


class ImageFileError(ImagingError):
    """An image file, or the disk in it, cannot be used for what was asked."""

    exit_code = ExitCode.VIOLATIONS


class DiskFault(StrEnum):
    """What keeps a disk, a file system or a file on it from being read."""

    DAMAGED = "damaged"
    """Its structures contradict themselves or each other."""
    ENDS_EARLY = "ends-early"
    """The file ends before what it promises."""
    CONVERT_FIRST = "convert-first"
    """No reader here knows this form, but `qemu-img convert` does: convert it, and read the result."""
    OTHER_FILE = "other-file"
    """It needs another file beside it, which is never opened."""
    ENCRYPTED = "encrypted"
    UNKNOWN_FORM = "unknown-form"
    """A feature, or a file system, that no reader here knows."""
    TOO_LARGE = "too-large"
    """It is beyond the limits of what is read of a stranger."""
    NO_MOUNT_POINT = "no-mount-point"
    """The directory where fstab mounts it does not exist, so no machine would mount it either."""
    NO_SYSTEM = "no-system"
    """No file system on it holds the root of a Linux system."""
    ON_LVM = "on-lvm"
    ON_RAID = "on-raid"
    ON_BTRFS = "on-btrfs"
    ON_ZFS = "on-zfs"


class DiskUnreadableError(ImageFileError):
    """Something on the disk in an image file cannot be read: damaged, of an unknown form, or beyond the limits."""

    def __init__(self, what: str, *, fault: DiskFault = DiskFault.DAMAGED) -> None:
        """Keep why, for decisions, beside the sentence, for people."""
        super().__init__(what)
        self.fault = fault


class JournalError(UsageError):
    """The journal in the state directory cannot be read or written: no space, no permission, or not our file."""


class UnreadableRunError(JournalError):
    """One run in the journal cannot be read; the others can."""

    def __init__(self, run_id: str, reason: str) -> None:
        """Keep which one and why.

        Args:
            run_id: its id, cleaned.
            reason: what does not fit, in a few words and without what stands there.
        """
        super().__init__(
            f"Run {run_id} in the journal cannot be read: {reason}.",
            meaning="Another version of the program, another program or a broken disk wrote it. The other runs are not "
            "affected.",
            remedy="Use the version that wrote it. If its instance still has the run's claim, "
            "`imaging undo INSTANCE` restores it by that.",
        )
        self.run_id = run_id
        self.reason = reason


class NotOwnedError(ImagingError):
    """Refused by the program itself: what is not owned is never deleted."""

    exit_code = ExitCode.NOT_ALLOWED


class RunError(ImagingError):
    """A run cannot continue."""

    exit_code = ExitCode.VIOLATIONS


class NeedsUserError(RunError):
    """Only the user can fix this: the run waits for them, and the same step is done again on resume."""


class RestoreFaultError(RunError):
    """Restoring the source failed by a fault of the program, again and again: the run waits, its claim in place."""


class LeaseLostError(RunError):
    """Another runner holds the run now: this one stops and touches nothing more."""


class ClaimLostError(RunError):
    """The claim in the source's metadata is gone or another's: nothing more of the source is touched."""

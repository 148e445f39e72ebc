"""What the user asks a run to do."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText
from models.works.test_file import WorkTests


class Mode(StrEnum):
    """How the image is made."""

    PLAIN = "plain"
    """The root disk as it is: what lies in /home and /root is published to all who may launch it."""
    SEALED = "sealed"
    """Without what the page says is deleted or overwritten; done on a temporary clone, never on the instance."""


class OnFailure(StrEnum):
    """What a run does with the instance if it fails and nobody can be asked."""

    RESTORE = "restore"
    LEAVE = "leave"


class Visibility(StrEnum):
    """Who can see and launch the image."""

    PRIVATE = "private"
    SHARED = "shared"
    COMMUNITY = "community"
    PUBLIC = "public"


def usual_mode(visibility: Visibility) -> Mode:
    """The mode where the user has chosen none: sealed for what is seen beyond the project."""
    return Mode.PLAIN if visibility is Visibility.PRIVATE else Mode.SEALED


class Attestation(Frozen):
    """The user's attestation of something that no program can check."""

    rule: CleanText
    given_by: CleanText = ""
    given_at: Moment | None = None


class Waiver(Frozen):
    """The user's decision to continue despite a finding, with the reason."""

    rule: CleanText
    reason: CleanText


class RunRequest(Frozen):
    """What a run is to make, with every answer that was given beforehand."""

    name: str = ""
    """Of the image."""
    description: str = ""
    mode: Mode = Mode.PLAIN
    profile: CleanText = "jetstream"
    visibility: Visibility = Visibility.PRIVATE
    members: tuple[CleanText, ...] = ()
    """Project ids that a shared image is shared with."""
    network_id: CleanText | None = None
    flavor_id: CleanText | None = None
    keep_homes: tuple[CleanText, ...] = ()
    """Accounts whose homes a seal leaves, without keys, histories and the secrets that were found."""
    keep_paths: tuple[CleanText, ...] = ()
    """Paths that a seal leaves."""
    test: bool = True
    keep_test: bool = False
    work_tests: WorkTests = WorkTests()
    """What the test instance is to run beside the built-in checks."""
    twins: bool = False
    """Whether two test instances are launched at once and compared."""
    list_base: bool = False
    """Whether a test instance of the base is launched to list its packages, where nothing else tells them."""
    keep_failed_hours: int | None = None
    """For how long a test instance stays whose checks or tests have failed; None: it is removed."""
    keep_failed_key: CleanText = ""
    """The name of the key pair that it is launched with then."""
    keep_failed_from: CleanText = ""
    """The one address from which port 22 is opened then."""
    allow_partly: bool = False
    """Whether a verification counts as good where nothing failed, but something is unknown or was skipped."""
    succeeds: CleanText | None = None
    """The id of the image that the new one follows."""
    succeeds_name: CleanText = ""
    """Its name when it was chosen, for people; empty where it was not kept."""
    hide_older: bool = False
    """Whether that one is hidden once the new one works."""
    timeout_seconds: int = 7200
    on_failure: OnFailure = OnFailure.RESTORE
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    uninspected: CleanText = ""
    """Why the image is made although the guest was not inspected, or not wholly; empty: it is not made then."""
    min_ram_mib: int | None = None
    attended: bool = False
    """Whether a console is there to answer: without it a time-out ends the run by `on_failure`."""
    publish_unverified: bool = False
    """A typed confirmation was given: publish also without the verdict *booted*."""

    def attests(self, rule: str) -> bool:
        """Whether the user attested a rule."""
        return any(attestation.rule == rule for attestation in self.attestations)

    def waiver(self, rule: str) -> Waiver | None:
        """The waiver of a rule, if there is one."""
        return next((waiver for waiver in self.waivers if waiver.rule == rule), None)

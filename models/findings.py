"""Findings: what a rule says about an instance, and what a whole checklist comes to."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.foreign import Moment
from models.remedy_action import RemedyAction
from models.steps import StepName
from models.text import CleanLines, CleanText


class Outcome(StrEnum):
    """What a rule came to. Unknown is never shown as pass."""

    PASS = "pass"  # noqa: S105  # a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"


class Severity(StrEnum):
    """How much a failing finding matters."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"
    ASK = "ask"


class Source(StrEnum):
    """Where a fact was read."""

    CLOUD = "cloud"
    GUEST = "guest"
    IMAGE_FILE = "image file"
    USER = "user"


class InspectionMethod(StrEnum):
    """How the guest was inspected: what was seen, and on whose word."""

    SSH = "ssh"
    DEEP_CHECK = "deep check"
    """Through a temporary instance of a snapshot: it shows the disk, not what runs."""
    BROUGHT = "brought by the user"
    """A report that somebody made by hand (`imaging probe --show`): the user says whose machine it shows."""
    HERE = "here"
    """On the machine that the program itself runs on."""
    IMAGE_FILE = "image file"
    """The disk in an image file, which no machine runs."""

    @property
    def shows_disk_alone(self) -> bool:
        """Whether it shows what is on the disk, and nothing of what runs."""
        return self in {InspectionMethod.DEEP_CHECK, InspectionMethod.IMAGE_FILE}


class AskedFor(StrEnum):
    """By when the user must confirm what an ASK rule asks."""

    BEFORE_RUN = "before run"
    BEFORE_PUBLISHING = "before publishing"


class Readiness(StrEnum):
    """What a checklist comes to. Only `READY` is a yes."""

    READY = "ready"
    BLOCKED = "blocked"
    """A finding of severity `block` fails, and no step of a run fixes it."""
    NOT_INSPECTED = "not-inspected"
    """Nobody has inspected the guest since it was last started, or within a day."""
    INCOMPLETE = "incomplete"
    """The inspection left a rule of severity `block` unanswered."""

    @property
    def words(self) -> str:
        """As it is said to people."""
        return self.value.replace("-", " ")


class Remedy(Frozen):
    """What puts a finding right: words, if there is one the exact command, and what the console can do itself."""

    text: CleanText
    command: CleanLines | None = None
    actions: tuple[RemedyAction, ...] = ()
    """What the console can do about it itself, after asking; the mildest first."""
    by_hand_because: CleanText = ""
    """Why the console does not run the command itself, where a user would expect it to; empty where it can."""


class Finding(Frozen):
    """What one rule says about one instance."""

    rule: CleanText
    """The rule's id, such as `VOL-DETACHED`."""
    chapter: CleanText
    """The chapter of the guidelines page, such as `Volumes`."""
    title: CleanText
    outcome: Outcome
    severity: Severity
    evidence: CleanText
    """What was seen, in words that a user can check by hand."""
    remedy: Remedy | None = None
    fixed_by: StepName | None = None
    """The step of a run that fixes it, if one will."""
    asked_for: AskedFor | None = None
    """Set on an ASK rule: by when the user's confirmation is needed."""
    waivable: bool = True
    """Whether a reason helps: False of a state in which no run can begin."""
    source: Source | None = None
    read_at: Moment | None = None
    inspection: InspectionMethod | None = None
    """How the guest was inspected that this rests on; None where it rests on no inspection."""

    @property
    def blocks(self) -> bool:
        """Whether it keeps a run from starting: a failing block that no step fixes."""
        return self.outcome is Outcome.FAIL and self.severity is Severity.BLOCK and self.fixed_by is None

    @property
    def is_about_guest(self) -> bool:
        """Whether only an inspection can answer it, or has answered it."""
        return self.source is Source.GUEST

    @property
    def leaves_open(self) -> bool:
        """Whether it keeps an inspection from being complete: a block rule of the guest that nothing answers."""
        return (
            self.outcome is Outcome.UNKNOWN
            and self.severity is Severity.BLOCK
            and self.is_about_guest
            and self.fixed_by is None
        )

    @property
    def awaits_confirmation(self) -> bool:
        """Whether the user's confirmation is still needed."""
        return self.asked_for is not None and self.outcome is Outcome.UNKNOWN

    @property
    def is_confirmed(self) -> bool:
        """Whether it passes because the user has confirmed what it asks."""
        return self.asked_for is not None and self.outcome is Outcome.PASS and self.source is Source.USER


class FindingClass(StrEnum):
    """How a finding counts; they are counted and shown in this order. The value is the noun for one of them."""

    BLOCKER = "blocker"
    TO_CONFIRM = "to confirm"
    WARNING = "warning"
    UNKNOWN = "unknown"
    FIXED_BY_RUN = "fixed by the run"
    WAIVED = "waived"
    NOTE = "note"
    PASS = "pass"  # noqa: S105  # a verdict, not a password
    NOT_APPLICABLE = "n/a"


_CLASS_OF_FAILURE = {Severity.BLOCK: FindingClass.BLOCKER, Severity.INFO: FindingClass.NOTE}


def class_of(finding: Finding) -> FindingClass:
    """How a finding counts."""
    match finding.outcome:
        case Outcome.FAIL if finding.fixed_by is not None:
            return FindingClass.FIXED_BY_RUN
        case Outcome.FAIL:
            return _CLASS_OF_FAILURE.get(finding.severity, FindingClass.WARNING)
        case Outcome.UNKNOWN:
            return FindingClass.TO_CONFIRM if finding.awaits_confirmation else FindingClass.UNKNOWN
        case Outcome.WAIVED:
            return FindingClass.WAIVED
        case Outcome.PASS:
            return FindingClass.PASS
        case Outcome.NOT_APPLICABLE:
            return FindingClass.NOT_APPLICABLE


class Checklist(Frozen):
    """All findings about one instance under one profile, by chapter in the page's order, worst first."""

    profile: CleanText
    findings: tuple[Finding, ...]
    not_inspected_because: CleanText | None = None
    """Why no inspection of the guest counts: none was made, or the guest was started since; None where one counts."""
    inspected_by: InspectionMethod | None = None
    """How the guest was inspected; None where no inspection counts."""
    inspected_as_root: bool = False

    @property
    def readiness(self) -> Readiness:
        """The worst that stands between the instance and a run."""
        if any(finding.blocks for finding in self.findings):
            return Readiness.BLOCKED
        if self.not_inspected_because is not None:
            return Readiness.NOT_INSPECTED
        return Readiness.INCOMPLETE if self.unanswered else Readiness.READY

    @property
    def unanswered(self) -> tuple[Finding, ...]:
        """The block rules of the guest that its inspection did not answer, and no later step will."""
        return tuple(finding for finding in self.findings if finding.leaves_open)

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The failing findings."""
        return tuple(finding for finding in self.findings if finding.outcome is Outcome.FAIL)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The findings that could not be answered, those about the cloud and the milder ones included."""
        return tuple(finding for finding in self.findings if finding.outcome is Outcome.UNKNOWN)

    def of(self, rule: str) -> Finding:
        """The finding of one rule.

        Raises:
            KeyError: no such rule.
        """
        for finding in self.findings:
            if finding.rule == rule:
                return finding
        raise KeyError(rule)

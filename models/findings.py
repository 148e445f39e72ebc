"""Findings: what a rule says of an instance, and what a whole checklist comes to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from models.base import Frozen
from models.remedy_action import RemedyAction
from models.steps import StepName


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


class AskedFor(StrEnum):
    """By when an ASK rule needs the user's word."""

    BEFORE_RUN = "before run"
    BEFORE_PUBLISHING = "before publishing"


class Remedy(Frozen):
    """What puts a finding right: words, if there is one the exact command, and what the console can do itself."""

    text: str
    command: str | None = None
    actions: tuple[RemedyAction, ...] = ()
    """What the console can do about it itself, after asking; the mildest first."""


class Finding(Frozen):
    """What one rule says of one instance."""

    rule: str
    """The rule's id, such as `VOL-DETACHED`."""
    chapter: str
    """The chapter of the guidelines page, such as `Volumes`."""
    title: str
    outcome: Outcome
    severity: Severity
    evidence: str
    """What was seen, in words that a user can check by hand."""
    remedy: Remedy | None = None
    mended_by: StepName | None = None
    """The step of a run that puts it right, if one will."""
    asked_for: AskedFor | None = None
    """Set on an ASK rule: by when the user's word is needed."""
    source: Source | None = None
    read_at: datetime | None = None

    @property
    def blocks(self) -> bool:
        """Whether it keeps a run from starting: a failing block that no step mends."""
        return self.outcome is Outcome.FAIL and self.severity is Severity.BLOCK and self.mended_by is None

    @property
    def is_about_guest(self) -> bool:
        """Whether only a look inside the instance can answer it, or has answered it."""
        return self.source is Source.GUEST

    @property
    def awaits_word(self) -> bool:
        """Whether the user's word is still needed."""
        return self.asked_for is not None and self.outcome is Outcome.UNKNOWN


class Checklist(Frozen):
    """All findings about one instance under one profile, by chapter in the page's order, worst first."""

    profile: str
    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """No failing block finding is left that no step of the plan mends. Unknowns do not count against it."""
        return not any(finding.blocks for finding in self.findings)

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The failing findings."""
        return tuple(finding for finding in self.findings if finding.outcome is Outcome.FAIL)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The findings that could not be answered; counted beside readiness, never as pass."""
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

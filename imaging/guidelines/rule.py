"""What a rule is: a pure function from facts and a profile to an answer, which becomes a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from models.fact import UnknownCode
from models.findings import AskedFor, Finding, InspectionMethod, Outcome, Remedy, Severity, Source
from models.guidelines.facts import Fact, InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import RemedyAction
from models.steps import StepName
from models.text import cut

_REASON_SHOWN = 120
"""Characters of a reason that are shown: evidence has about 150."""
T = TypeVar("T")


class Chapter(StrEnum):
    """The chapters of the checklist: those of the page in the page's order, then what lies beyond it."""

    OPERATING_SYSTEM = "Operating system"
    FILE_SYSTEM = "File system"
    IMAGE_FORMAT = "Image format"
    SOFTWARE = "Software"
    NAME = "New image name"
    DESCRIPTION = "Description"
    STATUS = "Instance status"
    KEEPING = "Keeping the instance"
    VOLUMES = "Volumes"
    OWNER = "Owner"
    UPGRADE = "Upgrade"
    MOUNTS = "Mounts"
    DIRECTORIES = "Directories"
    SYSTEM_FILES = "System files"
    TEST_LAUNCH = "Test launch"
    SIZE = "Size"
    HOME = "Home directory"
    EXPORT = "Export"
    FIRST_BOOT = "First boot"
    NETWORK = "Network and login"
    IDENTITY = "Identity"
    SECRETS = "Secrets"
    BOOT = "Boot"
    DISK = "Disk"
    PROPERTIES = "Image properties"
    QUOTA = "Quota"
    LOGIN = "Cloud login"


class UnreadError(Exception):
    """A rule needs a fact that was not read; the rule's answer is then *unknown*."""

    def __init__(self, fact: Fact[Any]) -> None:
        super().__init__(fact.unknown_because or "the cloud did not say")
        self.fact = fact


def need(fact: Fact[T]) -> T:
    """The value of a fact that a rule cannot do without.

    Raises:
        UnreadError: it was not read, or is known to be nothing; `Rule.answer` turns that into *unknown*.
    """
    if fact.value is None:
        raise UnreadError(fact)
    return fact.value


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says about the facts, before the profile, waivers and attestations are applied."""

    outcome: Outcome
    evidence: str
    remedy: Remedy | None = None
    severity: Severity | None = None
    """Milder than the rule's own, where only a part of it is broken."""
    fixed_by: StepName | None = None
    source: Source | None = Source.CLOUD
    read_at: datetime | None = None


def passed(evidence: str, of: Fact[Any] | None = None, *, source: Source = Source.CLOUD) -> Answer:
    """The rule holds; `of` is the fact that shows it."""
    return Answer(Outcome.PASS, evidence, source=of.source if of else source, read_at=of.read_at if of else None)


def failed(
    evidence: str,
    remedy: str,
    of: Fact[Any] | None = None,
    *,
    command: str | None = None,
    actions: tuple[RemedyAction, ...] = (),
    by_hand_because: str = "",
    severity: Severity | None = None,
    fixed_by: StepName | None = None,
    source: Source = Source.CLOUD,
) -> Answer:
    """The rule is broken; `of` shows it, `command` fixes it by hand, `actions` is what the console can do.

    Where the console does not run the command itself, `by_hand_because` says why.
    """
    return Answer(
        Outcome.FAIL,
        evidence,
        Remedy(text=remedy, command=command, actions=actions, by_hand_because=by_hand_because),
        severity,
        fixed_by,
        of.source if of else source,
        of.read_at if of else None,
    )


def unknown(
    evidence: str,
    remedy: str = "",
    *,
    command: str | None = None,
    fixed_by: StepName | None = None,
    source: Source | None = None,
) -> Answer:
    """The rule cannot be answered; the remedy says how to find out."""
    found_out = Remedy(text=remedy, command=command) if remedy or command else None
    return Answer(Outcome.UNKNOWN, evidence, found_out, fixed_by=fixed_by, source=source)


def not_applicable(evidence: str) -> Answer:
    """The rule has nothing to say here, and why."""
    return Answer(Outcome.NOT_APPLICABLE, evidence, source=None)


Judge = Callable[[InstanceFacts, Profile], Answer]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    """Such as `VOL-DETACHED`."""
    chapter: Chapter
    title: str
    """What it is about, in a few words, for any outcome: *Private keys on the disk* stands above a found key too.

    Of an ASK rule it is the statement that the user confirms.
    """
    sentences: tuple[str, ...]
    """The numbers of the sentences in `docs/guidelines.md` that it answers; none for a rule beyond the page."""
    severity: Severity
    """The worst that it can come to; an answer may be milder."""
    judge: Judge
    asked_for: AskedFor | None = None
    """Set on ASK rules: by when the user has to confirm."""
    settled_by: StepName | None = None
    """The step after which an unknown answer no longer matters, such as the stop for what is in use."""
    by_hand: str | None = None
    """For a rule that no cloud can answer: the command that answers it in the guest and changes nothing."""
    waivable: bool = True
    """False of a state in which no run can begin, not even with a reason."""

    @property
    def answered_by(self) -> Source:
        """Where the facts are that it needs."""
        return Source.CLOUD if self.by_hand is None else Source.GUEST

    def answer(self, facts: InstanceFacts, profile: Profile) -> Answer:
        """The rule's answer; *unknown* with the reason where a fact that it needs was not read."""
        try:
            return self.judge(facts, profile)
        except UnreadError as unread:
            if unread.fact.unknown_code is UnknownCode.NO_CLOUD:
                return not_applicable("Only a cloud can tell, and none was asked.")
            why = cut(str(unread), _REASON_SHOWN).rstrip(".")
            return Answer(Outcome.UNKNOWN, f"Could not be read: {why}.", source=unread.fact.source)

    def find(self, facts: InstanceFacts, profile: Profile) -> Finding:
        """The answer as a finding under the profile's severities; waivers and attestations not yet applied."""
        answer = self.answer(facts, profile)
        return Finding(
            rule=self.id,
            chapter=self.chapter.value,
            title=self.title,
            outcome=answer.outcome,
            severity=self._severity(answer, profile),
            evidence=answer.evidence,
            remedy=answer.remedy,
            fixed_by=answer.fixed_by or (self.settled_by if answer.outcome is Outcome.UNKNOWN else None),
            asked_for=self._asked_for(profile),
            waivable=self.waivable,
            source=answer.source,
            read_at=answer.read_at,
            inspection=_inspection(answer, facts),
        )

    def _severity(self, answer: Answer, profile: Profile) -> Severity:
        """The profile's severity, else the rule's own; an answer that is milder than that stays milder."""
        ruling = profile.severities.get(self.id, self.severity)
        if answer.severity is None or ruling is Severity.ASK:
            return ruling
        return max(ruling, answer.severity, key=SEVERITIES.index)

    def _asked_for(self, profile: Profile) -> AskedFor | None:
        """By when the word is needed: a profile may want it before the run already."""
        if self.asked_for is not None and self.id in profile.ask_before_run:
            return AskedFor.BEFORE_RUN
        return self.asked_for


def _inspection(answer: Answer, facts: InstanceFacts) -> InspectionMethod | None:
    guest = facts.guest.value
    return guest.method if guest is not None and answer.source is Source.GUEST else None


SEVERITIES = (Severity.BLOCK, Severity.ASK, Severity.WARN, Severity.INFO)
"""From worst to mildest."""

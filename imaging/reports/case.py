"""What every report tells, in any format: suites of cases, each with its outcome, its reason and its evidence."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.findings import Finding
from models.foreign import Moment
from models.run.request import Waiver
from models.text import CleanText


class CaseOutcome(StrEnum):
    """How a case ended, in the words that all formats have."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """It was not judged because something else went wrong: the run failed before."""
    SKIPPED = "skipped"
    """It does not apply, was not asked, or is unknown: the reason says which."""


class Case(Frozen):
    """One thing that was asked."""

    name: CleanText
    group: CleanText
    """A dotted name below which pipelines gather cases, such as `imaging.checklist.Volumes`."""
    outcome: CaseOutcome
    reason: CleanText = ""
    """Why, in one sentence; of a case that passed what it warns of, empty if of nothing."""
    evidence: tuple[CleanText, ...] = ()
    """What was seen, a line each."""
    seconds: float | None = None

    @property
    def is_warning(self) -> bool:
        """Whether it passed and yet has something to say."""
        return self.outcome is CaseOutcome.PASSED and bool(self.reason)


class Suite(Frozen):
    """Cases of one kind."""

    name: CleanText
    cases: tuple[Case, ...] = ()

    def count(self, outcome: CaseOutcome) -> int:
        """How many of its cases ended so."""
        return sum(case.outcome is outcome for case in self.cases)

    @property
    def seconds(self) -> float:
        """How long its cases took together, as far as it was measured."""
        return sum(case.seconds or 0.0 for case in self.cases)


class Report(Frozen):
    """All that one run, plan or checklist has to tell."""

    title: CleanText
    """What was done with what: `verify db-07-v1`."""
    subject: CleanText = ""
    """What it is about, by name."""
    sentence: CleanText = ""
    """What it came to, in one sentence."""
    properties: tuple[tuple[CleanText, CleanText], ...] = ()
    """What identifies it: image, base, flavor, cloud. What is not known is left out."""
    suites: tuple[Suite, ...] = ()
    findings: tuple[Finding, ...] = ()
    """The checklist, for formats that tell findings."""
    waivers: tuple[Waiver, ...] = ()
    profile: CleanText = ""
    """The guidelines that the findings rest on."""
    made_at: Moment | None = None
    """When that which it tells about began."""

    def count(self, outcome: CaseOutcome) -> int:
        """How many cases of all suites ended so."""
        return sum(suite.count(outcome) for suite in self.suites)

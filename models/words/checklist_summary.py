"""What a checklist comes to, in one line of words that the console and the commands share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.findings import Checklist, Finding, FindingClass, class_of
from models.formatting import counted

SEPARATOR = " · "
"""Between the counts of a checklist."""

_PLURALS = {
    FindingClass.BLOCKER: "blockers",
    FindingClass.WARNING: "warnings",
    FindingClass.NOTE: "notes",
    FindingClass.PASS: "passes",
}
"""Of the classes that are named by a noun; the others stay as they are."""


def count_of(kind: FindingClass, number: int) -> str:
    """How many findings of one class, in words: `1 blocker`, `2 to confirm`, `3 fixed by the run`."""
    return counted(number, kind, _PLURALS.get(kind, kind))


def counts(findings: Sequence[Finding]) -> list[str]:
    """How many of which class, the worst class first: `1 blocker`, `2 to confirm`, …; empty classes are left out."""
    count = Counter(class_of(finding) for finding in findings)
    return [count_of(kind, count[kind]) for kind in FindingClass if count[kind]]


def verdict(checklist: Checklist) -> str:
    """Whether it is ready, in words that begin a line: `Blocked`."""
    return checklist.readiness.words.capitalize()


def applying_counts(checklist: Checklist) -> str:
    """The counts of the whole checklist in one line; what does not apply is of no interest there."""
    applying = [finding for finding in checklist.findings if class_of(finding) is not FindingClass.NOT_APPLICABLE]
    return SEPARATOR.join(counts(applying))


def summary(checklist: Checklist) -> str:
    """The one line that says what a checklist comes to: `Blocked  2 blockers · 1 to confirm · 19 warnings`."""
    return f"{verdict(checklist)}  {applying_counts(checklist)}".rstrip()

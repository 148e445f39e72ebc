"""How a finding counts for somebody who decides: what blocks, what is to be confirmed, what is only told."""

from __future__ import annotations

from enum import StrEnum

from models.findings import Finding, Outcome, Severity


class FindingClass(StrEnum):
    """How a finding counts, in the order in which the classes are counted; the value is the noun for one of them."""

    BLOCKER = "blocker"
    TO_CONFIRM = "to confirm"
    WARNING = "warning"
    FIXED_BY_RUN = "fixed by the run"
    UNKNOWN = "unknown"
    NOTE = "note"
    WAIVED = "waived"
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

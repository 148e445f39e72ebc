"""The suite *checklist*: a case for each rule of the guidelines."""

from __future__ import annotations

from collections.abc import Collection

from imaging.reports.case import Case, CaseOutcome, Suite
from models.findings import Checklist, Finding, Outcome, Severity
from models.run.record import RunRecord
from models.steps import StepName, StepState

NAME = "checklist"


def checklist_suite(checklist: Checklist | None, done: Collection[StepName] = ()) -> Suite:
    """The suite; without a case where no checklist was made.

    Args:
        checklist: what the rules said.
        done: the steps that were carried out, for findings that one of them fixes.
    """
    findings = checklist.findings if checklist is not None else ()
    return Suite(name=NAME, cases=tuple(_case(finding, done) for finding in findings))


def steps_done(run: RunRecord) -> frozenset[StepName]:
    """The steps of a run that were carried out."""
    return frozenset(record.step for record in run.steps if record.state is StepState.DONE)


def _case(finding: Finding, done: Collection[StepName]) -> Case:
    outcome, reason = _outcome(finding, done)
    return Case(
        name=f"{finding.rule}: {finding.title}",
        group=f"imaging.checklist.{finding.chapter.replace('.', ' ')}",
        outcome=outcome,
        reason=reason,
        evidence=_evidence(finding),
    )


def _outcome(finding: Finding, done: Collection[StepName]) -> tuple[CaseOutcome, str]:
    """How it ended. A warning has passed and says what it warns of; nothing unknown has passed."""
    match finding.outcome:
        case Outcome.PASS:
            return CaseOutcome.PASSED, ""
        case Outcome.NOT_APPLICABLE:
            return CaseOutcome.SKIPPED, f"Does not apply: {finding.evidence}"
        case Outcome.UNKNOWN:
            what = "To be confirmed" if finding.awaits_confirmation else "Unknown"
            return CaseOutcome.SKIPPED, f"{what}: {finding.evidence}"
        case Outcome.WAIVED:
            return CaseOutcome.SKIPPED, finding.evidence
        case Outcome.FAIL:
            return _failing(finding, done)


def _failing(finding: Finding, done: Collection[StepName]) -> tuple[CaseOutcome, str]:
    """How it ended: what a step fixes has passed once that step was carried out, and was not judged before."""
    if finding.fixed_by in done:
        return CaseOutcome.PASSED, ""
    if finding.fixed_by is not None:
        return CaseOutcome.SKIPPED, f"The step {finding.fixed_by.value} of a run fixes it: {finding.evidence}"
    is_blocker = finding.severity is Severity.BLOCK
    return CaseOutcome.FAILED if is_blocker else CaseOutcome.PASSED, finding.evidence


def _evidence(finding: Finding) -> tuple[str, ...]:
    told = [f"{finding.outcome.value} ({finding.severity.value}): {finding.evidence}"]
    if finding.fixed_by is not None:
        told.append(f"fixed by the step: {finding.fixed_by.value}")
    if finding.outcome in {Outcome.FAIL, Outcome.UNKNOWN} and finding.remedy is not None and finding.remedy.text:
        told.append(f"remedy: {finding.remedy.text}")
        told += (finding.remedy.command or "").splitlines()
    if finding.inspection is not None:
        told.append(f"inspected by: {finding.inspection.value}")
    return tuple(told)

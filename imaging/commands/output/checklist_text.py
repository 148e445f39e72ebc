"""Findings as rows of a table and as lines, for a person."""

from __future__ import annotations

from imaging.commands.output.tables import Cell
from models.findings import Checklist, Finding, Outcome
from models.formatting import local_minute
from models.guest.facts import GuestFacts
from models.guest.since_run import SinceRun

COLUMNS = ("RULE", "OUTCOME", "SEVERITY", "EVIDENCE")
_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.UNKNOWN: "yellow",
    Outcome.WAIVED: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}


def finding_row(finding: Finding) -> tuple[Cell, ...]:
    """A finding below `COLUMNS`."""
    return (
        Cell(finding.rule, whole=True),
        Cell(finding.outcome, _STYLES[finding.outcome], whole=True),
        Cell(finding.severity, whole=True),
        Cell(finding.evidence, fold=True),
    )


def remedy_lines(finding: Finding) -> list[str]:
    """What fails, and what to do about it."""
    lines = [f"{finding.rule}: {finding.evidence}"]
    if finding.fixed_by is not None:
        lines.append(f"  `imaging create` fixes this (step: {finding.fixed_by})")
    if finding.remedy is not None:
        lines.append(f"  {finding.remedy.text}")
        lines += [f"  $ {line}" for line in (finding.remedy.command or "").splitlines()]
    return lines


def summary(checklist: Checklist) -> str:
    """Whether it is ready, and how many of what."""
    return f"{checklist.readiness.words}: {len(checklist.violations)} failing, {len(checklist.unknowns)} unknown"


def unanswered_line(checklist: Checklist) -> str:
    """Which rules that block an inspection has not answered; empty if it has answered all."""
    unread = ", ".join(finding.rule for finding in checklist.unanswered)
    return f"Not answered: {unread}." if unread else ""


def since_run_lines(since: SinceRun) -> list[str]:
    """What differs from before the last run, a line each."""
    head = f"Compared with before run {since.run} (inspection of {local_minute(since.before_at)}):"
    told = [each.text for each in since.differences] or ["All that was compared is there again."]
    return [head, *(f"  {line}" for line in told), *(f"  Not compared: {each}" for each in since.not_compared)]


def inspection_line(facts: GuestFacts) -> str:
    """How a guest was inspected, by whom and when."""
    power = "with root rights" if facts.as_root else "without root rights, so much is unknown"
    return f"Inspection: {facts.method.value}, {local_minute(facts.read_at)}, by {facts.user or '?'} {power}"

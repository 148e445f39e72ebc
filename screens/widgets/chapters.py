"""The rows of a checklist: chapters with what is worst first, each folded down to what needs attention."""

from __future__ import annotations

from dataclasses import dataclass

from models.findings import Checklist, Finding, Outcome, Source
from models.words.checklist_summary import SEPARATOR, counts
from screens.style.wording import urgency

_QUIET = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})


@dataclass(frozen=True)
class Head:
    """The line of a chapter."""

    chapter: str
    findings: tuple[Finding, ...]
    is_open: bool
    """Whether all its findings are shown, not only those that need attention."""
    hidden: int
    """How many findings are not shown."""

    @property
    def worst(self) -> Finding:
        """The finding that decides on the chapter's place."""
        return min(self.findings, key=urgency)

    @property
    def numbers(self) -> str:
        """`1 blocker · 2 warnings · 3 passes`."""
        return SEPARATOR.join(counts(self.findings))


Row = Head | Finding


def key_of(row: Row) -> str:
    """A key that no rule and no other chapter has."""
    return f"chapter {row.chapter}" if isinstance(row, Head) else row.rule


def rows_of(checklist: Checklist, opened: frozenset[str], *, inspected: bool) -> tuple[Row, ...]:
    """Chapters, the one with the worst finding first, each with its findings below it, the worst first.

    Args:
        checklist: all findings.
        opened: the chapters that the user has unfolded.
        inspected: whether the guest was inspected; if not, what only the guest can tell is folded away too.
    """
    rows: list[Row] = []
    for chapter, findings in _chapters(checklist):
        is_open = chapter in opened
        shown = [each for each in findings if is_open or not is_quiet(each, inspected=inspected)]
        shown.sort(key=urgency)
        rows += [Head(chapter, findings, is_open, len(findings) - len(shown)), *shown]
    return tuple(rows)


def is_quiet(finding: Finding, *, inspected: bool) -> bool:
    """Whether a finding needs nobody's attention. What the user answered stays in sight, to be taken back."""
    if finding.outcome in _QUIET:
        return finding.source is not Source.USER
    return (
        finding.outcome is Outcome.UNKNOWN
        and not finding.awaits_confirmation
        and not inspected
        and finding.is_about_guest
    )


def _chapters(checklist: Checklist) -> list[tuple[str, tuple[Finding, ...]]]:
    found: dict[str, list[Finding]] = {}
    for finding in checklist.findings:
        found.setdefault(finding.chapter, []).append(finding)
    # Sorting is stable: among equals the order of the guidelines stays.
    ordered = sorted(found.items(), key=lambda item: min(urgency(each) for each in item[1]))
    return [(chapter, tuple(findings)) for chapter, findings in ordered]

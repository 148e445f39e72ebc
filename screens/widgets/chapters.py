"""The rows of a checklist: chapters with what is worst first, each folded down to what needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.findings import Checklist, Finding, Outcome, Severity, Source
from screens.wording import urgency

_WORDS = {
    "blocks": ("blocks", "block"),
    "mended": ("mended", "mended"),
    "asks": ("asks", "ask"),
    "warns": ("warns", "warn"),
    "unknown": ("unknown", "unknown"),
    "note": ("note", "notes"),
    "waived": ("waived", "waived"),
    "pass": ("pass", "pass"),
    "n/a": ("n/a", "n/a"),
}
"""The classes of findings, in the order in which they are counted: of one, and of several."""
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
        """`1 blocks, 2 warn, 3 pass`."""
        return ", ".join(numbers(self.findings))


Row = Head | Finding


def key_of(row: Row) -> str:
    """A key that no rule and no other chapter has."""
    return f"chapter {row.chapter}" if isinstance(row, Head) else row.rule


def rows_of(checklist: Checklist, opened: frozenset[str], *, looked: bool) -> tuple[Row, ...]:
    """Chapters, the one with the worst finding first, each with its findings below it, the worst first.

    Args:
        checklist: all findings.
        opened: the chapters that the user has unfolded.
        looked: whether anybody looked inside the guest; if not, what only the guest can tell is folded away too.
    """
    rows: list[Row] = []
    for chapter, findings in _chapters(checklist):
        is_open = chapter in opened
        shown = [each for each in findings if is_open or not is_quiet(each, looked=looked)]
        shown.sort(key=urgency)
        rows += [Head(chapter, findings, is_open, len(findings) - len(shown)), *shown]
    return tuple(rows)


def is_quiet(finding: Finding, *, looked: bool) -> bool:
    """Whether a finding needs nobody's attention. What the user answered stays in sight, to be taken back."""
    if finding.outcome in _QUIET:
        return finding.source is not Source.USER
    return finding.outcome is Outcome.UNKNOWN and not finding.awaits_word and not looked and finding.is_about_guest


def numbers(findings: Sequence[Finding]) -> list[str]:
    """How many of which class, the worst class first: `1 blocks`, `2 mended`, …; empty classes are left out."""
    count = Counter(class_of(finding) for finding in findings)
    return [f"{count[word]} {one if count[word] == 1 else more}" for word, (one, more) in _WORDS.items() if count[word]]


def class_of(finding: Finding) -> str:
    """In one word how a finding counts."""
    match finding.outcome:
        case Outcome.FAIL if finding.mended_by is not None:
            return "mended"
        case Outcome.FAIL:
            return {Severity.BLOCK: "blocks", Severity.INFO: "note"}.get(finding.severity, "warns")
        case Outcome.UNKNOWN:
            return "asks" if finding.awaits_word else "unknown"
        case Outcome.NOT_APPLICABLE:
            return "n/a"
        case _:
            return finding.outcome.value


def _chapters(checklist: Checklist) -> list[tuple[str, tuple[Finding, ...]]]:
    found: dict[str, list[Finding]] = {}
    for finding in checklist.findings:
        found.setdefault(finding.chapter, []).append(finding)
    # Sorting is stable: among equals the order of the guidelines stays.
    ordered = sorted(found.items(), key=lambda item: min(urgency(each) for each in item[1]))
    return [(chapter, tuple(findings)) for chapter, findings in ordered]

"""The rows of a checklist: what must be fixed first, then group by group what matters less, the last ones folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.findings import Checklist, Finding, FindingClass, Outcome, class_of
from models.words.checklist_summary import count_of

_BLOCKING = frozenset({FindingClass.BLOCKER, FindingClass.TO_CONFIRM})
"""They keep a run from starting. They stand on top without a line of their own, and are never folded."""
_FOLDED = frozenset({FindingClass.FIXED_BY_RUN, FindingClass.PASS, FindingClass.NOT_APPLICABLE})
"""Nothing has to be done about them."""


@dataclass(frozen=True)
class Head:
    """The line of a group."""

    kind: FindingClass
    count: int
    hidden: int
    """How many of its findings are not shown."""

    @property
    def words(self) -> str:
        """`19 warnings`."""
        return count_of(self.kind, self.count)


Row = Head | Finding


@dataclass(frozen=True)
class Shown:
    """What of a checklist is shown."""

    toggled: frozenset[FindingClass] = field(default=frozenset())
    """The groups that the user has folded or unfolded."""
    text: str = ""
    """Only findings in which these words occur."""
    only_blocking: bool = False
    """Only what keeps a run from starting."""


def key_of(row: Row) -> str:
    """A key that no rule and no other group has."""
    return f"group {row.kind.value}" if isinstance(row, Head) else row.rule


def rows_of(checklist: Checklist, shown: Shown, *, inspected: bool) -> tuple[Row, ...]:
    """The findings in the order in which they matter; within a group the order of the guidelines stays.

    Args:
        checklist: all findings.
        shown: what of them.
        inspected: whether the guest was inspected; if not, what is unknown is folded away: it is nearly everything.
    """
    groups = _groups(checklist)
    if shown.text or shown.only_blocking:
        kinds = [kind for kind in FindingClass if kind in _BLOCKING or not shown.only_blocking]
        return tuple(each for kind in kinds for each in _matching(groups[kind], shown.text))
    rows: list[Row] = []
    for kind in FindingClass:
        findings = groups[kind]
        in_sight = [each for each in findings if _in_sight(each, kind in shown.toggled, inspected=inspected)]
        if findings and kind not in _BLOCKING:
            rows.append(Head(kind, len(findings), len(findings) - len(in_sight)))
        rows += in_sight
    return tuple(rows)


def is_quiet(finding: Finding, *, inspected: bool) -> bool:
    """Whether a finding needs nobody's attention. What the user confirmed stays in sight, to be taken back."""
    kind = class_of(finding)
    if kind in _FOLDED:
        return not finding.is_confirmed
    return kind is FindingClass.UNKNOWN and not inspected


def _in_sight(finding: Finding, toggled: bool, *, inspected: bool) -> bool:
    if class_of(finding) in _BLOCKING:
        return True
    has_quiet = class_of(finding) in _FOLDED or (class_of(finding) is FindingClass.UNKNOWN and not inspected)
    if toggled:
        return has_quiet  # unfolded where something is hidden at first, folded where nothing is
    return not is_quiet(finding, inspected=inspected)


def _groups(checklist: Checklist) -> dict[FindingClass, list[Finding]]:
    found: dict[FindingClass, list[Finding]] = {kind: [] for kind in FindingClass}
    for finding in checklist.findings:
        found[class_of(finding)].append(finding)
    return found


def _matching(findings: Iterable[Finding], text: str) -> Sequence[Finding]:
    words = text.casefold().split()
    return [each for each in findings if all(word in _searched(each) for word in words)]


def _searched(finding: Finding) -> str:
    said = class_of(finding).value if finding.outcome is not Outcome.PASS else "pass passed"
    return f"{finding.rule} {finding.chapter} {finding.title} {finding.evidence} {said}".casefold()

"""The checklist of one instance: how ready it is, and every finding, what needs attention first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from models.findings import Checklist, Finding, Outcome, Severity
from models.text import one_line
from screens.glyphs import Glyphs
from screens.tones import Tone, joined, toned
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList
from screens.wording import finding_sign, urgency

_COLUMNS = (
    Column("Finding", 11),
    Column("Rule", 16, drop=1),
    Column("What was seen", 20, grow=1),
)


class ChecklistView(Vertical):
    """Two lines of summary above the list of findings."""

    DEFAULT_CSS = """
    ChecklistView { height: 1fr; }
    ChecklistView > #readiness { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ChecklistView > RowList { height: 1fr; }
    ChecklistView > #finding { display: none; height: 8; border-top: solid $border-blurred; }
    """

    def __init__(self, glyphs: Glyphs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Summary and list."""
        yield Static(id="readiness", markup=False)
        yield RowList[Finding](
            _COLUMNS,
            key_of=lambda finding: finding.rule,
            cells_of=self._cells,
            glyphs=self._glyphs,
            header=False,
            id="findings",
        )
        yield Static(id="finding", markup=False)

    @on(RowList.Moved, "#findings")
    def _moved(self) -> None:
        finding = self.rows.selected
        self.query_one("#finding", Static).update(_shortly(finding) if finding else Content(""), layout=False)

    @property
    def rows(self) -> RowList[Finding]:
        """The list of findings."""
        return self.query_one("#findings", RowList)

    def show(self, checklist: Checklist) -> None:
        """Show these findings; only what differs is drawn."""
        self.say(readiness(checklist, self._glyphs))
        self.rows.show(sorted(checklist.findings, key=urgency))

    def say(self, content: Content) -> None:
        """Say something above the list."""
        self.query_one("#readiness", Static).update(content, layout=False)

    def clear(self, reason: str) -> None:
        """Show no findings, and why."""
        self.say(toned(self._glyphs.plain(reason), Tone.QUIET))
        self.rows.show(())

    def _cells(self, finding: Finding) -> Sequence[Cell]:
        sign = finding_sign(finding, self._glyphs)
        quiet = finding.outcome is not Outcome.FAIL and not finding.awaits_word
        return (
            Cell(str(sign), sign.tone),
            Cell(finding.rule, Tone.QUIET),
            Cell(self._glyphs.plain(finding.evidence or finding.title), Tone.QUIET if quiet else Tone.PLAIN),
        )


def readiness(checklist: Checklist, glyphs: Glyphs) -> Content:
    """Whether a run can begin, and the numbers; unknowns are counted beside it and never as pass."""
    word = toned(f"{glyphs.good} Ready", Tone.GOOD) if checklist.ready else toned(f"{glyphs.bad} Not ready", Tone.BAD)
    return joined(word.stylize("bold"), toned(glyphs.plain("  " + " · ".join(_numbers(checklist))), Tone.QUIET))


def _shortly(finding: Finding) -> Content:
    """What was seen and what to do, for the finding under the cursor."""
    parts = [joined(toned(one_line(finding.title), Tone.STRONG)), joined(one_line(finding.evidence))]
    if finding.mended_by is not None:
        parts.append(toned(f"A run puts it right in the step {finding.mended_by.value}.", Tone.WARN))
    elif finding.remedy is not None and finding.outcome is not Outcome.PASS:
        parts.append(joined(toned("To do ", Tone.QUIET), one_line(finding.remedy.text)))
        if finding.remedy.command:
            parts.append(toned(one_line(finding.remedy.command), Tone.ACCENT))
    return Content("\n").join(parts)


def _numbers(checklist: Checklist) -> Sequence[str]:
    count = Counter(_class_of(finding) for finding in checklist.findings)
    words = (
        "blocks", "mended", "asks", "warns", "notes", "unknown", "waived", "pass",
    )  # fmt: skip
    return [f"{count[word]} {word}" for word in words if count[word]]


def _class_of(finding: Finding) -> str:
    match finding.outcome:
        case Outcome.FAIL if finding.mended_by is not None:
            return "mended"
        case Outcome.FAIL:
            return {Severity.BLOCK: "blocks", Severity.INFO: "notes"}.get(finding.severity, "warns")
        case Outcome.UNKNOWN:
            return "asks" if finding.awaits_word else "unknown"
        case _:
            return finding.outcome.value

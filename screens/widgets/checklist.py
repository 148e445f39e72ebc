"""The checklist of one instance: how ready it is, and every finding, what needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from models.findings import Checklist, Finding, Outcome
from models.formatting import counted
from models.words.checklist_summary import applying_counts
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import came_from, finding_sign, readiness_sign
from screens.widgets.chapters import Head, Row, key_of, rows_of
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

_COLUMNS = (
    Column("Finding", 13),
    Column("Rule", 19),
    Column("Evidence", 29, grow=1),
    Column("Source", 11, drop=1),
)


class ChecklistView(Vertical):
    """A line of summary above the chapters with their findings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("z", "fold", "Fold", show=False, id="checklist.fold", tooltip="Show or hide what needs no attention"),
    ]

    DEFAULT_CSS = """
    ChecklistView { height: 1fr; }
    ChecklistView > #readiness { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ChecklistView > RowList { height: 1fr; }
    ChecklistView > #finding { display: none; height: 8; border-top: solid $border-blurred; }
    """

    def __init__(self, glyphs: Glyphs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._checklist: Checklist | None = None
        self._inspected = False
        self._opened: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Summary and list."""
        yield Static(id="readiness", markup=False)
        yield RowList[Row](
            _COLUMNS,
            key_of=key_of,
            cells_of=self._cells,
            glyphs=self._glyphs,
            header=False,
            id="findings",
        )
        yield Static(id="finding", markup=False)

    @on(RowList.Moved, "#findings")
    def _moved(self) -> None:
        row = self.rows.selected
        text = (
            _finding_summary(row)
            if isinstance(row, Finding)
            else _chapter_summary(row, self._glyphs)
            if row
            else Content("")
        )
        self.query_one("#finding", Static).update(text, layout=False)

    def _summary_of(self, row: Row | None) -> Content:
        if row is None:
            return Content("")
        return _finding_summary(row) if isinstance(row, Finding) else _chapter_summary(row, self._glyphs)

    @on(RowList.Opened, "#findings")
    def _opened_row(self, event: RowList.Opened) -> None:
        """Enter on a chapter folds it; what it does on a finding is for the screen to say."""
        if self.chosen is None:
            event.stop()
            self.action_fold()

    @property
    def rows(self) -> RowList[Row]:
        """The list of chapters and findings."""
        return self.query_one("#findings", RowList)

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor; None on the line of a chapter."""
        row = self.rows.selected
        return row if isinstance(row, Finding) else None

    def show(self, checklist: Checklist, *, inspected: bool) -> None:
        """Show these findings; only what differs is drawn.

        Args:
            checklist: what the rules say.
            inspected: whether the guest was inspected.
        """
        self._checklist, self._inspected = checklist, inspected
        self.say(readiness(checklist, self._glyphs))
        self.rows.show(rows_of(checklist, self._opened, inspected=inspected))
        if not self.rows.has_focus:
            self._go_to_worst()  # nobody reads further down

    def begin(self) -> None:
        """Put the keys on the list, and the cursor on the worst finding."""
        self._go_to_worst()
        self.rows.focus()

    def _go_to_worst(self) -> None:
        """The cursor on the worst finding, with the line of its chapter in sight."""
        self.rows.action_first()
        first = next((row for row in self.rows.items if isinstance(row, Finding)), None)
        if first is not None:
            self.rows.select(first.rule)

    def action_fold(self) -> None:
        """Show all findings of the chapter under the cursor, or only those that need attention."""
        row = self.rows.selected
        if row is None or self._checklist is None:
            return
        self._opened ^= {row.chapter}
        self.rows.show(rows_of(self._checklist, self._opened, inspected=self._inspected))
        self.rows.select(f"chapter {row.chapter}") if row.chapter not in self._opened else None

    def say(self, content: Content) -> None:
        """Say something above the list."""
        self.query_one("#readiness", Static).update(content, layout=False)

    def clear(self, reason: str) -> None:
        """Show no findings, and why."""
        self._checklist = None
        self.say(toned(self._glyphs.plain(reason), Tone.QUIET))
        self.rows.show(())

    def _cells(self, row: Row) -> Sequence[Cell]:
        return self._head(row) if isinstance(row, Head) else self._finding(row)

    def _head(self, head: Head) -> Sequence[Cell]:
        sign = self._glyphs.unfolded if head.is_open or not head.hidden else self._glyphs.folded
        return (
            Cell(f"{sign} {head.chapter}", Tone.STRONG, span=2),
            Cell(self._glyphs.plain(head.numbers), Tone.QUIET, span=2),
        )

    def _finding(self, finding: Finding) -> Sequence[Cell]:
        sign = finding_sign(finding, self._glyphs)
        quiet = finding.outcome is not Outcome.FAIL and not finding.awaits_confirmation
        return (
            Cell(f"  {sign}", sign.tone),
            Cell(finding.rule, Tone.QUIET),
            Cell(self._glyphs.plain(finding.evidence or finding.title), Tone.QUIET if quiet else Tone.PLAIN),
            Cell(came_from(finding), Tone.QUIET),
        )


def readiness(checklist: Checklist, glyphs: Glyphs) -> Content:
    """Whether a run can begin, and the numbers; unknowns are counted beside it and never as pass."""
    sign = readiness_sign(checklist.readiness, glyphs)
    word = toned(str(sign), sign.tone)
    return joined(word.stylize("bold"), toned(glyphs.plain(f"  {applying_counts(checklist)}"), Tone.QUIET))


def _finding_summary(finding: Finding) -> Content:
    """What was seen and what to do, for the finding under the cursor."""
    parts = [joined(toned(finding.title, Tone.STRONG)), joined(finding.evidence)]
    if finding.fixed_by is not None:
        parts.append(toned(f"Fixed by the run, in the step {finding.fixed_by.value}.", Tone.WARN))
    elif finding.remedy is not None and finding.outcome is not Outcome.PASS:
        parts.append(joined(toned("To do ", Tone.QUIET), finding.remedy.text))
        if finding.remedy.command:
            parts.append(toned(finding.remedy.command, Tone.ACCENT))
    return Content("\n").join(parts)


def _chapter_summary(head: Head, glyphs: Glyphs) -> Content:
    """What is folded away in a chapter, and how it is unfolded."""
    hidden = f"{counted(head.hidden, 'finding')} not shown; no action needed." if head.hidden else ""
    key = "enter or z hides them" if head.is_open else "enter or z shows all" if head.hidden else ""
    return Content("\n").join([toned(glyphs.plain(head.chapter), Tone.STRONG), joined(hidden), toned(key, Tone.QUIET)])

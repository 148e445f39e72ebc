"""The checklist of one instance: how ready it is, and every finding, what needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from models.findings import Checklist, Finding, FindingClass, Outcome
from models.formatting import counted
from models.words.checklist_summary import applying_counts
from screens.finding_keys import FindingDeed, binding, command_of
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import came_from, finding_sign, readiness_sign
from screens.widgets.clipboard import copy_text
from screens.widgets.columns import Cell, Column
from screens.widgets.filter import FilterLine
from screens.widgets.groups import Head, Row, Shown, key_of, rows_of
from screens.widgets.rows import RowList

_LONGEST_TITLE = 62
"""Cells: the evidence has more use for what is left over."""
_COLUMNS = (
    Column("Finding", 30, grow=2, most=_LONGEST_TITLE),
    Column("Evidence", 40, grow=3),
    Column("Rule", 18, drop=1),
)
"""Where it is narrow what was found matters more than the rule's id, which stands above the chosen finding."""
_HEAD_NOTES = {
    FindingClass.UNKNOWN: "not answered",
    FindingClass.FIXED_BY_RUN: "nothing to do: a run does it",
    FindingClass.WAIVED: "you continue anyway",
    FindingClass.NOTE: "good to know",
}
_UNINSPECTED = "nobody has inspected it: an inspection answers these"


class ChecklistView(Vertical):
    """A line of summary above the findings; below them, where there is room, the chosen one in full."""

    BINDING_GROUP_TITLE = "Checklist"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "show_all", "Show all", id="checklist.all",
            tooltip="Take the filter off the checklist",
        ),
        binding(FindingDeed.COPY_COMMAND, "copy_command", "checklist.copy", name="Copy"),
        Binding(
            "b", "only_blocking", "Blockers", id="checklist.blocking",
            tooltip="Show only what keeps a run from starting, or all again",
        ),
        Binding(
            "slash", "filter_findings", "Filter", key_display="/", id="checklist.filter",
            tooltip="Show only findings that contain these words",
        ),
        Binding("z", "fold", "Fold", show=False, id="checklist.fold", tooltip="Show or hide what needs no attention"),
    ]  # fmt: skip

    DEFAULT_CSS = """
    ChecklistView { height: 1fr; }
    ChecklistView > #readiness { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ChecklistView > RowList { height: 1fr; }
    ChecklistView > #finding {
        display: none; height: 8; border-top: solid $border-blurred; border-title-align: right;
    }
    """

    def __init__(self, glyphs: Glyphs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._checklist: Checklist | None = None
        self._inspected = False
        self._shown = Shown()

    def compose(self) -> ComposeResult:
        """Summary and list."""
        yield Static(id="readiness", markup=False)
        yield RowList[Row](
            _COLUMNS,
            key_of=key_of,
            cells_of=self._cells,
            glyphs=self._glyphs,
            header=False,
            opens=lambda row: "Finding" if isinstance(row, Finding) else "Unfold or fold",
            id="findings",
        )
        yield FilterLine("part of a title, of what was found, of a rule or its chapter", id="findings-filter")
        yield Static(id="finding", markup=False)

    @on(RowList.Moved, "#findings")
    def _moved(self) -> None:
        row = self.rows.selected
        told = self.query_one("#finding", Static)
        told.border_title = Content(f"{row.rule} - {row.chapter}" if isinstance(row, Finding) else "")
        told.update(self._summary_of(row), layout=False)

    def _summary_of(self, row: Row | None) -> Content:
        if row is None:
            return Content("")
        return _finding_summary(row) if isinstance(row, Finding) else _head_summary(row, self._glyphs)

    @on(RowList.Opened, "#findings")
    def _opened_row(self, event: RowList.Opened) -> None:
        """Enter on the line of a group folds it; what it does on a finding is for the screen to say."""
        if self.chosen is None:
            event.stop()
            self.action_fold()

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._show(replace(self._shown, text=event.text))

    @on(FilterLine.Left)
    def _filter_left(self, event: FilterLine.Left) -> None:
        event.stop()
        self.rows.focus()
        self.call_after_refresh(self.screen.refresh_bindings)  # what the keys do depends on the focus

    @property
    def rows(self) -> RowList[Row]:
        """The list of findings and the lines of their groups."""
        return self.query_one("#findings", RowList)

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor; None on the line of a group."""
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
        self._show(self._shown)
        if not self.has_focus_within:
            self._go_to_worst()  # nobody reads further down

    def _show(self, shown: Shown) -> None:
        self._shown = shown
        if self._checklist is not None:
            nothing = "No matches for the filter" if shown.text else "Nothing keeps a run from starting"
            self.rows.show(rows_of(self._checklist, shown, inspected=self._inspected), empty=nothing)
        self.screen.refresh_bindings()

    def begin(self) -> None:
        """Put the keys on the list, and the cursor on the worst finding."""
        self._go_to_worst()
        self.rows.focus()

    def _go_to_worst(self) -> None:
        """The cursor on the worst finding, with the line of its group in sight."""
        self.rows.action_first()
        first = next((row for row in self.rows.items if isinstance(row, Finding)), None)
        if first is not None:
            self.rows.select(first.rule)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "show_all":
            return bool(self._shown.text or self._shown.only_blocking)
        if action == "copy_command":
            return bool(command_of(self.chosen))
        return super().check_action(action, parameters)

    def action_show_all(self) -> None:
        """Take the filter off."""
        self.query_one(FilterLine).clear()
        self._show(replace(self._shown, text="", only_blocking=False))

    def action_filter_findings(self) -> None:
        """Write a filter."""
        self.query_one(FilterLine).open()

    def action_only_blocking(self) -> None:
        """Show only what keeps a run from starting, or all again."""
        self._show(replace(self._shown, only_blocking=not self._shown.only_blocking))

    def action_copy_command(self) -> None:
        """Send the finding's command to the terminal's clipboard."""
        if command := command_of(self.chosen):
            copy_text(self.app, command)

    def action_fold(self) -> None:
        """Show all findings of the group under the cursor, or only those that need attention."""
        row = self.rows.selected
        head = row if isinstance(row, Head) else self._head_above()
        if head is not None:
            self._show(replace(self._shown, toggled=self._shown.toggled ^ {head.kind}))
            self.rows.select(key_of(head))

    def _head_above(self) -> Head | None:
        """The line of the group in which the cursor is."""
        items, key = self.rows.items, self.rows.selected_key
        place = next((number for number, row in enumerate(items) if key_of(row) == key), 0)
        return next((row for row in reversed(items[:place]) if isinstance(row, Head)), None)

    def say(self, content: Content) -> None:
        """Say something above the list."""
        self.query_one("#readiness", Static).update(content, layout=False)

    def clear(self, reason: str) -> None:
        """Show no findings, and why."""
        self._checklist = None
        self.say(toned(self._glyphs.plain(reason), Tone.QUIET))
        self.rows.show((), empty="")

    def _cells(self, row: Row) -> Sequence[Cell]:
        return self._head(row) if isinstance(row, Head) else self._finding(row)

    def _head(self, head: Head) -> Sequence[Cell]:
        sign = self._glyphs.folded if head.hidden else self._glyphs.unfolded
        return Cell(f"{sign} {head.words}", Tone.STRONG), Cell(self._note(head), Tone.QUIET, span=2)

    def _note(self, head: Head) -> str:
        """What to know of a group, and how much of it is folded away."""
        if head.kind is FindingClass.UNKNOWN and head.hidden and not self._inspected:
            return _UNINSPECTED
        note = _HEAD_NOTES.get(head.kind, "")
        folded = "" if not head.hidden else "folded" if head.hidden == head.count else f"{head.hidden} folded"
        return note or folded

    def _finding(self, finding: Finding) -> Sequence[Cell]:
        sign = finding_sign(finding, self._glyphs)
        quiet = finding.outcome is not Outcome.FAIL and not finding.awaits_confirmation
        asks = "Confirm: " if finding.awaits_confirmation else ""
        title = self._glyphs.plain(f"{sign.glyph} {asks}{finding.title}")
        return (
            Cell(title, Tone.QUIET if quiet else sign.tone),
            Cell(self._glyphs.plain(finding.evidence), Tone.QUIET if quiet else Tone.PLAIN),
            Cell(finding.rule, Tone.QUIET),
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
    if source := came_from(finding):
        parts.append(toned(f"Source: {source}", Tone.QUIET))
    return Content("\n").join(parts)


def _head_summary(head: Head, glyphs: Glyphs) -> Content:
    """What is folded away in a group, and how it is unfolded."""
    hidden = f"{counted(head.hidden, 'finding')} not shown." if head.hidden else ""
    key = "enter or z shows them" if head.hidden else "enter or z folds them"
    return Content("\n").join([toned(glyphs.plain(head.words), Tone.STRONG), joined(hidden), toned(key, Tone.QUIET)])

"""The last page: the decisions, what becomes of the instance, and what keeps the run from starting."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from models.findings import Finding
from screens.dialogs.notice import NoticeScreen
from screens.widgets.rows import RowList
from screens.wizard.pages.bar import TurnTo
from screens.wizard.pages.finding_page import FindingPage
from screens.wizard.review.rows import COLUMNS, Deed, Row, cells, rows_of
from screens.wizard.review.text import review
from screens.wizard.state import WizardState
from screens.wizard.targets import Target


class ReasonWanted(Message):
    """The user wants to change why there is no inspection."""


class ReviewPage(FindingPage):
    """The summary."""

    BINDING_GROUP_TITLE = "Review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "s", "steps", "Steps", id="wizard.steps", tooltip="Show or hide the steps and their openstack commands"
        ),
    ]

    _with_steps = False
    _begins = False
    """Whether the page has come up and its plan is still to come."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield RowList[Row](
            COLUMNS, key_of=lambda row: row.key, cells_of=cells, glyphs=self.glyphs, header=False, id="review"
        )

    @property
    def _rows(self) -> RowList[Row]:
        return self.query_one("#review", RowList)

    def enter(self) -> None:
        """Begin at the top, or with the first thing that keeps the run from starting."""
        self._rows.focus()
        self._begins = True
        self._begin()

    def _begin(self) -> None:
        self._rows.action_first()
        obstacles = {one.rule for one in self.state.obstacles}
        first = next((row for row in self._rows.items if row.item.rule and row.item.rule in obstacles), None)
        if first is not None:
            self._rows.select(first.key)

    def show(self, state: WizardState) -> None:
        """Show what a run would do."""
        super().show(state)
        width = self._rows.scrollable_content_region.width
        self._rows.show(rows_of(review(state, self.glyphs, with_steps=self._with_steps), width, self.glyphs))
        if self._begins and state.plan is not None:
            self._begins = False
            self._begin()
        self.screen.refresh_bindings()

    def on_resize(self) -> None:
        """Break the lines again."""
        self.show(self.state)

    @property
    def chosen(self) -> Finding | None:
        """The finding that the line under the cursor is about."""
        row = self._rows.selected
        checklist = self.state.checklist
        if row is None or not row.item.rule or checklist is None:
            return None
        return next((one for one in checklist.findings if one.rule == row.item.rule), None)

    @on(RowList.Moved, "#review")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.screen.refresh_bindings()

    @on(RowList.Opened, "#review")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        row = self._rows.selected
        match row.item.leads_to if row is not None else None:
            case Target() as target:
                self.post_message(TurnTo(target))
            case Deed.WAIVE:
                self.action_waive()
            case Deed.UNINSPECTED:
                self.post_message(ReasonWanted())
            case Deed.STEPS:
                self.action_steps()
            case Deed.READ if row is not None:
                self.app.push_screen(NoticeScreen(row.item.title or "In full", row.item.text))

    def action_steps(self) -> None:
        """Show or hide the steps."""
        self._with_steps = not self._with_steps
        self.show(self.state)
        lead = next((row for row in self._rows.items if row.item.leads_to is Deed.STEPS), None)
        if lead is not None:
            self._rows.select(lead.key)
            if self._with_steps:
                self._rows.scroll_to(y=self._rows.items.index(lead), animate=False, force=True)

"""The page of the checklist: every finding, with the keys that do something about it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from models.findings import Finding
from screens.widgets.checklist import ChecklistView
from screens.widgets.rows import RowList
from screens.wizard.pages.finding_page import FindingPage
from screens.wizard.state import WizardState


class ChecklistPage(FindingPage):
    """All findings."""

    BINDING_GROUP_TITLE = "Checklist"
    BINDINGS: ClassVar[list[BindingType]] = []

    _has_answered = False
    """Whether the user has just answered the finding under the cursor."""

    def compose(self) -> ComposeResult:
        """The checklist."""
        yield ChecklistView(self.glyphs, id="checklist")

    def enter(self) -> None:
        """Begin with the worst: the cursor may have stayed on a finding that was the worst a moment ago."""
        self._view.begin()

    def go_to(self, rule: str) -> None:
        """Put the cursor on a finding; one that its chapter hides is not there."""
        if rule:
            self._view.rows.select(rule)

    def show(self, state: WizardState) -> None:
        """Show what the rules say now; after the first inspection begin with the worst."""
        is_new = state.inspected and not self.state.inspected
        super().show(state)
        if state.checklist is None:
            self._view.clear("Reading the instance")
        else:
            self._view.show(state.checklist, inspected=state.inspected)
            if is_new and self._view.rows.has_focus:
                self._view.begin()
            elif self._has_answered and any(
                finding.blocks or finding.awaits_confirmation for finding in state.checklist.findings
            ):
                self._view.begin()  # what was answered has moved down: on to the next
            self._has_answered = False
        self.screen.refresh_bindings()

    @property
    def _view(self) -> ChecklistView:
        return self.query_one(ChecklistView)

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        return self._view.chosen

    def answered(self, rule: str) -> None:
        """Move to the next finding once this answer counts."""
        del rule
        self._has_answered = True

    @on(RowList.Moved, "#findings")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.screen.refresh_bindings()

    @on(RowList.Opened, "#findings")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.open_finding()

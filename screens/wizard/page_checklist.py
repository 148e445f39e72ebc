"""Page two: the whole checklist, confirmations where they are asked for, and waivers with their reasons."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from models.findings import Finding, Outcome
from models.run.request import Attestation, Waiver
from screens.context import Console
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.finding import FindingScreen
from screens.widgets.checklist import ChecklistView
from screens.widgets.rows import RowList
from screens.wizard.state import Page, WizardState


class ChecklistPage(Page):
    """Findings, attestations, waivers."""

    HEADING = "Checklist"
    BINDING_GROUP_TITLE = "Checklist"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "attest", "Confirm", id="wizard.attest", tooltip="Confirm what this rule asks, or take that back"
        ),
        Binding("w", "waive", "Waive", id="wizard.waive", tooltip="Continue despite this finding, with a reason"),
    ]

    _answered = False
    """Whether the user has just answered the finding under the cursor."""

    def compose(self) -> ComposeResult:
        """The checklist."""
        yield ChecklistView(self.glyphs, id="checklist")

    def enter(self) -> None:
        """Begin with the worst: the cursor may have stayed on a finding that was the worst a moment ago."""
        self._view.begin()

    def show(self, state: WizardState) -> None:
        """Show what the rules say now."""
        super().show(state)
        if state.checklist is None:
            self._view.clear("Reading the instance")
        else:
            self._view.show(state.checklist, inspected=state.inspected)
            if self._answered and any(
                finding.blocks or finding.awaits_confirmation for finding in state.checklist.findings
            ):
                self._view.begin()  # what was answered has moved down: on to the next
            self._answered = False
        self.screen.refresh_bindings()

    @property
    def _view(self) -> ChecklistView:
        return self.query_one(ChecklistView)

    @property
    def _chosen(self) -> Finding | None:
        return self._view.chosen

    @on(RowList.Moved, "#findings")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.screen.refresh_bindings()

    @on(RowList.Opened, "#findings")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        if (finding := self._chosen) is not None:
            self.app.push_screen(FindingScreen(finding))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A word can be given where it is asked for; what fails can be waived."""
        if action not in {"attest", "waive"}:
            return super().check_action(action, parameters)
        finding = self._chosen
        if finding is None:
            return False
        if action == "attest":
            return finding.asked_for is not None
        return finding.outcome in {Outcome.FAIL, Outcome.WAIVED} and finding.fixed_by is None

    def action_attest(self) -> None:
        """Confirm for the user, or take the confirmation back."""
        finding, request = self._chosen, self.state.request
        if finding is None:
            return
        others = tuple(one for one in request.attestations if one.rule != finding.rule)
        if request.attests(finding.rule):
            self.change(attestations=others)
            return
        console = cast("Console", self.app)
        who = console.login.user_name if console.login else ""
        self._answered = True
        given = Attestation(rule=finding.rule, given_by=who, given_at=console.clock.now())
        self.change(attestations=(*others, given))

    def action_waive(self) -> None:
        """Ask for the reason of a waiver; an empty one takes the waiver back."""
        finding = self._chosen
        if finding is None:
            return
        known, others = self.state.request.waiver(finding.rule), self.state.request.waivers
        proposed = known or (others[-1] if others else None)  # several findings often have one reason
        question = AskTextScreen(
            f"Waive {finding.rule}",
            "Why continue anyway? The reason goes into the report.",
            value=proposed.reason if proposed else "",
            details=finding.evidence,
        )
        self.app.push_screen(question, lambda reason: self._waived(finding.rule, reason))

    def _waived(self, rule: str, reason: str | None) -> None:
        if reason is None:
            return
        self._answered = bool(reason)
        others = tuple(one for one in self.state.request.waivers if one.rule != rule)
        self.change(waivers=(*others, Waiver(rule=rule, reason=reason)) if reason else others)

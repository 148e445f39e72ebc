"""What pages with findings share: the keys that fix, waive and confirm the finding under the cursor."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, cast

from textual.binding import BindingType
from textual.message import Message

from models.findings import Finding
from models.remedy_action import RemedyAction
from screens.context import Console
from screens.dialogs.finding import FindingScreen, which_action
from screens.finding_keys import FindingDeed, Place, binding, fixes_of, possible
from screens.wizard.answers import waiver_question, with_confirmation, with_waiver
from screens.wizard.state import Page

_DEEDS = {"fix": FindingDeed.FIX, "waive": FindingDeed.WAIVE, "attest": FindingDeed.CONFIRM}


class FixWanted(Message):
    """The user wants the console to fix something inside the instance."""

    def __init__(self, action: RemedyAction) -> None:
        super().__init__()
        self.action = action


class Wanted(Message):
    """The user wants the guest to be inspected, or the cloud to be read again."""

    def __init__(self, deed: FindingDeed) -> None:
        super().__init__()
        self.deed = deed


class FindingPage(Page):
    """A page with a finding under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding(FindingDeed.FIX, "fix", "wizard.fix"),
        binding(FindingDeed.WAIVE, "waive", "wizard.waive"),
        binding(FindingDeed.CONFIRM, "attest", "wizard.attest"),
    ]

    @property
    @abstractmethod
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""

    def answered(self, rule: str) -> None:  # most pages need do nothing
        """The user has just answered a finding."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Fix what the console can fix, confirm what is asked, waive what fails."""
        deed = _DEEDS.get(action)
        if deed is None:
            return super().check_action(action, parameters)
        return self.chosen is not None and deed in possible(self.chosen, self._place)

    @property
    def _place(self) -> Place:
        can_enter = self.state.facts is not None and not self.state.busy and self.state.instance.is_running
        return Place(can_enter=can_enter, confirms=True)

    def open_finding(self) -> None:
        """Show the finding under the cursor whole, with all that can be done about it."""
        finding = self.chosen
        if finding is not None:
            screen = FindingScreen(finding, self._place)
            self.app.push_screen(screen, lambda answer: self._carry_out(finding, answer))

    def _carry_out(self, finding: Finding, answer: RemedyAction | FindingDeed | None) -> None:
        match answer:
            case RemedyAction():
                self.post_message(FixWanted(answer))
            case FindingDeed.WAIVE:
                self._ask_for_reason(finding)
            case FindingDeed.CONFIRM:
                self._confirm(finding)
            case FindingDeed():
                self.post_message(Wanted(answer))

    def action_fix(self) -> None:
        """Choose what is to be done where there is a choice; the wizard asks before it is done."""
        actions = fixes_of(self.chosen)
        if len(actions) == 1:
            self.post_message(FixWanted(actions[0]))
        elif actions:
            self.app.push_screen(which_action(actions), lambda place: self._fix_chosen(actions, place))

    def _fix_chosen(self, actions: tuple[RemedyAction, ...], place: str | None) -> None:
        if place is not None:
            self.post_message(FixWanted(actions[int(place)]))

    def action_attest(self) -> None:
        """Confirm for the user, or take the confirmation back."""
        if (finding := self.chosen) is not None:
            self._confirm(finding)

    def _confirm(self, finding: Finding) -> None:
        console = cast("Console", self.app)
        who = console.login.user_name if console.login else ""
        given = with_confirmation(self.state.request, finding.rule, who, console.clock.now())
        if len(given) > len(self.state.request.attestations):
            self.answered(finding.rule)
        self.change(attestations=given)

    def action_waive(self) -> None:
        """Ask for the reason of a waiver."""
        if (finding := self.chosen) is not None:
            self._ask_for_reason(finding)

    def _ask_for_reason(self, finding: Finding) -> None:
        self.app.push_screen(waiver_question(finding, self.state), lambda reason: self._waived(finding.rule, reason))

    def _waived(self, rule: str, reason: str | None) -> None:
        if reason is None:
            return
        if reason:
            self.answered(rule)
        self.change(waivers=with_waiver(self.state.request, rule, reason))

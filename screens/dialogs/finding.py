"""One finding, whole: what the guidelines ask, what was seen, and what to do; with the keys that do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from models.findings import Finding
from models.formatting import clock_time
from models.remedy_action import RemedyAction
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.dialog import Dialog, Reading, paragraphs
from screens.finding_keys import FindingDeed, Place, binding, command_of, fixes_of, possible
from screens.style.wording import finding_sign
from screens.widgets.clipboard import copy_text


class FindingScreen(Dialog[RemedyAction | FindingDeed]):
    """The details of one finding; gives the fix to be carried out, or something else to be done, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding(FindingDeed.FIX, "act", "finding.act"),
        binding(FindingDeed.WAIVE, "give('waive')", "finding.waive"),
        binding(FindingDeed.CONFIRM, "give('confirm')", "finding.confirm"),
        binding(FindingDeed.CHANGE_STATE, "give('change_state')", "finding.state"),
        binding(FindingDeed.INSPECT, "give('inspect')", "finding.inspect"),
        binding(FindingDeed.COPY_COMMAND, "copy_command", "finding.copy"),
        binding(FindingDeed.READ_AGAIN, "give('read_again')", "finding.refresh"),
    ]

    def __init__(self, finding: Finding, place: Place) -> None:
        """Show this finding, as it is seen from there."""
        super().__init__()
        self._finding, self._place = finding, place
        self._deeds = possible(finding, place)
        self._actions = fixes_of(finding) if FindingDeed.FIX in self._deeds else ()

    @property
    def heading(self) -> str:
        """Rule and chapter."""
        return f"{self._finding.rule} · {self._finding.chapter}"

    def compose_body(self) -> ComposeResult:
        """The parts of the finding."""
        finding, sign = self._finding, finding_sign(self._finding, self.glyphs)
        remedy = finding.remedy
        fixed = f"The step “{finding.fixed_by.value}” of a run fixes this." if finding.fixed_by else ""
        actions = "\n".join(action.summary for action in self._actions)
        read = f", read at {clock_time(finding.read_at)}" if finding.read_at else ""
        yield Reading(
            paragraphs(
                (str(sign), finding.evidence),
                ("What to do", remedy.text if remedy else ""),
                ("Command", command_of(self._finding)),
                ("Not by key", remedy.by_hand_because if remedy and command_of(finding) else ""),
                ("The console can fix this", actions),
                ("Fixed by the run", fixed),
                (
                    "Please confirm",
                    finding.asked_for.value if finding.awaits_confirmation and finding.asked_for else "",
                ),
                ("Source", f"{finding.source.value}{read}" if finding.source else ""),
                lead=finding.title,
            )
        )

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done about this finding."""
        if action == "act":
            return FindingDeed.FIX in self._deeds
        if action == "give":
            return parameters[0] in self._deeds
        if action == "copy_command":
            return FindingDeed.COPY_COMMAND in self._deeds
        return super().check_action(action, parameters)

    def key_name(self, action: str) -> str | None:
        """What the key that changes the state does now."""
        return self._place.state_change or None if action == "give('change_state')" else None

    def action_act(self) -> None:
        """Choose what is to be done, where there is a choice."""
        if len(self._actions) == 1:
            self.dismiss(self._actions[0])
            return
        self.app.push_screen(which_action(self._actions), self._chosen)

    def _chosen(self, place: str | None) -> None:
        if place is not None:
            self.dismiss(self._actions[int(place)])

    def action_copy_command(self) -> None:
        """Send the finding's command to the terminal's clipboard."""
        copy_text(self.app, command_of(self._finding))

    def action_give(self, deed: str) -> None:
        """Give what is to be done; the screen below carries it out."""
        self.dismiss(FindingDeed(deed))


def which_action(actions: Sequence[RemedyAction]) -> ChooseScreen:
    """Asks which of several remedies is to be carried out; gives its place among them."""
    choices = [Choice(str(place), each.summary) for place, each in enumerate(actions)]
    return ChooseScreen("Which fix?", choices)

"""One finding, whole: what the guidelines ask, what was seen, and what to do; with the keys that do it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from models.findings import Finding
from models.formatting import clock_time
from models.remedy_action import RemedyAction
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.dialog import Dialog, Reading, paragraphs
from screens.style.wording import finding_sign


class Wish(StrEnum):
    """What the user wants to be done about a finding, besides a fix; the value is the name of the key's action."""

    WAIVE = "waive"
    CONFIRM = "confirm"
    INSPECT = "inspect"
    READ_AGAIN = "read_again"
    CHANGE_STATE = "change_state"
    """What the cloud can do about the instance's state: start it, resume it, unlock it, …"""


class FindingScreen(Dialog[RemedyAction | Wish]):
    """The details of one finding; gives the fix to be carried out, or another wish, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Fix", id="finding.act", tooltip="Let the console fix this, after asking"),
        Binding("w", "wish('waive')", "Waive", id="finding.waive", tooltip="Continue despite this, with a reason"),
        Binding(
            "space", "wish('confirm')", "Confirm", id="finding.confirm",
            tooltip="Confirm what this rule asks, or take that back",
        ),
        Binding(
            "u", "wish('change_state')", "Change state", id="finding.state",
            tooltip="Start, resume, unpause, unshelve or unlock the instance, after asking",
        ),
        Binding("p", "wish('inspect')", "Inspect", id="finding.inspect", tooltip="Inspect the guest by SSH"),
        Binding(
            "C", "copy_command", "Copy command", id="finding.copy",
            tooltip="Send the command to the terminal's clipboard",
        ),
        Binding("r", "wish('read_again')", "Read again", id="finding.refresh", tooltip="Read from the cloud again"),
    ]  # fmt: skip

    def __init__(self, finding: Finding, *, can_act: bool = False, offers: Collection[Wish] = ()) -> None:
        """Show this finding.

        Args:
            finding: what a rule says.
            can_act: whether its remedies can be carried out from here.
            offers: what else can be done about it from here.
        """
        super().__init__()
        self._finding = finding
        self._actions = finding.remedy.actions if can_act and finding.remedy is not None else ()
        self._offers = frozenset(offers)

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
                (f"{sign} ({finding.severity.value})", finding.evidence),
                ("What to do", remedy.text if remedy else ""),
                ("Command", self._command),
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
            return bool(self._actions)
        if action == "wish":
            return parameters[0] in self._offers
        if action == "copy_command":
            return bool(self._command)
        return super().check_action(action, parameters)

    def action_act(self) -> None:
        """Choose what is to be done, where there is a choice."""
        if len(self._actions) == 1:
            self.dismiss(self._actions[0])
            return
        self.app.push_screen(which_action(self._actions), self._chosen)

    def _chosen(self, place: str | None) -> None:
        if place is not None:
            self.dismiss(self._actions[int(place)])

    @property
    def _command(self) -> str:
        remedy = self._finding.remedy
        return remedy.command or "" if remedy is not None else ""

    def action_copy_command(self) -> None:
        """Send the finding's command to the terminal's clipboard."""
        self.app.copy_to_clipboard(self._command)
        self.notify("The command was sent to the terminal's clipboard.", markup=False, timeout=3)

    def action_wish(self, wish: str) -> None:
        """Give the wish; the screen below carries it out."""
        self.dismiss(Wish(wish))


def which_action(actions: Sequence[RemedyAction]) -> ChooseScreen:
    """Asks which of several remedies is to be carried out; gives its place among them."""
    choices = [Choice(str(place), each.summary) for place, each in enumerate(actions)]
    return ChooseScreen("Which fix?", choices)

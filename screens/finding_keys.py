"""What can be done about a finding, by which key, and when: one table for every place in which findings are seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding

from models.findings import Finding, Outcome
from models.remedy_action import RemedyAction


class FindingDeed(StrEnum):
    """One thing that can be done about a finding."""

    FIX = "fix"
    """Let the console fix it."""
    WAIVE = "waive"
    CONFIRM = "confirm"
    INSPECT = "inspect"
    READ_AGAIN = "read_again"
    CHANGE_STATE = "change_state"
    """What the cloud can do about the instance's state: start it, resume it, unlock it, …"""
    COPY_COMMAND = "copy_command"


@dataclass(frozen=True)
class Place:
    """Where a finding is seen, and what is possible there now."""

    can_write: bool = True
    """Whether the console may change anything."""
    can_enter: bool = False
    """Whether the guest can be reached, and nothing is being done in it."""
    confirms: bool = False
    """Whether a question of the guidelines can be answered here."""
    state_change: str = ""
    """What the cloud can do about the instance's state, as its key is named: *Resume*; empty for nothing."""


@dataclass(frozen=True)
class FindingKey:
    """A row of the table."""

    key: str
    name: str
    tooltip: str
    applies: Callable[[Finding, Place], bool]


TABLE: Mapping[FindingDeed, FindingKey] = {
    FindingDeed.FIX: FindingKey(
        "a", "Fix", "Let the console fix this finding, after asking",
        lambda finding, place: place.can_write and place.can_enter and bool(fixes_of(finding)),
    ),
    FindingDeed.WAIVE: FindingKey(
        "w", "Waive", "Continue despite this finding, with a reason",
        lambda finding, place: place.can_write and _can_be_waived(finding),
    ),
    FindingDeed.CONFIRM: FindingKey(
        "space", "Confirm", "Confirm what this rule asks, or take that back",
        lambda finding, place: place.confirms and finding.asked_for is not None,
    ),
    FindingDeed.CHANGE_STATE: FindingKey(
        "u", "Change state", "Start, resume, unpause, unshelve or unlock the instance, after asking",
        lambda finding, place: place.can_write and bool(place.state_change) and finding.rule.startswith("STATE-"),
    ),
    FindingDeed.INSPECT: FindingKey(
        "p", "Inspect", "Inspect the running instance by SSH; nothing is changed in it",
        lambda _finding, place: place.can_enter,
    ),
    FindingDeed.COPY_COMMAND: FindingKey(
        "C", "Copy command", "Send the finding's command to the terminal's clipboard",
        lambda finding, _place: bool(command_of(finding)),
    ),
    FindingDeed.READ_AGAIN: FindingKey(
        "r", "Read again", "Read the instance from the cloud again", lambda _finding, _place: True
    ),
}  # fmt: skip
"""In the order of the last line of a screen."""


def possible(finding: Finding, place: Place) -> frozenset[FindingDeed]:
    """What can be done about a finding where it is seen now."""
    return frozenset(deed for deed, row in TABLE.items() if row.applies(finding, place))


def binding(deed: FindingDeed, action: str, binding_id: str, *, name: str = "", tooltip: str = "") -> Binding:
    """The key of a deed.

    Args:
        deed: what it does.
        action: the action of the screen or widget that has the key.
        binding_id: the name that users give in their keymaps.
        name: where the last line of the screen has no room for the usual one, or knows a more exact one.
        tooltip: the same of the help.
    """
    row = TABLE[deed]
    return Binding(row.key, action, name or row.name, id=binding_id, tooltip=tooltip or row.tooltip)


def fixes_of(finding: Finding | None) -> tuple[RemedyAction, ...]:
    """What the console can do about a finding inside the guest, the mildest first."""
    return finding.remedy.actions if finding is not None and finding.remedy is not None else ()


def command_of(finding: Finding | None) -> str:
    """The command that fixes a finding by hand; empty where there is none."""
    return (finding.remedy.command or "") if finding is not None and finding.remedy is not None else ""


def _can_be_waived(finding: Finding) -> bool:
    """Whether a reason helps: what a step of the run fixes needs none, and in some states no run can begin."""
    return finding.outcome in {Outcome.FAIL, Outcome.WAIVED} and finding.fixed_by is None and finding.waivable

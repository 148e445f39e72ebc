"""The keys of the wizard that work on all its pages, in the order of its last line."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from screens.finding_keys import FindingDeed, binding

BINDINGS: list[BindingType] = [
    Binding("ctrl+g", "start", "Start", id="wizard.start", tooltip="Start the run that this page describes"),
    Binding("ctrl+n", "next", "Next page", id="wizard.next", priority=True, tooltip="To the next page"),
    Binding("right", "next", "Next page", show=False, id="wizard.right", tooltip="To the next page"),
    Binding("left", "previous", "Previous page", show=False, id="wizard.left", tooltip="To the page before"),
    binding(FindingDeed.INSPECT, "inspect", "wizard.inspect"),
    Binding(
        "x", "stop_inspection", "Stop", id="wizard.stop",
        tooltip="Stop what the console is doing inside the instance",
    ),
    Binding(
        "u", "uninspected", "Without inspection", id="wizard.uninspected",
        tooltip="Continue although the guest was not inspected, or not wholly; the reason goes into the report",
    ),
    binding(FindingDeed.READ_AGAIN, "read_again", "wizard.refresh"),
    Binding(
        "ctrl+r", "discard", "Discard draft", priority=True, id="wizard.discard",
        tooltip="Discard what you entered for this instance, after asking",
    ),
    Binding("escape,q", "back", "Back", id="wizard.back", tooltip="Back by one step"),
    Binding(
        "escape,q", "leave", "Leave (kept)", id="wizard.leave",
        tooltip="Leave the wizard; what you entered is kept for the next time",
    ),
]  # fmt: skip
"""The ids are the names that users give in their keymaps."""

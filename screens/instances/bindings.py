"""The keys of the instances' screen, in the order of its last line."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from screens.finding_keys import FindingDeed, binding

_STATE_CHANGES = (
    ("start", "instances.start", "Start", "Start the stopped instance, after asking"),
    ("resume", "instances.resume", "Resume", "Resume the instance, after asking"),
    ("unpause", "instances.unpause", "Unpause", "Unpause the instance, after asking"),
    ("unshelve", "instances.unshelve", "Unshelve", "Bring the shelved instance back, after asking"),
    ("resize confirm", "instances.confirm-resize", "Confirm resize", "Give up the old size, after typing its name"),
    ("unlock", "instances.unlock", "Unlock", "Take the lock off, after asking"),
)
STATE_NAMES = {verb: name for verb, _id, name, _tooltip in _STATE_CHANGES}
"""By what the cloud does, how the key is named that asks for it."""
_STATE_KEYS = [
    binding(FindingDeed.CHANGE_STATE, f"remedy('{verb}')", binding_id, name=name, tooltip=tooltip)
    for verb, binding_id, name, tooltip in _STATE_CHANGES
]
"""One key for each remedy that brings the instance back: it is in one state at a time."""
BINDINGS: list[BindingType] = [
    binding(FindingDeed.FIX, "fix", "instances.fix"),
    binding(
        FindingDeed.WAIVE, "waive", "instances.waive",
        tooltip="Continue despite this finding: asks for the reason in the wizard",
    ),
    Binding(
        "i", "image", "Make image", id="instances.image",
        tooltip="Start the wizard that makes an image of this instance",
    ),
    *_STATE_KEYS,
    binding(FindingDeed.INSPECT, "inspect", "instances.inspect"),
    Binding(
        "x", "stop_inspection", "Stop", id="instances.stop",
        tooltip="Stop what the console is doing inside the instance",
    ),
    Binding(
        "slash", "filter", "Filter", id="instances.filter",
        tooltip="Show only rows that contain these words",
    ),
    Binding("o", "sort", "Sort", id="instances.sort", tooltip="Sort by any column: worst first, running first"),
    Binding(
        "d", "deep_check", "Deep check", id="instances.deep-check",
        tooltip="Inspect its disk through a temporary instance, without SSH",
    ),
    Binding(
        "s", "save", "Save files", id="instances.save",
        tooltip="Copy directories of the instance to this machine",
    ),
    Binding(
        "p", "say_why_not", "Why no inspection", show=False, id="instances.why-not",
        tooltip="Why the instance cannot be inspected now, and what helps",
    ),
    binding(
        FindingDeed.READ_AGAIN, "refresh", "instances.refresh", name="Refresh", tooltip="Read from the cloud again"
    ),
    Binding(
        "v", "view", "View", id="instances.view",
        tooltip="Everything that the list knows about the instance, uncut",
    ),
    Binding(
        "S", "remedy('stop')", "Stop instance", id="instances.shut-off",
        tooltip="Stop the instance, after reading what ends with it",
    ),
    Binding(
        "D", "remedy('remove volume')", "Detach volume", id="instances.detach",
        tooltip="Detach a volume from the stopped instance, after asking",
    ),
    Binding("e", "error", "Error", id="instances.error", tooltip="Show the full error of the last refresh"),
    Binding(
        "y", "copy", "Copy id", id="instances.copy",
        tooltip="Copy the instance's id to the clipboard",
    ),
    Binding(
        "escape", "list", "Back", id="instances.list",
        tooltip="Back to the list; there, clear the filter",
    ),
]  # fmt: skip
"""The ids are the names that users give in their keymaps."""

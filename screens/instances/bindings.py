"""The keys of the instances' screen, in the order of its last line."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding(
        "a", "fix", "Fix", id="instances.fix",
        tooltip="Let the console fix the selected finding, after asking",
    ),
    Binding(
        "w", "waive", "Waive", id="instances.waive",
        tooltip="Continue despite the selected finding: asks for the reason in the wizard",
    ),
    Binding(
        "i", "image", "Make image", id="instances.image",
        tooltip="Start the wizard that makes an image of this instance",
    ),
    Binding("u", "remedy('start')", "Start", id="instances.start", tooltip="Start the stopped instance, after asking"),
    Binding("u", "remedy('resume')", "Resume", id="instances.resume", tooltip="Resume the instance, after asking"),
    Binding("u", "remedy('unpause')", "Unpause", id="instances.unpause", tooltip="Unpause the instance, after asking"),
    Binding(
        "u", "remedy('unshelve')", "Unshelve", id="instances.unshelve",
        tooltip="Bring the shelved instance back, after asking",
    ),
    Binding(
        "u", "remedy('resize confirm')", "Confirm resize", id="instances.confirm-resize",
        tooltip="Give up the old size; its name must be typed",
    ),
    Binding("u", "remedy('unlock')", "Unlock", id="instances.unlock", tooltip="Take the lock off, after asking"),
    Binding(
        "p", "inspect", "Inspect", id="instances.inspect",
        tooltip="Inspect the running instance by SSH; nothing is changed in it",
    ),
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
    Binding("r", "refresh", "Refresh", id="instances.refresh", tooltip="Read from the cloud again"),
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

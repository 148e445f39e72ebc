"""The keys of the list of images."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding(
        "v",
        "verify",
        "Test launch",
        id="images.verify",
        tooltip="Launch a test instance of this image and see if it boots",
    ),
    Binding("m", "run", "Run", id="images.run", tooltip="Show the run that made or tested this image"),
    Binding("R", "report", "Report", id="images.report", tooltip="Open the report of the run that made this image"),
    Binding(
        "slash",
        "filter",
        "Filter",
        id="images.filter",
        tooltip="Show only rows that contain these words",
    ),
    Binding("o", "sort", "Sort", id="images.sort", tooltip="Sort by any column: newest first, not booted first"),
    Binding("r", "refresh", "Refresh", id="images.refresh", tooltip="Read from the cloud again"),
    Binding("e", "error", "Error", id="images.error", tooltip="Show the full error of the last refresh"),
    Binding("y", "copy", "Copy id", id="images.copy", tooltip="Copy the image's id to the clipboard"),
    Binding("escape", "list", "Back", id="images.list", tooltip="Back to the list; there, clear the filter"),
]

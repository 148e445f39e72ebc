"""The keys of the list of images."""

from __future__ import annotations

from textual.binding import Binding, BindingType

_TESTS = "Add tests of yours that run in the test instance: who runs them, for how long, and whether twins are compared"

BINDINGS: list[BindingType] = [
    Binding(
        "v",
        "verify",
        "Test launch",
        id="images.verify",
        tooltip="See what a test launch of this image comes to, add tests of yours, and start it",
    ),
    Binding(
        "l",
        "succession",
        "Follows",
        id="images.succession",
        tooltip="Show which image this one follows, which one follows it, and what changed",
    ),
    Binding(
        "h",
        "hide",
        "Hide",
        id="images.hide",
        tooltip="Leave this older image out of the usual lists, or show it there again; asks first",
    ),
    Binding(
        "D",
        "delete",
        "Delete",
        id="images.delete",
        tooltip="Delete this older image, if nothing forbids it; its name has to be typed",
    ),
    Binding(
        "s",
        "seal",
        "Seal",
        id="images.seal",
        tooltip="Make a sealed image of this private snapshot: shows what is lost, asks, and proves it",
    ),
    Binding(
        "p",
        "inspect('image')",
        "Inspect",
        id="images.inspect",
        tooltip="Inspect what lies in this image; only the parts are fetched that are needed",
    ),
    Binding("f", "inspect('file')", "File", id="images.file", tooltip="Inspect an image file of this machine"),
    Binding(
        "x",
        "export",
        "Export",
        id="images.export",
        tooltip="Make a file of this image on this machine: downloaded, compared, converted, described",
    ),
    Binding(
        "i",
        "inspect('import')",
        "Import",
        id="images.import",
        tooltip="Make an image of a file of this machine: inspected, converted, uploaded, compared, tested",
    ),
    Binding("m", "run", "Run", show=False, id="images.run", tooltip="Show the run that made or tested this image"),
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

SEAL_BINDINGS: list[BindingType] = [
    Binding("ctrl+g", "start", "Start", priority=True, id="seal.start", tooltip="Start the seal that is shown here"),
    Binding("space", "keep", "Keep", id="seal.keep", tooltip="Keep the home or path under the cursor, or do not"),
    Binding("plus", "add_path", "Keep a path", id="seal.keep-path", tooltip="Add a file or directory that is kept"),
    Binding("n", "network", "Network", id="seal.network", tooltip="Choose the network of clone and test instance"),
    Binding("t", "own_tests", "Your tests", id="seal.tests", tooltip=_TESTS),
    Binding("f", "steps", "Steps", id="seal.steps", tooltip="Show the steps and their openstack commands"),
]
"""Of the screen that seals an image."""

EXPORT_BINDINGS: list[BindingType] = [
    Binding("ctrl+g", "start", "Start", priority=True, id="export.start", tooltip="Start the export shown here"),
    Binding("f", "format", "Format", id="export.format", tooltip="Choose the format of the file"),
    Binding("w", "waive", "Reason", id="export.waive", tooltip="Say why the image may leave the cloud as it is"),
    Binding(
        "c", "confirm", "Licences", id="export.confirm", tooltip="Confirm that what is in it is yours to give away"
    ),
    Binding("s", "steps", "Steps", id="export.steps", tooltip="Show the steps and their openstack commands"),
]
"""Of the screen that exports an image."""

IMPORT_BINDINGS: list[BindingType] = [
    Binding("ctrl+g", "start", "Start", priority=True, id="import.start", tooltip="Start the import shown here"),
    Binding("w", "waive", "Reason", id="import.waive", tooltip="Say why the run may begin despite what blocks it"),
    Binding("u", "uninspected", "Not inspected", id="import.uninspected", tooltip="Say why that does not matter here"),
    Binding("v", "visibility", "Visibility", id="import.visibility", tooltip="Choose who sees the finished image"),
    Binding("n", "network", "Network", id="import.network", tooltip="Choose the network of the test instance"),
    Binding("t", "own_tests", "Your tests", id="import.tests", tooltip=_TESTS),
    Binding("s", "steps", "Steps", id="import.steps", tooltip="Show the steps and their openstack commands"),
]
"""Of the screen that imports a file."""

VERIFY_BINDINGS: list[BindingType] = [
    Binding("ctrl+g", "start", "Start", priority=True, id="verify.start", tooltip="Start the test launch shown here"),
    Binding("t", "own_tests", "Your tests", id="verify.tests", tooltip=_TESTS),
    Binding("n", "network", "Network", id="verify.network", tooltip="Choose the network of the test instance"),
    Binding("s", "steps", "Steps", id="verify.steps", tooltip="Show the steps and their openstack commands"),
]
"""Of the screen that launches an image for a test."""

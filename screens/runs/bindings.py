"""The keys of the run screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("c", "cancel", "Cancel", id="run.cancel", tooltip="End the run and restore the instance"),
    Binding(
        "c",
        "remove_kept",
        "Remove test instance",
        id="run.remove-test-instance",
        tooltip="Remove the test instance that was kept, and its port 22 with it",
    ),
    Binding("R", "resume", "Resume", id="run.resume", tooltip="Resume a run that is waiting or was interrupted"),
    Binding("u", "undo", "Undo", id="run.undo", tooltip="Restore the instance: volumes, power, lock"),
    Binding(
        "a",
        "again",
        "Run again",
        id="run.again",
        tooltip="Open the wizard for this instance, to fix what failed and run again; nothing starts by itself",
    ),
    Binding(
        "x",
        "stop_repair",
        "Stop",
        id="run.stop-repair",
        tooltip="Stop what is being done about the cause of the failure",
    ),
    Binding("m", "image", "Image", id="run.image", tooltip="Show the image in the list of images"),
    Binding("o", "console", "Console", id="run.console", tooltip="Show the console of the test instance"),
    Binding("r", "report", "Report", id="run.report", tooltip="Open the report, in $PAGER where that is set"),
    Binding("D", "delete_image", "Delete image", id="run.delete-image", tooltip="Delete the image that this run made"),
    Binding("f", "follow", "Follow", show=False, id="run.follow", tooltip="Keep the end of the log in sight, or not"),
    Binding("z", "full", "Log", id="run.full", tooltip="Let the log fill the screen, or not"),
    Binding("y", "copy", "Copy id", id="run.copy", show=False, tooltip="Copy the image's or run's id to the clipboard"),
]

"""The files of a run on the screen: its report, and the console of its test instance."""

from __future__ import annotations

import os
from typing import Any

from textual.app import App

from imaging.runtime.threads import in_thread
from models.errors import ImagingError
from models.run.record import RunRecord
from screens.context import Console
from screens.programs.pager import pager_command, show_in_pager
from screens.runs.text_screen import TextScreen
from screens.runs.texts.headline import run_title
from screens.runs.texts.offers import shows_clone


async def console_screen(console: Console, run: RunRecord) -> TextScreen:
    """The whole console log, or the lines of it that the journal keeps where the file is on another machine.

    Raises:
        ImagingError: there is neither.
    """
    from imaging.runs.run_files import read_clone_console, read_console  # noqa: PLC0415  # not for the first paint

    note, is_clone = "", shows_clone(run)
    try:
        lines = await in_thread(read_clone_console if is_clone else read_console, console.paths, run.id)
    except ImagingError:
        if run.verdict is None or not run.verdict.evidence:
            raise
        lines, note = run.verdict.evidence, "from the journal; the log is not on this machine"
    whose = "console of the clone" if is_clone else "console"
    return TextScreen(("Runs", run_title(run, console.glyphs.cut), whose), lines, note=note, from_end=True)


async def report_screen(app: App[Any], console: Console, run: RunRecord) -> TextScreen | None:
    """The report; None where the user's own pager has shown it.

    Raises:
        ImagingError: it is not on this machine, or cannot be read.
    """
    from imaging.runs.run_files import read_report, report_file  # noqa: PLC0415  # the same

    # Read first, also for the pager: whose file it is has to be known before it is shown.
    lines = await in_thread(read_report, console.paths, run.id)
    file, command = report_file(console.paths, run.id), pager_command(os.environ)
    if command and show_in_pager(app, command, file):
        return None
    return TextScreen(("Runs", run_title(run, console.glyphs.cut), "report"), lines, note=str(file))

"""`imaging` alone: the console."""

from __future__ import annotations

import os

from imaging.commands import session
from imaging.commands.invocation import Invocation
from imaging.commands.prompting import somebody_is_there
from imaging.runtime.logs import start_logging
from models.errors import UsageError
from tui.console import run_console


def open_console(said: Invocation) -> int:
    """Show the console until the user leaves it.

    Raises:
        UsageError: this is no terminal that a console can be drawn on.
    """
    if said.json:
        raise UsageError("The console writes no JSON.", remedy="Name a command, such as `imaging instances --json`.")
    if not somebody_is_there() or os.environ.get("TERM", "dumb") == "dumb":
        raise UsageError(
            "The console needs a terminal.",
            remedy="Without one use the commands, such as `imaging instances`; `imaging --help` lists them.",
        )
    places, settings = session.paths(), session.settings()
    start_logging(places, "console", settings.log_level)
    return run_console(
        cloud_name=session.cloud_name(said),
        profile=session.profile(said),
        settings=settings,
        paths=places,
    )

"""`imaging` alone: the console."""

from __future__ import annotations

import os

from imaging.commands.flow import session
from imaging.commands.flow.demo_cloud import join_demonstration
from imaging.commands.options.invocation import Invocation
from imaging.commands.output.prompts import is_interactive
from models.errors import UsageError
from tui.console import run_console


def open_console(invocation: Invocation) -> int:
    """Show the console until the user leaves it.

    Raises:
        UsageError: this is no terminal that a console can be drawn on.
    """
    if invocation.json:
        raise UsageError("The console cannot write JSON.", remedy="Use a command, such as `imaging instances --json`.")
    if not is_interactive() or os.environ.get("TERM", "dumb") == "dumb":
        raise UsageError(
            "The console needs a terminal.",
            remedy="Use a command instead, such as `imaging instances`; `imaging --help` lists them.",
        )
    places, settings = session.paths(), session.settings()
    session.begin_log(places, "console", settings.log_level)
    return run_console(
        cloud_name=session.cloud_name(invocation),
        profile=session.profile(invocation),
        settings=settings,
        paths=places,
        join_demonstration=lambda: join_demonstration(places.state, os.environ),
    )

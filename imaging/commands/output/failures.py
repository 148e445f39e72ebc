"""How a failure is told: what failed, what it means, what to do, and the cloud's id of the request. No traceback."""

from __future__ import annotations

import logging
from pathlib import Path

from imaging.commands.output.streams import say
from imaging.runtime.logs import start_logging
from imaging.runtime.paths import Paths
from models.errors import ConfigError, ImagingError
from models.exit_code import ExitCode
from models.run.record import Trouble

LOG_NAME = "command"
"""The name of the log that all commands share."""

_log = logging.getLogger(__name__)


def tell(trouble: ImagingError | Trouble, *, heading: str = "Error") -> None:
    """Print the parts of an error, each on its own line."""
    say(f"{heading}: {trouble.what}")
    for label, part in (
        ("What it means", trouble.meaning),
        ("What to do", trouble.remedy),
        ("Request", trouble.request_id),
    ):
        if part:
            say(f"  {label}: {part}")


def print_unexpected(error: Exception) -> ExitCode:
    """Say briefly that something unexpected happened; the rest goes to the log, without secrets or local variables.

    Returns:
        The exit status for a mistake in this program.
    """
    log = _log_file()
    _log.error("unexpected", exc_info=error)
    say(f"Error: something unexpected happened in the Imaging Console ({type(error).__name__}).")
    say("  What it means: a run in progress continues by itself; `imaging runs` shows it.")
    say(f"  What to do: please report this{f', with the log {log}' if log else ''}.")
    return ExitCode.OWN_MISTAKE


def _log_file() -> Path | None:
    """The log of the commands, opened if it is not yet; None where there can be none."""
    try:
        return start_logging(Paths.of_user(), LOG_NAME)
    except (OSError, ConfigError):
        logging.getLogger().addHandler(logging.NullHandler())  # else Python would print the traceback
        return None

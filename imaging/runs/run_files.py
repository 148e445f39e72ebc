"""What lies in a run's folder beside the journal: its report, and the console of its test instance."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from imaging.runs.lineage.passport import kept_passport
from imaging.runs.report.run_report import MARKDOWN_NAME
from imaging.runs.steps.seal import CLONE_CONSOLE
from imaging.runs.test_instance.console_watch import CONSOLE_LOG
from imaging.runtime.paths import Paths
from imaging.runtime.private_files import NotPrivateError, read_private
from models.errors import ImagingError
from models.text import many_lines

_LIMIT_BYTES = 8_000_000
_SPENT_COLOURS = re.compile(r"\[(?:\d{1,3}(?:;\d{1,3}){0,8})?[mK]")
"""What is left of colour codes after Nova has taken out the escape character before them."""


def report_file(paths: Paths, run_id: str) -> Path:
    """Where the report of a run lies."""
    return paths.run_folder(run_id) / MARKDOWN_NAME


def console_file(paths: Paths, run_id: str) -> Path:
    """Where the console of a run's test instance lies."""
    return paths.run_folder(run_id) / CONSOLE_LOG


def read_report(paths: Paths, run_id: str) -> tuple[str, ...]:
    """The report of a run, line by line. Reads a file: for a thread.

    Raises:
        ImagingError: it is not on this machine, or cannot be read.
    """
    return _lines(report_file(paths, run_id), "The report")


def read_console(paths: Paths, run_id: str) -> tuple[str, ...]:
    """The console of a run's test instance, line by line, cleaned. Reads a file: for a thread.

    Raises:
        ImagingError: it is not on this machine, or cannot be read.
    """
    return tuple(_SPENT_COLOURS.sub("", line) for line in _lines(console_file(paths, run_id), "The console log"))


def read_clone_console(paths: Paths, run_id: str) -> tuple[str, ...]:
    """The console of the clone of a sealed run, line by line, cleaned. Reads a file: for a thread.

    Raises:
        ImagingError: it is not on this machine, or cannot be read.
    """
    file = paths.run_folder(run_id) / CLONE_CONSOLE
    return tuple(_SPENT_COLOURS.sub("", line) for line in _lines(file, "The console log of the clone"))


def passport_in_folder(paths: Paths, run_id: str) -> str | None:
    """The JSON form of the passport that a run has kept; None where there is none. Reads a file: for a thread."""
    return kept_passport(paths.run_folder(run_id))


def _lines(file: Path, what: str) -> tuple[str, ...]:
    try:
        content = read_private(file, _LIMIT_BYTES)
    except FileNotFoundError:
        raise ImagingError(
            f"{what} is not on this machine.", remedy=f"The run's own machine keeps it in {file.parent}."
        ) from None
    except NotPrivateError as error:
        raise ImagingError(f"{what} is not read: {error.strerror}.", remedy=error.remedy) from None
    except OSError as error:
        why = "it is too large" if error.errno == errno.EFBIG else error.strerror or "unknown"
        raise ImagingError(f"{what} cannot be read: {why}.", remedy=f"It lies in {file}.") from None
    return tuple(many_lines(content.decode("utf-8", "replace")).split("\n"))

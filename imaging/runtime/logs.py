"""The log of a process: a rotating file closed to others, without secrets. Nothing is ever logged to the terminal."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from imaging.runtime.paths import Paths
from imaging.runtime.private_files import close_folder, open_private
from imaging.runtime.redaction import Redactor, redactor
from models.settings import LogLevel
from models.text import many_lines

_BYTES_PER_FILE = 1_000_000
_OLD_FILES = 3
_TALKATIVE = (
    "asyncssh",
    "keystoneauth",
    "keystoneauth1",
    "openstack",
    "urllib3",
    "stevedore",
    "keyring",
    "asyncio",
    "dogpile",
)
"""Libraries whose debug output holds bodies and headers, or is useless here: warnings and worse alone."""


class _CleanFormatter(logging.Formatter):
    """One line for each record, in UTC, cleaned after everything (the traceback too) has been put together."""

    converter: Callable[[float | None], time.struct_time] = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, cleaner: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(process)d %(name)s: %(message)s")
        self._cleaner = cleaner

    def format(self, record: logging.LogRecord) -> str:
        """The whole text of the record, without secrets and control codes.

        Its further lines are set in, so that nothing that a stranger said looks like a record of its own.
        """
        text = many_lines(self._cleaner.clean(super().format(record)).replace("\r", "\N{REPLACEMENT CHARACTER}"))
        return text.replace("\n", "\n    ")


class _PrivateFileHandler(RotatingFileHandler):
    """A rotating file of mode 0600; a full disk or a lost home never disturbs the program."""

    def _open(self) -> TextIOWrapper:
        descriptor = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123  # a descriptor

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is the standard library's
        """Say nothing: the default would print on the terminal that the console draws on."""


def start_logging(paths: Paths, name: str, level: LogLevel = "info") -> Path:
    """Send the logs of this process to `NAME.log` in the log folder, and Python's warnings with them.

    Args:
        paths: where the log folder is; it is made when missing.
        name: `console`, `command`, or `runner-<run>`.
        level: the lowest level that is written.

    Returns:
        The path of the file.

    Raises:
        NotPrivateError: the folder or the file is somebody else's, or a link.
        OSError: the folder cannot be made or the file not opened.
    """
    close_folder(paths.logs)
    path = paths.logs / f"{name}.log"
    handler = _PrivateFileHandler(path, maxBytes=_BYTES_PER_FILE, backupCount=_OLD_FILES, encoding="utf-8")
    handler.setFormatter(_CleanFormatter(redactor))
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old, _PrivateFileHandler):
            root.removeHandler(old)
            old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    return path

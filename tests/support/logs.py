"""The log of the program, closed again after a test; the program itself keeps it until it ends."""

from __future__ import annotations

import logging

from imaging.runtime.logs import _PrivateFileHandler


def stop_logging() -> None:
    """Close the log file."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _PrivateFileHandler):
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(capture=False)

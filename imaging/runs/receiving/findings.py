"""What was found in the file of an export, kept in the run's folder until the report is written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imaging.runtime.private_files import read_private, write_private
from models import foreign
from models.errors import ForeignValueError
from models.findings import Checklist

_NAME: Final = "file-findings.json"
_MOST_BYTES: Final = 40_000_000


def keep_findings(folder: Path, checklist: Checklist) -> None:
    """Keep them, mode 0600.

    Raises:
        OSError: they cannot be written.
    """
    write_private(folder / _NAME, checklist.model_dump_json())


def kept_findings(folder: Path) -> Checklist | None:
    """What was kept; None where nothing was, or it cannot be read."""
    try:
        return foreign.model(Checklist, read_private(folder / _NAME, _MOST_BYTES), max_bytes=_MOST_BYTES)
    except (OSError, ForeignValueError):
        return None

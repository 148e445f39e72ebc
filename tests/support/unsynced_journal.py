"""The journal of a test need not outlive a power cut: nobody waits for the disk.

A journal that waits for the disk at each transaction, ten milliseconds, made tests wait a hundred times a run. That it
does so for a user is tested in `tests/runs/engine/test_journal.py`, which takes this away.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from imaging.runs.journal import journal

AS_IT_IS: Final = journal._set_up


def _set_up(connection: sqlite3.Connection) -> None:
    AS_IT_IS(connection)
    connection.execute("PRAGMA synchronous = OFF")


def begin() -> None:
    """From now on, in this process."""
    journal._set_up = _set_up

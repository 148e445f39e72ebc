"""The driver of the console, which also notes what Textual writes: so both can be shown and compared.

For `TEXTUAL_DRIVER`; the file is named by `NOTE_TO`.
"""

from __future__ import annotations

import os
from pathlib import Path

from tui.terminal.driver import CellDriver


class NotingDriver(CellDriver):
    """Notes every text before it is sent."""

    def write(self, data: str) -> None:
        """Note it, then send what differs."""
        with Path(os.environ["NOTE_TO"]).open("a", encoding="utf-8") as notes:
            notes.write(data)
        super().write(data)

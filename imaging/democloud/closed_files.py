"""Files that only their owner may read, written in one step."""

from __future__ import annotations

import os
from pathlib import Path


def write_closed(path: Path, text: str) -> None:
    """Put a text in the place of a file: whoever reads meanwhile gets the old one or the new one, whole."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)

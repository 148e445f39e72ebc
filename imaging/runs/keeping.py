"""Files of a run that nobody but its owner may read."""

from __future__ import annotations

import os
from pathlib import Path


def save_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read, in one step: a reader never sees half of it."""
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    fresh.chmod(0o600)
    fresh.replace(path)

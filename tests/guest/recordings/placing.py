"""Files and links in a tree, with their times."""

from __future__ import annotations

import os
from pathlib import Path

NOW = 1795435200
"""23 November 2026, 12:00 UTC: when everything was recorded, by the clock in the trees."""
DAY = 86_400


def put(root: Path, path: str, content: str | bytes = "", *, mode: int = 0o644, at: int = NOW - 5 * DAY) -> Path:
    """Put a file into a tree, with the folders above it."""
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
    os.utime(file, (at, at))
    return file


def link(root: Path, path: str, target: str, *, at: int = NOW - 5 * DAY) -> None:
    """Put a symbolic link into a tree."""
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    os.utime(place, (at, at), follow_symlinks=False)

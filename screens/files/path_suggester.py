"""Proposes the rest of a path while it is written."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Final

from textual.suggester import Suggester

from imaging.runtime.threads import in_thread

_MOST_NAMES: Final = 2000


class PathSuggester(Suggester):
    """The first name of the directory that begins like what is written; read beside the screen."""

    def __init__(self) -> None:
        """Keep nothing: directories change."""
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole path, or None."""
        return await in_thread(_suggestion, value)


def _suggestion(value: str) -> str | None:
    folder, _, begun = value.rpartition("/")
    if not begun:
        return None
    try:
        with os.scandir(Path(f"{folder}/").expanduser() if folder or value.startswith("/") else Path()) as found:
            names = sorted(each.name for each in islice(found, _MOST_NAMES) if each.name.startswith(begun))
    except (OSError, RuntimeError, ValueError):
        return None
    fitting = next((name for name in names if name.isprintable()), None)
    return None if fitting is None else f"{value.removesuffix(begun)}{fitting}"

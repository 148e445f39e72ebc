"""Shows a file in the user's own pager."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import App

from screens.programs.terminal import run_in_terminal, words_of


def pager_command(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The user's pager as a command; empty where none is set, or the one that is set is not there."""
    words = words_of(environment.get("PAGER", ""))
    return words if words and shutil.which(words[0]) else ()


def show_in_pager(app: App[Any], command: Sequence[str], file: Path) -> bool:
    """Show a file in a pager until the user leaves it; False where that is not possible, and nothing was shown."""
    # LESSSECURE: what a guest printed is looked at, and no command is run from there.
    return run_in_terminal(app, [*command, str(file)], {"LESSSECURE": "1"}) is not None

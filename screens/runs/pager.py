"""Shows a file in the user's own pager, while the console stands aside."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported


def pager_command(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The user's pager as a command; empty where none is set, or the one that is set is not there."""
    try:
        words = shlex.split(environment.get("PAGER", ""))
    except ValueError:
        return ()
    return tuple(words) if words and shutil.which(words[0]) else ()


def show_in_pager(app: App[Any], command: Sequence[str], file: Path) -> bool:
    """Show a file in a pager until the user leaves it; False where that is not possible, and nothing was shown.

    The console waits meanwhile, as the terminal is not its own. Runs have a process of their own and continue.
    """
    try:
        with app.suspend():
            return _ran(command, file)
    except (SuspendNotSupported, OSError):
        return False


def _ran(command: Sequence[str], file: Path) -> bool:
    # ctrl+c belongs to the pager now. A function, not SIG_IGN: that one the pager would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        # LESSSECURE: what a guest printed is looked at, and no command is run from there.
        environment = {**os.environ, "LESSSECURE": "1"}
        subprocess.run([*command, str(file)], check=False, env=environment)  # noqa: S603  # the user's own choice
    finally:
        signal.signal(signal.SIGINT, before)
    return True

"""Hands the terminal to a program until it ends; the console stands aside meanwhile."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import App, SuspendNotSupported


def words_of(value: str) -> tuple[str, ...]:
    """A program with its options, as a variable names it; empty where it names none, or cannot be parsed."""
    try:
        return tuple(shlex.split(value))
    except ValueError:
        return ()


def run_in_terminal(app: App[Any], command: Sequence[str], environment: Mapping[str, str] | None = None) -> int | None:
    """Run a program on the terminal until it ends.

    The console waits meanwhile, as the terminal is not its own. Runs have a process of their own and continue.

    Args:
        app: the application.
        command: the program and its arguments.
        environment: what is added to the variables of the console.

    Returns:
        Its exit status, negative where a signal ended it; None where it could not be started.
    """
    status = None
    try:
        with app.suspend():
            # Caught here: an error that leaves the block would leave the terminal to nobody.
            status = _status_of(command, {**os.environ, **(environment or {})})
    except SuspendNotSupported:
        return None
    app.refresh(layout=True)
    return status


def _status_of(command: Sequence[str], environment: Mapping[str, str]) -> int | None:
    # ctrl+c belongs to the program now. A function, not SIG_IGN: that one the program would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run([*command], check=False, env=environment).returncode  # noqa: S603  # the user's own choice
    except OSError:
        return None
    finally:
        signal.signal(signal.SIGINT, before)

"""The gate's test of the console: what it takes for open, and what it does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.gate.loading import REPOSITORY

LIST = r"printf '\033[1mdb-07\033[0m  \033[2K 16 \033[31m\033[0minstances'"
"""The list, with the colours of a terminal in between."""
QUITS = "stty raw; head -c 1 >/dev/null"


def opened(script: str) -> tuple[int, str]:
    command = [sys.executable, str(REPOSITORY / ".ci/open_console.py"), "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout


def test_a_console_that_shows_its_list_and_quits_by_its_key_is_open():
    status, said = opened(f"{LIST}; {QUITS}")
    assert status == 0
    assert "opened, showed its list, and ended" in said


@pytest.mark.parametrize(
    "script",
    [
        "exit 0",
        "echo db-07 Asking the cloud; exit 0",
        f"{LIST}; {QUITS}; exit 1",
        f"{LIST}; {QUITS}; echo Traceback",
        "no-such-program",
    ],
)
def test_any_other_end_is_told_with_what_was_on_the_terminal(script):
    status, said = opened(script)
    assert status == 1
    assert "exit status" in said

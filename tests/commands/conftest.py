"""The command line as it is called, with nothing of the developer's own within reach."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.commands.main import run
from imaging.runs.process import spawn
from tests.support.logs import stop_logging
from tests.support.warm_programs import LIKE_SUBPROCESS, fork

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a command line."""

    status: int
    out: str
    err: str


Imaging = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def runners_are_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runner loads nothing again; how one is really started is seen in tests/runs/engine and tests/acceptance."""
    monkeypatch.setattr(spawn, "subprocess", LIKE_SUBPROCESS)


@pytest.fixture
def imaging(capsys: pytest.CaptureFixture[str]) -> Iterator[Imaging]:
    """Calls the command line in this process; no failure may show a traceback."""

    def call(*arguments: str) -> Outcome:
        status = run(arguments)
        written = capsys.readouterr()
        assert "Traceback" not in written.err + written.out
        return Outcome(status, written.out, written.err)

    yield call
    stop_logging()


@pytest.fixture
def program() -> Imaging:
    """Calls the command line as a program of its own."""

    def call(*arguments: str, **environment: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "imaging.commands", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def at_terminal() -> Imaging:
    """Calls the command line on a terminal of its own, and answers its question; everything shown is in `out`."""

    def call(*arguments: str, question: str = "", answer: str = "", **environment: str) -> Outcome:
        terminal, side = os.openpty()
        place = {**os.environ, "TERM": "xterm-256color", **environment}
        process = fork("imaging.commands", arguments, [side] * 3, environment=place, session=True, controls=True)
        os.close(side)
        shown = _shown(terminal, question.encode(), f"{answer}\n".encode())
        os.close(terminal)
        assert "Traceback" not in shown
        return Outcome(process.wait(60), shown, "")

    return call


def _shown(terminal: int, question: bytes, answer: bytes) -> str:
    shown, answered = b"", not question
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # the program has ended
                break
        if not answered and question in shown:
            os.write(terminal, answer)
            answered = True
    return shown.decode()

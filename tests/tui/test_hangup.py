"""A closed terminal ends the console, no matter who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Event

import pytest

from tests.support.demo import REPOSITORY
from tui.terminal.hangup import end_with_the_terminal, watch_terminal

_STUCK = """
import sys, threading, tui.terminal.hangup
tui.terminal.hangup.LEAVE_SECONDS = 0.1
tui.terminal.hangup.end_with_the_terminal()
tui.terminal.hangup.watch_terminal(0, lambda: print("asked to end", flush=True))
threading.Event().wait()
"""


@pytest.fixture
def ignored_hangup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_hangup_ends_the_process_though_its_parent_ignores_hangups(ignored_hangup):
    end_with_the_terminal()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def test_a_program_that_does_not_end_when_its_terminal_is_gone_is_ended():
    side, programs_side = os.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", _STUCK],
        stdin=programs_side,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        start_new_session=True,
    )
    os.close(programs_side)
    os.close(side)
    told, _ = program.communicate(timeout=20)
    assert told == b"asked to end\n"
    assert program.returncode == -signal.SIGHUP


def test_a_program_that_does_not_end_by_the_signal_that_asked_is_ended_by_force():
    stuck = """
import signal, threading, tui.terminal.hangup as hangup
hangup.LEAVE_SECONDS, hangup._BETWEEN_SECONDS = 0.1, 0.1
signal.signal(signal.SIGTERM, signal.SIG_IGN)
hangup.end_by_force_later(signal.SIGTERM)
threading.Event().wait()
"""
    done = subprocess.run([sys.executable, "-c", stuck], cwd=REPOSITORY, check=False, timeout=20)
    assert done.returncode == -signal.SIGKILL


def test_what_is_no_terminal_is_not_watched():
    asked = Event()
    reading, writing = os.pipe()
    os.close(writing)
    watch_terminal(reading, asked.set)
    assert not asked.wait(0.2)
    os.close(reading)

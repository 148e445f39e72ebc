"""A closed terminal ends the console, no matter who started it."""

from __future__ import annotations

import signal

import pytest

from tui.hangup import end_with_the_terminal


@pytest.fixture
def ignored_hangup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_hangup_ends_the_process_though_its_parent_ignores_hangups(ignored_hangup):
    end_with_the_terminal()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL

"""What the terminal is spared: bytes while nothing happens, and waiting for a cloud that does not answer."""

from __future__ import annotations

import time

import pytest

from tests.acceptance.program import Machine
from tests.acceptance.terminal import wait_for
from tests.support.demo import DemoCloud
from tests.support.hurry import SPEED

IDLE_SECONDS = 20
"""Of the program: four times the instance whose checklist is on show is read again."""


@pytest.mark.parametrize("haste", [5, pytest.param(1, marks=pytest.mark.slow)])  # drawing knows no haste
def test_an_idle_console_writes_nothing_to_the_terminal(
    machine: Machine, demo: DemoCloud, monkeypatch: pytest.MonkeyPatch, haste: int
) -> None:
    demo.hold()
    monkeypatch.setenv(SPEED, str(haste))
    with machine.console() as console:
        console.sees("16 instances", "not inspected", "Lock of the instance")
        console.comes_to_rest()
        demo.forget_calls()
        written = len(console.written)
        time.sleep(IDLE_SECONDS / haste)

        assert console.written[written:] == b""
        assert len(demo.calls("GET")) > 4, "it did look at the cloud"
        console.press("q")
        assert console.ended() == 0


def test_quitting_takes_no_two_seconds_while_the_cloud_does_not_answer(fresh_machine: Machine, demo: DemoCloud) -> None:
    demo.faults({"method": "*", "path": "/compute", "delay": 600, "times": -1})
    with fresh_machine.console() as console:
        console.sees("Reading from the cloud")
        wait_for(lambda: demo.calls(path="/compute"))
        console.press("q")
        begun = time.monotonic()
        assert console.ended() == 0
        assert time.monotonic() - begun < 2


def test_quitting_takes_no_two_seconds_while_the_login_does_not_answer(fresh_machine: Machine, demo: DemoCloud) -> None:
    demo.faults({"method": "*", "path": "/identity", "delay": 600, "times": -1})
    with fresh_machine.console() as console:
        console.sees("Logging in")
        wait_for(lambda: demo.calls(path="/identity"))
        console.press("q")
        begun = time.monotonic()
        assert console.ended() == 0
        assert time.monotonic() - begun < 2

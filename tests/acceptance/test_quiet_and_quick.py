"""What the terminal is spared: bytes while nothing happens, and waiting for a cloud that does not answer."""

from __future__ import annotations

import time

from tests.acceptance.program import Machine
from tests.acceptance.terminal import wait_for
from tests.support.demo import DemoCloud

IDLE_SECONDS = 20
"""Four times the instance whose checklist is on show is read again."""


def test_an_idle_console_writes_nothing_to_the_terminal(machine: Machine, demo: DemoCloud) -> None:
    demo.hold()
    with machine.console() as console:
        console.sees("16 instances", "not inspected", "Lock of the instance")
        time.sleep(2)
        demo.forget_calls()
        written = len(console.written)
        time.sleep(IDLE_SECONDS)

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

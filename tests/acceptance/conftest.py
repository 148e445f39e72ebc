"""The program as its users have it: real processes, a real terminal, real HTTP, a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine
from tests.support.demo import DemoCloud

SPEED = 20
"""How many seconds of the demonstration cloud pass in a real one."""


@pytest.fixture
def demo(demo_cloud: DemoCloud) -> Iterator[DemoCloud]:
    """The demonstration cloud, in a hurry."""
    demo_cloud.speed(SPEED)
    yield demo_cloud
    demo_cloud.reset()


@pytest.fixture
def api(demo: DemoCloud) -> PlainApi:
    """The plain way to it."""
    return PlainApi(demo)


@pytest.fixture
def machine(own_home: Path, demo: DemoCloud) -> Iterator[Machine]:
    """The user's machine; what the program left running there is ended after the test."""
    machine = Machine(own_home)
    yield machine
    machine.end_everything()

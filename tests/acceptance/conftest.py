"""The program as its users have it: real processes, a real terminal, real HTTP, a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine
from tests.support.demo import DemoCloud
from tests.support.hurried_runs import hurried


@pytest.fixture
def demo(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoCloud]:
    """The demonstration cloud, in a hurry."""
    yield hurried(demo_cloud, monkeypatch)
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


@pytest.fixture
def fresh_machine(own_home: Path, demo: DemoCloud) -> Iterator[Machine]:
    """The user's machine, where every process is one that is really started."""
    machine = Machine(own_home, is_fresh=True)
    yield machine
    machine.end_everything()

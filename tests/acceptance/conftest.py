"""The program as its users have it: real processes, a real terminal, real HTTP, a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine
from tests.support import hurry
from tests.support.demo import DemoCloud

SPEED = 20
"""How many seconds of the demonstration cloud pass in a real one."""
HASTE = 3
"""How many seconds of the program."""


@pytest.fixture
def demo(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoCloud]:
    """The demonstration cloud, in a hurry."""
    demo_cloud.speed(SPEED)
    monkeypatch.setenv(hurry.SPEED, str(HASTE))
    demo = as_patient(demo_cloud)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(demo.clouds_yaml))
    yield demo
    demo_cloud.reset()


def as_patient(demo: DemoCloud) -> DemoCloud:
    """The cloud with an entry by which a console may be silent as long in real seconds as ever."""
    everything = yaml.safe_load(demo.clouds_yaml.read_text())
    for entry in everything["clouds"].values():
        entry["imaging"]["console_silence_seconds"] *= HASTE
    file = demo.clouds_yaml.with_name("patient.yaml")
    file.write_text(yaml.safe_dump(everything), encoding="utf-8")
    file.chmod(0o600)
    return replace(demo, clouds_yaml=file)


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

"""A real guest on a real cloud: launched, spoilt, inspected, fixed, removed.

Needs a cloud whose instances really boot, named by the environment: OS_CLIENT_CONFIG_FILE, IMAGING_TEST_GUEST_CLOUD,
_IMAGE, _FLAVOR, _NETWORK, _KEYPAIR, _KEY (the private key's file), _USER, and _HOST, this machine's address as the
guests reach it. Debian guests: the updates come from a repository of two packages served from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.realguest.machine import NAME, Machine, launched
from tests.realguest.repository import Repository, served

_CLOUDS = os.environ.get("OS_CLIENT_CONFIG_FILE", "")
"""Read before the tests' own home is made, which hides it."""
_NAMES = ("CLOUD", "IMAGE", "FLAVOR", "NETWORK", "KEYPAIR", "KEY", "USER", "HOST")


@dataclass(frozen=True)
class Place:
    """Where the tests run."""

    cloud: str
    image: str
    flavor: str
    network: str
    keypair: str
    key: Path
    user: str
    host: str


@pytest.fixture(scope="session")
def place() -> Place:
    said = {name.lower(): os.environ.get(f"IMAGING_TEST_GUEST_{name}", "") for name in _NAMES}
    missing = [f"IMAGING_TEST_GUEST_{name.upper()}" for name, value in said.items() if not value]
    if missing:
        pytest.skip(f"needs a cloud with real guests: {', '.join(missing)}")
    key = Path(said.pop("key"))
    return Place(**said, key=key)


@pytest.fixture(scope="session")
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State, configuration and known_hosts of this run alone, for all its tests."""
    return tmp_path_factory.mktemp("console")


@pytest.fixture(autouse=True)
def own_cloud(own_home: Path, own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud is within reach, and what the console keeps stays from test to test."""
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", _CLOUDS)
    monkeypatch.setenv("HOME", str(own_state))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(scope="session")
def repository(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    with served(tmp_path_factory.mktemp("repository"), place.host) as repository:
        yield repository


@pytest.fixture(scope="module")
def source(place: Place) -> Iterator[Machine]:
    """An instance of this module's own: it is stopped and started again. The images of its runs go with it."""
    with launched(place) as machine:
        yield machine
        for image in machine.cloud.list_images():
            if image.name.startswith(f"{NAME}-"):
                machine.cloud.delete_image(image.id)


@pytest.fixture(scope="session")
def machine(place: Place) -> Iterator[Machine]:
    with launched(place) as machine:
        yield machine

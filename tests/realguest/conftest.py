"""A real guest on a real cloud: launched, spoilt, looked into, mended, removed.

Needs a cloud whose instances really boot, named by the environment: IMAGING_TEST_GUEST_CLOUD (in clouds.yaml),
IMAGING_TEST_GUEST_IMAGE, _FLAVOR, _NETWORK, _KEYPAIR, _KEY (the private key's file), _USER, and _HOST, this machine's
address as the guests reach it. Debian guests: the updates come from a repository of two packages served from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.realguest.machine import Machine, launched
from tests.realguest.repository import Repository, served

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
    return Place(**{**said, "key": Path(said["key"])})


@pytest.fixture(scope="session")
def repository(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    with served(tmp_path_factory.mktemp("repository"), place.host) as repository:
        yield repository


@pytest.fixture(scope="session")
def machine(place: Place) -> Iterator[Machine]:
    with launched(place) as machine:
        yield machine

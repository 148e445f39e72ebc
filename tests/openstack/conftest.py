"""The tests of this folder want a real OpenStack: `make test-openstack`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.clouds import choice, cloud, demonstration_cloud, demonstration_session, real_cloud
from tests.contract.subject import ON_REAL_CLOUD
from tests.openstack.rule_fixtures import base_image, ground, instance, kept
from tests.openstack.sources import before, imaging, source

__all__ = [
    "base_image",
    "before",
    "choice",
    "cloud",
    "demonstration_cloud",
    "demonstration_session",
    "ground",
    "imaging",
    "instance",
    "kept",
    "real_cloud",
    "source",
]

NEEDS_REAL = pytest.mark.skipif(not ON_REAL_CLOUD, reason="needs a real OpenStack: make test-openstack")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark those that ask for a cloud, and skip them in `make test`."""
    for item in items:
        asks = not {"cloud", "real_cloud"}.isdisjoint(getattr(item, "fixturenames", ()))
        if asks and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.openstack)
            item.add_marker(NEEDS_REAL)
            item.add_marker(pytest.mark.timeout(600))

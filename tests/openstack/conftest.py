"""The tests of this folder want a real OpenStack: `make test-openstack`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.clouds import choice, cloud, demonstration_cloud, demonstration_session, real_cloud
from tests.contract.subject import ON_REAL_CLOUD

__all__ = ["choice", "cloud", "demonstration_cloud", "demonstration_session", "real_cloud"]

NEEDS_REAL = pytest.mark.skipif(not ON_REAL_CLOUD, reason="needs a real OpenStack: make test-openstack")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them, and skip them in `make test`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.openstack)
            item.add_marker(NEEDS_REAL)
            item.add_marker(pytest.mark.timeout(600))

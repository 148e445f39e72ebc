"""The demonstration cloud with its clock held: time passes only when a test turns it."""

from __future__ import annotations

import pytest

from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud


@pytest.fixture
def held(demo_cloud: DemoCloud) -> DemoCloud:
    demo_cloud.hold()
    return demo_cloud


@pytest.fixture
def ada(held: DemoCloud) -> Talk:
    """The owner of most instances of the project."""
    return Talk.log_in(held)

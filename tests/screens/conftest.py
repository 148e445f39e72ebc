"""The screens are tried on the demonstration cloud."""

from __future__ import annotations

import pytest

from tests.support.demo import DemoCloud


@pytest.fixture
def demo(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch) -> DemoCloud:
    """The demonstration cloud, found by the console."""
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(demo_cloud.clouds_yaml))
    return demo_cloud

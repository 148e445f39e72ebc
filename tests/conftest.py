"""Nothing of the developer's own machine is within reach of a test: no home, no clouds.yaml, no keyring."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from tests.support.demo import demo_cloud, demo_process

__all__ = ["demo_cloud", "demo_process"]

# The same examples at each run, so that a gate says the same of the same code; others with IMAGING_TEST_EXPLORE=1.
hypothesis.settings.register_profile("steady", derandomize=True)
if not os.environ.get("IMAGING_TEST_EXPLORE"):
    hypothesis.settings.load_profile("steady")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HOME, without OS_* variables, proxies or keyring."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("OS_", "XDG_", "IMAGING_")) or name.lower().endswith("_proxy"):
            if name.startswith("IMAGING_TEST_"):
                continue
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.chdir(home)
    return home

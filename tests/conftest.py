"""Nothing of the developer's own machine is within reach of a test: no home, no clouds.yaml, no keyring."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.demo import demo_cloud, demo_process

__all__ = ["demo_cloud", "demo_process"]


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

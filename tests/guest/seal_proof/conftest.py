"""A guest on a tree, in each shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guest.seal_proof.proving import Guest
from tests.support.shells import EACH_SHELL


@pytest.fixture(params=EACH_SHELL)
def guest(request: pytest.FixtureRequest, tmp_path: Path) -> Guest:
    root = tmp_path / "disk"
    for folder in ("etc", "var/lib", "home", "root", "run"):
        (root / folder).mkdir(parents=True)
    return Guest(root, str(request.param))

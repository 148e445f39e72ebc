"""A test instance on a tree, in each shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guest.works.instance import Instance
from tests.support.shells import EACH_SHELL


@pytest.fixture(params=EACH_SHELL)
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Instance:
    return Instance.on_tree(tmp_path, str(request.param))

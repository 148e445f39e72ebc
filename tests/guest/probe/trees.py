"""Trees for the tests of the parts: built once for those that only read, anew for those that change something."""

from __future__ import annotations

import atexit
import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.guest.trees.building import build_tree, remove_tree

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can set owners and become somebody else")


@cache
def tree(kind: str) -> Path:
    """One to look at; nobody may look at it, too."""
    return new_tree(kind)


def new_tree(kind: str) -> Path:
    """One to change."""
    folder = Path(tempfile.mkdtemp(prefix="imaging-tree-"))
    folder.chmod(0o755)
    atexit.register(remove_tree, folder)
    return build_tree(kind, folder / kind)

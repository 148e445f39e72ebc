"""Trees for the tests of the parts: built once for those that only read, again for those that change something."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

from tests.guest.trees.building import build_tree, remove_tree
from tests.support.needs import needs

needs_root = needs("root")
"""Only root can set owners and become somebody else."""


@cache
def tree(kind: str) -> Path:
    """One to read; nobody may read it, too."""
    return new_tree(kind)


def new_tree(kind: str) -> Path:
    """One to change."""
    folder = Path(tempfile.mkdtemp(prefix="imaging-tree-"))
    folder.chmod(0o755)
    atexit.register(remove_tree, folder)
    return build_tree(kind, folder / kind)

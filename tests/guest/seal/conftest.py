"""A tree of Debian to be sealed, and a folder of the machine that no seal may touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guest.probe.trees import new_tree


@pytest.fixture
def root() -> Path:
    return new_tree("debian-12")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of the machine, which no seal may touch."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious").write_text("1\n")
    return folder

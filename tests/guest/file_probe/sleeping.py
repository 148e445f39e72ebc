"""The trees of the tests as a disk holds them: without what a running system shows in /proc, /sys and /run."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.guest.probe.trees import new_tree
from tests.guest.recordings.building import build
from tests.guest.recordings.guests import GUESTS
from tests.guest.trees.building import KINDS, SYSTEMS, remove_tree

TREES = (*KINDS, *(f"recorded {name}" for name in GUESTS))
"""The systems that the probe's own tests read, and the guests that were recorded."""
_QUICK = ("ubuntu-24.04", "centos-7", "rocky-9", "recorded db-07", "recorded hostile")
EACH_TREE = tuple(name if name in _QUICK else pytest.param(name, marks=pytest.mark.slow) for name in TREES)
"""As parameters: always one of each family and one full of odd things, the others among the slow tests."""
_RUNNING = ("proc", "sys", "run", ".tools")


def is_debian(name: str) -> bool:
    """Whether it has dpkg: known before it is built."""
    if name in KINDS:
        return SYSTEMS[name].family == "debian"
    return GUESTS[name.removeprefix("recorded ")].family == "debian-family"


@cache
def awake(name: str) -> Path:
    """One to read, with all that it shows while it runs."""
    if name in KINDS:
        return new_tree(name)
    folder = Path(tempfile.mkdtemp(prefix="imaging-tree-"))
    atexit.register(remove_tree, folder)
    return build(GUESTS[name.removeprefix("recorded ")], folder / "guest")


@cache
def asleep(name: str) -> Path:
    """The same as its disk is: one to read."""
    folder = Path(tempfile.mkdtemp(prefix="imaging-tree-"))
    atexit.register(remove_tree, folder)
    return put_to_sleep(shutil.copytree(awake(name), folder / "guest", symlinks=True))


def put_to_sleep(root: Path) -> Path:
    """Empty the folders in which a running system shows what it does."""
    for name in _RUNNING:
        shutil.rmtree(root / name, ignore_errors=True)
    return root

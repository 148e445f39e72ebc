"""A package is entered without what its `__init__` loads, and still given whole to code that asks for it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from imaging.runtime.imports import bare_package

ROOT = Path(__file__).parents[2]


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package whose `__init__` loads much, with a module that needs little."""
    name = "a_heavy_package"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("from a_heavy_package.much import everything\n")
    (folder / "much.py").write_text("everything = 'all of it'\n")
    (folder / "little.py").write_text("some = 'a little'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for loaded in [known for known in sys.modules if known.partition(".")[0] == name]:
        del sys.modules[loaded]


def test_its_modules_are_there_and_the_rest_is_not_loaded(heavy: str):
    bare_package.enter(heavy, frozenset({"everything"}))
    assert importlib.import_module(f"{heavy}.little").some == "a little"
    assert f"{heavy}.much" not in sys.modules


def test_it_is_whole_once_somebody_asks_for_what_it_gives(heavy: str):
    bare_package.enter(heavy, frozenset({"everything"}))
    assert importlib.import_module(heavy).everything == "all of it"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = importlib.import_module(heavy).nothing


def test_one_that_was_loaded_before_stays_as_it_is(heavy: str):
    before = importlib.import_module(heavy)
    bare_package.enter(heavy, frozenset())
    assert sys.modules[heavy] is before


def test_one_that_is_missing_is_missed_by_its_import():
    bare_package.enter("no_such_package", frozenset())
    assert "no_such_package" not in sys.modules


def test_the_inspection_of_a_file_loads_no_more_of_its_library():
    program = (
        "import sys; from imaging.files.formats import read_header; "
        "read_header(lambda offset, size: bytes(max(0, min(size, 4096 - offset))), 4096); "
        "print([name for name in ('oslo_utils.strutils', 'oslo_utils.imageutils.qemu') if name in sys.modules]); "
        "from oslo_utils.imageutils import QemuImgInfo; print(QemuImgInfo.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=110, check=True
    )
    assert done.stdout.split() == ["[]", "QemuImgInfo"]

"""The environment is that of the Python that was named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gate.loading import REPOSITORY
from tests.support.needs import needs


def would_do(folder: Path, *words: str) -> str:
    """What `make install` would do in a folder with an environment of this very Python."""
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, folder)
    (folder / ".venv/.installed").touch()
    return subprocess.run(
        ["make", "-n", *words, "install"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@needs("make")
def test_an_environment_of_another_python_is_made_again(tmp_path):
    other = tmp_path / "other-python"
    other.write_text("#!/bin/sh\necho Python 3.99\n")
    other.chmod(0o755)
    done = would_do(tmp_path, f"PYTHON={other}")
    assert done.index("rm -rf .venv") < done.index(f"{other} -m venv") < done.index("install --require-hashes")


@needs("make")
@pytest.mark.parametrize("words", [(), (f"PYTHON={sys.executable}",)], ids=["none named", "the same named"])
def test_an_environment_of_the_same_python_stays(tmp_path, words):
    assert "venv" not in would_do(tmp_path, *words)

"""What is loaded when, and the pictures that the generator draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def run_python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=110, check=True
    )
    return done.stdout


def test_the_sdk_is_not_loaded_before_the_first_paint():
    loaded = run_python(
        "-c", "import sys, tui.app; print([m for m in ('openstack', 'keystoneauth1') if m in sys.modules])"
    )
    assert loaded.strip() == "[]"


def test_what_is_not_drawn_at_first_is_not_loaded_before_it():
    later = ("imaging.runs.service", "sqlite3", "pygments")
    loaded = run_python("-c", f"import sys, tui.app; print([m for m in {later} if m in sys.modules])")
    assert loaded.strip() == "[]"


def test_what_looks_inside_and_what_judges_is_not_loaded_before_the_first_paint():
    later = ("asyncssh", "cryptography", "imaging.guest.", "imaging.guidelines.", "imaging.runs.")
    light = {f"imaging.{name}" for name in ("guest.interface", "guidelines.fitting", "guidelines.naming")}
    light.add("imaging.guidelines.root_volume")
    loaded = run_python("-c", f"import sys, tui.app; print([m for m in sys.modules if (m + '.').startswith({later})])")
    assert set(eval(loaded)) - {"imaging.guest", "imaging.guidelines"} == light  # our own print


def test_the_environment_is_prepared_before_textual_is_loaded():
    assert run_python("-c", "import sys, tui.console; print('textual' in sys.modules)").strip() == "False"


def test_the_pictures_have_the_same_bytes_each_time(tmp_path):
    for folder in ("a", "b"):
        run_python(str(REPOSITORY / "screenshots" / "make.py"), str(tmp_path / folder), "instances")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["deep-check.svg", "finding.svg", "help.svg", "host-key.svg", "inside.svg", "instances.svg"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

"""What a newcomer is told to install, and what becomes of a test for which something is missing."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from tests.gate.loading import REPOSITORY, gate_program
from tests.support import needs
from tests.support.needs import PACKAGES, require

README = (REPOSITORY / "README.md").read_text()
INSTALLED = [line.split() for line in re.findall(r"^sudo apt install (.+)$", README, re.MULTILINE)]


def test_the_readme_names_the_packages_that_make_all_tests_run():
    assert INSTALLED[1] == sorted(set(PACKAGES.values()))


def test_the_bare_machine_of_the_gate_gets_what_the_readme_asks_for():
    assert gate_program("bare_root").readme_packages() == INSTALLED[0]


def test_readme_and_classifiers_name_the_same_pythons():
    classifiers = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["classifiers"]
    named = [name.rpartition(" ")[2] for name in classifiers if name.startswith("Programming Language :: Python :: 3.")]
    (sentence,) = re.findall(r"^On Linux with Python (.+); ", README, re.MULTILINE)
    assert re.findall(r"3\.\d+", sentence) == named


def test_the_gate_opens_the_console_on_each_of_them():
    every_python = gate_program("every_python")
    assert every_python.classified() == [(3, minor) for minor in range(every_python.OLDEST, every_python.NEWEST + 1)]


def test_only_one_place_decides_that_a_tool_or_root_is_missing():
    decides = re.compile(r"skipif\([^)]*(?:geteuid|getuid|shutil\.which)\(")
    files = [file for file in (REPOSITORY / "tests").rglob("*.py") if file.name != "needs.py"]
    assert [file for file in files if decides.search(file.read_text())] == []


class TestWhatIsMissing:
    @pytest.fixture(autouse=True)
    def bare(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(needs, "_PLACES", ())
        monkeypatch.delenv("IMAGING_TEST_REQUIRE_ALL", raising=False)

    @pytest.mark.parametrize("tool", [*PACKAGES, *needs.ESSENTIAL])
    def test_makes_a_test_skip_and_says_what_to_install(self, tool):
        with pytest.raises(pytest.skip.Exception, match=rf"^{re.escape(tool)} is missing: apt install [a-z0-9-]+$"):
            require(tool)

    def test_makes_it_fail_where_all_are_required(self, monkeypatch):
        monkeypatch.setenv("IMAGING_TEST_REQUIRE_ALL", "1")
        with pytest.raises(pytest.fail.Exception, match="gawk is missing: apt install gawk"):
            require("gawk")

    def test_is_a_tool_that_the_table_knows(self):
        with pytest.raises(LookupError, match="does not say which package brings 'gwak'"):
            needs.needs("gwak")

    def test_may_be_root(self, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        with pytest.raises(pytest.skip.Exception, match="root"):
            require("root")


SAMPLE = """
import pytest

def test_runs(): ...

@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_is_skipped(shell):
    if shell == "busybox":
        pytest.skip("no busybox")

@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail():
    assert False
"""


def test_the_gate_learns_which_tests_were_skipped(tmp_path, monkeypatch):
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    monkeypatch.setenv("IMAGING_TEST_SKIPPED", str(tmp_path / "skipped"))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "1", "-p", "tests.support.skipped", "-c", "/dev/null"]
    subprocess.run([*command, f"--rootdir={tmp_path}", str(tmp_path)], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "skipped").read_text().splitlines() == ["test_sample.py::test_is_skipped[busybox]"]

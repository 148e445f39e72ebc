"""The gate's second try of a few tests: what passes by it, and what does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.gate.loading import REPOSITORY

UNSTEADY = """
from pathlib import Path

def test_unsteady():
    again = Path("tried").exists()
    Path("tried").touch()
    assert again

def test_steady():
    pass
"""
FAILING = "\ndef test_failing_{number}():\n    assert False\n"


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Runs tests of such a text as the gate does: the exit status and what was said."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # loading them takes longer than the tests

    def run(text: str) -> tuple[int, str]:
        (tmp_path / ".venv/bin").mkdir(parents=True)
        (tmp_path / ".venv/bin/python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        (tmp_path / ".venv/bin/python").chmod(0o755)
        (tmp_path / "test_it.py").write_text(text)
        command = [sys.executable, str(REPOSITORY / ".ci/try_again.py"), ".venv/bin/python", "-m", "pytest"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    return run


def test_a_test_that_passes_alone_is_named_and_fails_nothing(tried):
    status, said = tried(UNSTEADY)
    assert status == 0
    assert "unsteady: test_it.py::test_unsteady failed beside others, and passed alone" in said
    assert "test_steady" not in said.partition("unsteady: ")[2]


def test_a_test_that_fails_again_fails_all(tried):
    status, said = tried(UNSTEADY + FAILING.format(number=1))
    assert status == 1
    assert "unsteady: " not in said


def test_more_than_a_few_failures_are_not_tried_again(tried):
    status, said = tried("".join(FAILING.format(number=number) for number in range(4)))
    assert status == 1
    assert "tried again" not in said


def test_tests_that_cannot_be_read_fail(tried):
    status, _ = tried("import no_such_module")
    assert status == 2


def test_tests_that_pass_are_run_once(tried):
    status, said = tried("def test_steady():\n    pass\n")
    assert status == 0
    assert "tried again" not in said


SKIPPED = """
import pytest

def test_for_another_machine():
    pytest.skip("not here")
"""
CONFTEST = f"""
import sys

sys.path.insert(0, {str(REPOSITORY)!r})
from tests.support.skipped import pytest_collectreport, pytest_runtest_logreport, pytest_sessionfinish
"""


def test_the_second_try_leaves_the_list_of_skipped_tests_alone(tried, tmp_path, monkeypatch):
    skipped = tmp_path / "skipped"
    monkeypatch.setenv("IMAGING_TEST_SKIPPED", str(skipped))
    (tmp_path / "conftest.py").write_text(CONFTEST)
    status, said = tried(UNSTEADY + SKIPPED)
    assert (status, "unsteady: " in said) == (0, True)
    assert skipped.read_text() == "test_it.py::test_for_another_machine\n"

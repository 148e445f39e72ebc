"""Nothing of the developer's own machine is within reach of a test: no home, no clouds.yaml, no keyring."""

from __future__ import annotations

import gc
import itertools
import os
import resource
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

from imaging.runtime.confined import process as confined_process
from imaging.runtime.redaction import redactor
from tests.support import unsynced_journal, warm_readers
from tests.support.demo import demo_cloud, demo_process
from tests.support.needs import require
from tests.support.skipped import pytest_collectreport, pytest_runtest_logreport, pytest_sessionfinish
from tests.support.warm_programs import WARM

__all__ = [
    "demo_cloud",
    "demo_process",
    "pytest_collectreport",
    "pytest_runtest_logreport",
    "pytest_sessionfinish",
]

# The same examples at each run, so that a gate says the same of the same code; others with IMAGING_TEST_EXPLORE=1.
# Without a deadline: how long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
_EXPLORE = bool(os.environ.get("IMAGING_TEST_EXPLORE"))
hypothesis.settings.load_profile("explore" if _EXPLORE else "steady")
if not _EXPLORE:
    # It would take constants of all modules that are loaded into its examples: those of a test would depend on which
    # others its worker runs, and in a fresh clone each worker would parse every module for them.
    providers._get_local_constants = lambda: providers._local_constants


# Python collects whenever 700 more objects live, which a screen makes in an instant: an eighth of the processor time.
gc.set_threshold(50_000, 20, 100)
# Each process that a test starts would look for plugins in all that is installed here: a sixteenth of its start.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
unsynced_journal.begin()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the collector what stays until the end: thousands of tests, and every module that they import."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Find what the test is marked to need before anything is set up for it."""
    if item.get_closest_marker("slow") and not os.environ.get("IMAGING_TEST_SLOW"):
        pytest.skip("slow: runs with IMAGING_TEST_SLOW=1")
    for mark in item.iter_markers("needs"):
        require(*mark.args)


_TESTS_BETWEEN_COLLECTIONS = 250
_GROWTH_KIB = 100 * 1024
_begun = itertools.count(1)
_most_kib = 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart() -> None:
    """Free now and then what the collector no longer looks at by itself: closed screens were most of a gigabyte.

    What is alive between two tests stays until the end; set aside, it makes the next of these collections short. While
    a test still ends, what it leaves would be set aside with it: an upload of 32 MB that failed, in its exception.
    """
    global _most_kib  # noqa: PLW0603
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - _most_kib
    is_time = next(_begun) % _TESTS_BETWEEN_COLLECTIONS == 0
    if is_time or grown > _GROWTH_KIB:
        gc.collect()
        _most_kib += max(grown, 0)
    if is_time:
        gc.freeze()


def pytest_unconfigure() -> None:
    """End what was started for the whole session."""
    WARM.end()


_home_numbers = itertools.count()


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HOME, without OS_* variables, proxies or keyring."""
    # Counted by ourselves: pytest reads the whole folder for the next number, which with thousands of tests takes long.
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_home_numbers))
    home.mkdir(mode=0o700, parents=True)
    for name in list(os.environ):
        if name.startswith(("OS_", "XDG_", "IMAGING_")) or name.lower().endswith("_proxy"):
            if name.startswith("IMAGING_TEST_"):
                continue
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.chdir(home)
    return home


@pytest.fixture(autouse=True)
def own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret that an earlier test logged in with is struck out of what this one reads."""
    for name, value in vars(redactor).items():
        monkeypatch.setattr(redactor, name, value)


@pytest.fixture(autouse=True)
def readers_are_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What guests sent is read in processes that load nothing again; a test of a fresh one takes this away."""
    monkeypatch.setattr(confined_process, "_start", warm_readers.start)

"""Writes which tests were skipped into the file that IMAGING_TEST_SKIPPED names, one node id a line.

The gate runs the tests on bare machines, and then, where everything is installed, those that were skipped there.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_skipped: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that was skipped, but not one that is expected to fail."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a file that was skipped as a whole."""
    if report.skipped:
        _skipped.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the list, once all workers have told."""
    file = os.environ.get("IMAGING_TEST_SKIPPED")
    if file and not hasattr(session.config, "workerinput"):
        Path(file).write_text("".join(f"{name}\n" for name in sorted(_skipped)))

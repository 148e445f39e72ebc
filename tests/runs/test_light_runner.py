"""What the process of a run loads: it lives for hours, and several of them on one login node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LOADED = """
import sys
import imaging.runs.process.runner, imaging.runs.steps, imaging.cloud.connection, imaging.cloud.http.thread_connection
heavy = {"textual", "rich", "click", "asyncssh", "cryptography", "oslo_utils", "cyclonedx", "psutil", "dogpile"}
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(sorted(heavy & set(sys.modules)), "openstack.connection" in sys.modules, int(peak.split()[1]) // 1000)
"""
_MOST_MB = 85
"""With all that every run needs; 69 MB when this was written, 88 with the classes of all services of the SDK."""


def test_a_runner_loads_what_a_run_needs_and_no_more():
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True, timeout=110, check=True
    )
    heavy, whole_sdk, megabytes = done.stdout.rsplit(maxsplit=2)
    assert (heavy, whole_sdk) == ("[]", "False")
    assert int(megabytes) <= _MOST_MB

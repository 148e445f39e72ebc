"""The user data script, run by real shells: it prints one whole line on any machine."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker, user_data
from tests.support.needs import tool

SHELLS = [["sh"], ["bash", "--posix"], ["dash"], ["busybox", "sh"]]


def run_script(tmp_path, shell, *, path=None):
    console = tmp_path / "console"
    script = user_data("cafe").replace("/dev/console", str(console)).replace("dmesg -n 1", "true")
    script = script.replace("sleep 1", "true")
    environment = {"PATH": path or "/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run(
        [tool(shell[0]), *shell[1:], "-c", script], env=environment, check=True, capture_output=True, timeout=30
    )
    return console.read_text()


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_every_shell_prints_the_marker(tmp_path, shell):
    reports = [find_marker(line, "cafe") for line in run_script(tmp_path, shell).splitlines()]
    (report,) = [report for report in reports if report is not None]
    assert report.status in {0, 1}
    assert report.has_address is not None


def test_a_machine_without_ip_stat_or_dmesg_still_answers(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cat", "sed"):
        (tools / name).symlink_to(shutil.which(name))
    text = run_script(tmp_path, ["sh"], path=str(tools))
    (report,) = [report for line in text.splitlines() if (report := find_marker(line, "cafe"))]
    assert report.has_own_machine_id in {None, False}


def test_it_tells_nothing_secret_and_is_small():
    script = user_data("cafe")
    assert len(script) < 16_000
    assert script.startswith("#!/bin/sh\n")
    assert "@" not in script.replace("@TOKEN@", "")

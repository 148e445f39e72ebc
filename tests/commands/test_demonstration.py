"""The demonstration cloud from the command line: joined or started, and served alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imaging.commands.flow.demo_cloud import demonstration_url, join_demonstration
from models.errors import CloudError
from tests.commands.conftest import ROOT


@pytest.fixture
def process(own_home):
    """Where the demonstration cloud of this home says who it is; it is ended after the test."""
    file = own_home / ".local/state/imaging-console/demo-cloud/democloud.json"
    yield file
    if file.exists():
        os.kill(json.loads(file.read_text())["pid"], signal.SIGTERM)


def test_the_demonstration_cloud_is_started_once_and_then_joined(program, process):
    stray = {
        "OS_AUTH_URL": "http://elsewhere.invalid/v3",
        "OS_REGION_NAME": "elsewhere",
        "OS_CLOUD": "mine",
        "http_proxy": "http://127.0.0.1:9",
    }
    first = program("instances", "--demo", "--json", **stray)
    who = json.loads(process.read_text())
    second = program("--demo", "images", "--json", **stray)

    assert first.status == 0, first.err
    assert any(instance["name"] == "db-07" for instance in json.loads(first.out))
    assert second.status == 0, second.err
    assert json.loads(process.read_text()) == who
    assert os.getsid(who["pid"]) == who["pid"]


def test_another_cloud_of_the_demonstration_can_be_named(program, process):
    done = program("instances", "--demo", "--os-cloud", "other", "--json")

    assert done.status == 0, done.err
    assert all(instance["name"] != "db-07" for instance in json.loads(done.out))


def test_what_is_left_of_a_demonstration_that_is_gone_is_no_demonstration(tmp_path, monkeypatch):
    folder = tmp_path / "demo-cloud"
    folder.mkdir()
    (folder / "democloud.json").write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:9"}))
    monkeypatch.setattr(
        "imaging.commands.flow.demo_cloud.serve_command", lambda **_: [sys.executable, "-c", "raise SystemExit(3)"]
    )

    with pytest.raises(CloudError, match="did not start"):
        join_demonstration(tmp_path, {})


def test_a_demonstration_that_never_ran_has_no_address(tmp_path):
    assert demonstration_url(tmp_path) is None


def test_the_demonstration_cloud_is_served_alone_until_it_is_interrupted(own_home):
    serving = subprocess.Popen(
        [sys.executable, "-m", "imaging.commands", "demo", "serve", "--scale", "5"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(own_home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    clouds = Path(serving.stdout.readline().strip())
    assert "demo:" in clouds.read_text()
    serving.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, complaints = serving.communicate(timeout=20)

    assert serving.returncode in {0, 130, -signal.SIGINT}
    assert "Traceback" not in complaints
    assert time.monotonic() - begun < 10


def test_without_a_command_the_console_opens_and_q_leaves_it(at_terminal, process):
    done = at_terminal("--demo", question="db-07", answer="q", COLUMNS="80", LINES="24")

    assert done.status == 0
    assert "gis-lab" in done.out

"""Whole runs by the command line, on the demonstration cloud: made, tested, restored; cancelled, resumed, undone."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import DemoCloud
from tests.support.hurried_runs import hurried
from tests.support.hurry import CLOUD_SPEED
from tests.support.warm_programs import Command

TEXTS = ("--description", "PostgreSQL 16 with PostGIS, and our loader, on Ubuntu 24.04", "--attest", "SW-ATTEST")
_PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def quick(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch):
    hurried(demo_cloud, monkeypatch)
    yield
    demo_cloud.speed(1)


@pytest.fixture
def state(own_home: Path) -> Iterator[Path]:
    """The state folder; runners that are still at work at the end of a test are ended."""
    folder = own_home / ".local/state/imaging-console"
    yield folder
    for pid in _runners(folder):
        os.kill(pid, signal.SIGKILL)


def _runners(state: Path) -> list[int]:
    """The processes of the runners that work in a state folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            line = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
        except OSError:
            continue
        if b"imaging.runs.process.runner" in line and str(state).encode() in line:
            found.append(int(process.name))
    return found


def _create(name: str) -> tuple[str, ...]:
    words = ("--name", f"{name}-v1", *TEXTS, "--uninspected", "the guest is known", "--yes")
    return ("create", name, "--os-cloud", "demo", *words)


def _wait_for(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _server(demo_cloud: DemoCloud, imaging, name: str) -> dict[str, Any]:
    listed = json.loads(imaging("instances", "--os-cloud", "demo", "--json").out)
    return next(one for one in listed if one["name"] == name)


def test_an_image_is_made_seen_to_boot_and_the_instance_restored(imaging, demo_cloud, state):
    before = _server(demo_cloud, imaging, "db-07")
    done = imaging(*_create("db-07"), "--json")
    run = json.loads(done.out)

    assert done.status == 0, done.err
    assert (run["schema"], run["state"], run["instance"]["name"]) == ("imaging.run/1", "done", "db-07")
    assert run["test"]["verdict"] == "booted"
    assert run["instance_restored"] is True
    assert Path(run["report"]).is_file()
    assert {step["state"] for step in run["steps"]} <= {"done", "skipped"}
    after = _server(demo_cloud, imaging, "db-07")
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    images = json.loads(imaging("images", "--mine", "--os-cloud", "demo", "--json").out)
    made = next(image for image in images if image["id"] == run["image"]["id"])
    assert (made["description"], made["verdict"]) == (TEXTS[1], "booted")
    assert len(json.loads(imaging("runs", "--json").out)) == 1
    assert re.search(r"\d\d:\d\d:\d\d  stop +done: ", done.err)


def test_an_image_that_nobody_wanted_to_be_tested_is_made_with_exit_status_0(imaging, state):
    done = imaging(*_create("web-01"), "--json", "--no-test")
    run = json.loads(done.out)
    assert (done.status, run["test"]["verdict"], run["instance_restored"]) == (0, "not tested", True)


def test_an_image_is_verified_alone(imaging, state):
    done = imaging("verify", "astro-base-2024", "--os-cloud", "demo", "--json")
    run = json.loads(done.out)

    assert (run["kind"], run["instance"]) == ("verify", None)
    assert run["test"]["verdict"] == "booted", done.err
    assert done.status == 0


def test_a_test_instance_that_is_kept_is_removed_earlier_by_cancel(imaging, demo_cloud, state, tmp_path):
    test = tmp_path / "fails.sh"
    test.write_text("#!/bin/sh\nexit 3\n")
    kept = ("--keep-failed", "1", "--key-pair", "ada-laptop", "--keep-failed-from", "192.0.2.17", "--yes")
    ended = imaging("verify", "astro-base-2024", "--os-cloud", "demo", "--test", str(test), *kept, "--json")
    run = json.loads(ended.out)["run"]
    assert ended.status == 1
    assert f"imaging-test-{run}" in imaging("instances", "--os-cloud", "demo").out

    refused = imaging("resume", run)
    assert refused.status == 2
    assert f"`imaging cancel {run}` removes it now" in refused.err
    removed = imaging("cancel", run)
    assert removed.status == 0, removed.err
    assert f"imaging-test-{run} is removed." in removed.err
    assert f"imaging-test-{run}" not in imaging("instances", "--os-cloud", "demo").out
    again = imaging("cancel", run)
    assert again.status == 2
    assert "is over" in again.err


def test_ctrl_c_leaves_the_run_and_watch_follows_it_to_its_end(imaging, demo_cloud, state):
    process = Command(*_create("db-07"))
    _wait_for(lambda: demo_cloud.transitions("db-07"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert process.wait() == 130
    assert out == ""
    run_id = re.search(r"`imaging watch (\w+)` follows it", err)
    assert run_id is not None, err

    watched = imaging("watch", run_id[1][:9], "--json")
    lines = [json.loads(line) for line in watched.out.splitlines()]
    assert watched.status == 0, watched.err
    assert {line["run"] for line in lines} == {run_id[1]}
    assert lines[-1]["state"] == "done"
    assert len(lines) > 1


def test_a_run_whose_runner_was_killed_is_resumed_with_a_login_to_its_project(imaging, demo_cloud, state):
    creating = _killed_while_imaging(demo_cloud, state)
    assert creating.wait() == 1
    run = json.loads(imaging("runs", "--json").out)[0]

    refused = imaging("resume", run["run"], "--os-cloud", "other")
    assert refused.status == 2
    assert "belongs to project" in refused.err

    done = imaging("resume", run["run"], "--json")
    assert done.status == 0, done.err
    assert json.loads(done.out)["instance_restored"] is True
    images = [call for call in demo_cloud.calls("POST", "/action") if "createImage" in str(call["body"])]
    assert len(images) == 1


def test_a_run_is_cancelled_and_its_instance_restored(imaging, demo_cloud, state):
    demo_cloud.hooks(upload={"delay": 6 * CLOUD_SPEED})  # the run must not be over before it is cancelled
    process = _begun(demo_cloud)
    run = json.loads(imaging("runs", "--json").out)[0]

    done = imaging("cancel", run["run"], "--json")
    process.communicate(timeout=_PATIENCE_SECONDS)

    assert done.status == 0, done.err
    assert json.loads(done.out)["state"] == "cancelled"
    assert process.wait() == 1
    after = _server(demo_cloud, imaging, "db-07")
    assert (after["status"], after["locked"], len(after["volumes"])) == ("ACTIVE", False, 2)


def test_the_plan_is_agreed_to_at_a_terminal(at_terminal, demo_cloud, state):
    done = at_terminal(*[word for word in _create("db-07") if word != "--yes"], question="[y/N]", answer="n")

    assert "Start? [y/N]" in done.out
    assert "Nothing was changed." in done.out
    assert done.status == 1
    assert demo_cloud.transitions("db-07") == []


def _begun(demo_cloud: DemoCloud) -> Command:
    """A run that has come as far as its image."""
    process = Command(*_create("db-07"))
    _wait_for(lambda: any("createImage" in str(call["body"]) for call in demo_cloud.calls("POST", "/action")))
    return process


def _killed_while_imaging(demo_cloud: DemoCloud, state: Path) -> Command:
    """A run whose runner was killed while the image was made; its follower has given up."""
    process = _begun(demo_cloud)
    for pid in _runners(state):
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=_PATIENCE_SECONDS)
    return process


def test_an_image_that_nobody_saw_boot_is_shared_only_by_typing_its_name_once_more(imaging, state):
    sharing = ("--visibility", "community", "--mode", "plain", "--waive", "PROP-VISIBILITY=for the test")
    made = imaging(*_create("quiet-box"), *sharing, "--publish-unverified", "quiet-box-v1", "--json")
    run = json.loads(made.out)
    assert (made.status, run["state"], run["test"]["verdict"]) == (1, "failed", "inconclusive")
    assert "The image is kept, community." in run["trouble"]["meaning"]
    assert {step["step"]: step["state"] for step in run["steps"]}["publish"] == "done"

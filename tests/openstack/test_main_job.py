"""The main job on a real OpenStack: a running instance with two volumes becomes an image, and is as before.

Also when the runner is killed on the way and the run resumed, or undone from the claim alone.
"""

from __future__ import annotations

import contextlib
import platform
import time
from pathlib import Path
from typing import Any

import pytest

from tests.contract.making import Choice, delete_server, fresh_name, launch, server_request
from tests.contract.subject import Subject
from tests.openstack.command_line import CommandLine, ended
from tests.openstack.sources import Source, added

RULES = ("--profile", "openstack", "--attest", "SW-ATTEST")
SLOW = 12
"""Seconds for which a back end dawdles, so that the runner is killed in the midst."""


def create(source: Source) -> tuple[str, ...]:
    image = f"{source.name}-image"
    words = ["--name", image, "--description", "Loaded with tables; beyond its base: PostgreSQL"]
    words += ["--uninspected", "no guest here", "--waive", "STATE-LOCKED=our own lock"]
    return ("create", source.id, *words, *RULES, "--network", network(source), "--yes", "--json")


def network(source: Source) -> str:
    ports = source.cloud.network.get(f"/ports?device_id={source.id}").json()["ports"]
    return str(ports[0]["network_id"])


def assert_main_job_is_done(source: Source, run: dict[str, Any], before: dict[str, set[str]], was: dict[str, Any]):
    """One verified image, no leftovers, the source as before."""
    assert run["state"] == "done", run["trouble"]
    assert run["test"]["verdict"] == "booted"
    assert run["instance_restored"] is True
    assert source.now() == was
    assert added(source.cloud, before) == {"images": {run["image"]["id"]}}
    image = source.cloud.glance_image(run["image"]["id"])
    assert image["status"] == "active"
    assert image["name"] == f"{source.name}-image"
    assert image["visibility"] == "private"
    assert image["description"] == "Loaded with tables; beyond its base: PostgreSQL"
    assert image["instance_uuid"] == source.id


def test_an_instance_becomes_a_verified_image_and_is_as_before(
    source: Source, imaging: CommandLine, before: dict[str, set[str]]
):
    was = source.now()
    status, run, messages = imaging.run(*create(source))
    assert status == 0, messages
    assert_main_job_is_done(source, run, before, was)
    assert Path(run["report"]).read_text()
    assert {step["state"] for step in run["steps"]} <= {"done", "skipped"}


def start_and_kill(source: Source, imaging: CommandLine, step: str) -> str:
    """Start the run, and `kill -9` its runner while it is at a step; the run's id."""
    with ended(imaging.start(*create(source))):
        run_id = imaging.newest_run()
        imaging.watch_until(run_id, step)
        time.sleep(1)  # let it get to the call that dawdles
        imaging.kill_runner(run_id)
        assert imaging.runners(run_id) == []
        _, (killed,), _ = imaging.run("runs", "--json")
        assert killed["state"] == "running", "it was over already"
    return run_id


def slowed(cloud: Subject, call: str):
    """Let a back end dawdle over all; a cloud that cannot is as quick as it is."""
    return cloud.hooked(**{call: {"delay": SLOW, "match": ""}}) if cloud.hooks else contextlib.nullcontext()


@pytest.mark.parametrize(
    "step, call",
    [("detach volumes", "detach_volume"), ("wait for image", "snapshot"), ("test launch", "spawn")],
)
def test_a_run_whose_runner_was_killed_is_resumed_to_the_same_end(
    source: Source, imaging: CommandLine, before: dict[str, set[str]], *, step: str, call: str
):
    was = source.now()
    with slowed(source.cloud, call):
        run_id = start_and_kill(source, imaging, step)
    status, run, messages = imaging.run("resume", run_id, "--json")
    assert status == 0, messages
    assert run["run"] == run_id
    assert_main_job_is_done(source, run, before, was)


def test_without_the_state_directory_the_source_is_restored_from_its_claim(
    source: Source, imaging: CommandLine, before: dict[str, set[str]]
):
    was = source.now()
    with slowed(source.cloud, "snapshot"):
        start_and_kill(source, imaging, "wait for image")
    imaging.forget()
    status, run, messages = imaging.run("undo", source.id, "--yes", "--other-host", platform.node(), "--json")
    assert status == 0, messages
    assert run["instance_restored"] is True
    # The earlier lock is in the claim, its metadata is free of it.
    assert source.now() == was
    assert set(added(source.cloud, before)) <= {"images"}


def image_of_a_launch(source: Source, choice: Choice, parent: str) -> tuple[str, str]:
    """An instance launched from an image and a snapshot of it, both made with the plain API: their ids."""
    cloud = source.cloud
    launched = launch(cloud, server_request(choice, fresh_name(cloud, "launch"), imageRef=parent))
    cloud.until_idle(launched, "ACTIVE")
    image = cloud.create_image(launched, fresh_name(cloud, "second"))
    cloud.until_image(image)
    cloud.until_idle(launched, "ACTIVE")
    return launched, image


def test_a_snapshot_of_a_launched_instance_inherits_the_properties_and_is_still_not_owned(
    source: Source, imaging: CommandLine, choice: Choice, before: dict[str, set[str]]
):
    """It is neither removed when the run cleans up, nor shown as verified."""
    cloud = source.cloud
    with slowed(cloud, "spawn"):
        run_id = start_and_kill(source, imaging, "test launch")
    (ours,) = added(cloud, before)["images"]
    launched, early = image_of_a_launch(source, choice, ours)
    try:
        status, run, messages = imaging.run("resume", run_id, "--json")
        assert status == 0, messages
        assert run["image"]["id"] == ours
        assert cloud.server(launched)["status"] == "ACTIVE"
        second, late = image_of_a_launch(source, choice, ours)
        delete_server(cloud, second)
        assert cloud.glance_image(late)["imaging.run"] == cloud.glance_image(early)["imaging.run"] == run_id
        _, images, _ = imaging.run("images", "--json")
        verdicts = {image["id"]: image["verdict"] for image in images}
        assert verdicts[ours] == "booted"
        assert verdicts[early] is verdicts[late] is None
        assert added(cloud, before) == {"servers": {launched}, "images": {ours, early, late}}
    finally:
        delete_server(cloud, launched)

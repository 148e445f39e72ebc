"""The main job without a screen, for three instances at the same time; and where its secrets are while it continues."""

from __future__ import annotations

import base64

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import DESCRIPTION, Machine, Outcome
from tests.acceptance.terminal import wait_for
from tests.acceptance.test_runner_is_killed import LONG
from tests.support.demo import DemoCloud


def test_the_verdict_decides_the_exit_status_and_no_secret_is_left_anywhere(
    machine: Machine, demo: DemoCloud, api: PlainApi
) -> None:
    sources = {name: demo.server_id(name) for name in ("db-07", "gis-lab", "quiet-box")}
    before = {name: api.instance_as_seen(server_id) for name, server_id in sources.items()}
    others = api.others()

    begun = [
        machine.begin_run("db-07"),
        machine.begin_run("gis-lab", cloud="demo-appcred"),
        machine.begin_run("quiet-box"),
    ]
    boots, emergency, silent = [machine.end_of(process) for process in begun]

    assert_outcome(boots, 0, "booted")
    assert_outcome(emergency, 1, "failed")
    assert_outcome(silent, 1, "inconclusive")
    assert any("emergency mode" in line for line in emergency.document["test"]["evidence"])
    assert api.image(boots.document["image"]["id"])["description"] == DESCRIPTION
    assert {name: api.instance_as_seen(server_id) for name, server_id in sources.items()} == before
    assert api.others() == others

    report = machine.imaging("runs")
    told = "".join(one.out + one.err for one in (boots, emergency, silent, report)).encode()
    kept = {path: path.read_bytes() for path in machine.home.rglob("*") if path.is_file()}
    assert len(kept) > len(begun)
    for form in secrets(demo):
        assert form not in told
        assert [path for path, content in kept.items() if form in content] == []
    assert b"gAAAA" not in b"".join(kept.values()), "a token"


def test_no_secret_is_seen_of_the_processes(fresh_machine: Machine, demo: DemoCloud) -> None:
    demo.hooks(upload={"delay": LONG})
    fresh_machine.begin_run("db-07")
    fresh_machine.begin_run("gis-lab", cloud="demo-appcred")
    wait_for(lambda: len({change["name"] for change in demo.transitions()}) > 1)  # both are logged in and at work
    runners = fresh_machine.runners()
    assert len(runners) == 2
    for seen in [(folder / name).read_bytes() for folder in runners for name in ("cmdline", "environ")]:
        assert seen
        assert not [form for form in secrets(demo) if form in seen]


def secrets(demo: DemoCloud) -> list[bytes]:
    """Both secrets of the user, as they are and as base64."""
    plain = (demo.password.encode(), demo.credential_secret.encode())
    return [form for secret in plain for form in (secret, base64.b64encode(secret).rstrip(b"="))]


def assert_outcome(done: Outcome, status: int, verdict: str) -> None:
    """Exit status, verdict, and the instance as it was."""
    assert done.status == status, done.err
    assert done.document["test"]["verdict"] == verdict
    assert done.document["instance_restored"] is True

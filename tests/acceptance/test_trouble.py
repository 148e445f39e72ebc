"""What goes wrong in front of the user, or in the middle of a run: a clear message each, and nothing lost."""

from __future__ import annotations

import os
import urllib.error
from pathlib import Path

import pytest
import yaml
from rich.cells import cell_len

from imaging.democloud.seed.servers import HOSTILE_NAME
from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine
from tests.acceptance.terminal import COLUMNS, Terminal, wait_for
from tests.acceptance.test_runner_is_killed import LONG
from tests.support.demo import DemoCloud


def log_in_by_token(demo: DemoCloud, api: PlainApi, folder: Path) -> None:
    """From now on the cloud `demo` is one whose login cannot be renewed."""
    everything = yaml.safe_load(demo.clouds_yaml.read_text())
    entry = everything["clouds"]["demo"]
    entry["auth_type"] = "v3token"
    entry["auth"] = {"auth_url": entry["auth"]["auth_url"], "token": api.token}
    file = folder / "by-token.yaml"
    file.write_text(yaml.safe_dump(everything), encoding="utf-8")
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(file)  # the fixture `demo_cloud` restores it


def test_a_token_that_expires_in_mid_run_waits_for_a_new_login(
    machine: Machine, demo: DemoCloud, api: PlainApi, tmp_path: Path
) -> None:
    db_07 = demo.server_id("db-07")
    before = api.instance_as_seen(db_07)
    by_password = os.environ["OS_CLIENT_CONFIG_FILE"]
    log_in_by_token(demo, api, tmp_path)
    demo.hooks(upload={"delay": LONG})
    following = machine.begin_run("db-07", "--waive", "LOGIN-OUTLIVES=it is short")
    wait_for(lambda: any(change["to"] == "saving" for change in demo.transitions()))
    demo.void_tokens()
    demo.turn(LONG)
    told = machine.end_of(following)
    assert told.status == 1
    assert "imaging resume" in told.err

    os.environ["OS_CLIENT_CONFIG_FILE"] = by_password
    (run,) = machine.runs()
    assert run["state"] == "waiting for you"
    resumed = machine.imaging("resume", run["run"], "--json")
    assert resumed.status == 0, resumed.err
    assert PlainApi(demo).instance_as_seen(db_07) == before


def test_an_instance_that_somebody_deletes_in_mid_run_ends_it_with_a_clear_message(
    machine: Machine, demo: DemoCloud, api: PlainApi
) -> None:
    others, images = api.others(), api.image_ids()
    db_07 = demo.server_id("db-07")
    demo.hooks(upload={"delay": LONG})
    following = machine.begin_run("db-07")
    wait_for(lambda: any(change["to"] == "saving" for change in demo.transitions()))
    api.post(f"/compute/v2.1/servers/{db_07}/action", {"unlock": None})
    api.delete(f"/compute/v2.1/servers/{db_07}")
    done = machine.end_of(following)

    assert done.status == 1
    assert done.document["state"] == "failed"
    assert "db-07" in done.err
    assert "deleted" in done.err or "gone" in done.err or "no longer" in done.err
    assert api.image_ids() == images
    with pytest.raises(urllib.error.HTTPError) as gone:
        api.server(db_07)
    gone.value.close()
    left = api.others()
    assert left["instances"] == others["instances"] - {db_07}
    assert left["groups"] == others["groups"]
    assert set(left["volumes"]) == set(others["volumes"]), "its volumes are kept"


def test_a_quota_that_is_used_up_in_mid_run_keeps_the_image_and_says_that_it_was_not_tested(
    machine: Machine, demo: DemoCloud, api: PlainApi
) -> None:
    db_07 = demo.server_id("db-07")
    before, others = api.instance_as_seen(db_07), api.others()
    demo.hooks(upload={"delay": LONG})
    following = machine.begin_run("db-07")
    wait_for(lambda: any(change["to"] == "saving" for change in demo.transitions()))
    demo.quotas(instances=len(others["instances"]))
    demo.turn(LONG)
    done = machine.end_of(following)

    assert (done.status, done.document["test"]["verdict"]) == (1, "not tested")
    assert "quota" in (done.document["test"]["reason"] + done.err).lower()
    assert api.image(done.document["image"]["id"])["status"] == "active"
    assert api.instance_as_seen(db_07) == before
    assert api.others() == others


def test_without_cinder_the_console_says_what_cannot_be_known(machine: Machine, demo: DemoCloud) -> None:
    demo.options(missing_services=["volume"])
    with machine.console() as console:
        show_checklist(console, "db-07")
        shown = console.sees("fixed by the run", "unknown")
        assert "✓ Attached volumes" not in shown


def test_a_token_that_expires_in_the_console_is_said_and_the_list_stays(
    machine: Machine, demo: DemoCloud, api: PlainApi, tmp_path: Path
) -> None:
    log_in_by_token(demo, api, tmp_path)
    with machine.console() as console:
        console.sees("16 instances", "fixed by the run")
        demo.void_tokens()
        console.press("r")
        console.sees("db-07", "as of", "Refresh failed: The cloud", "e: details")
        console.press("e")
        console.sees("Something went wrong", "The cloud does not accept", "What to do")


def test_names_of_the_cloud_are_never_markup_nor_control_codes_on_the_terminal(
    machine: Machine, demo: DemoCloud
) -> None:
    with machine.console() as console:
        show_checklist(console, "[/red]")
        console.sees("─[/red] · next", "3 fixed by the run", "Only you can say")
        console.press("i")
        console.sees("Instances › [/red] › make an image", "Made from the instance [/red]")
        console.press("escape")
        console.sees("1 of 16 instances")
        console.press("/")
        console.sees("esc Clear filter")
        console.press("escape")
        show_checklist(console, "星")
        console.press("i")
        console.sees("Instances › 星星", "Name of the image", "Made from the instance", "Next")
        assert max(cell_len(line) for line in console.lines) <= COLUMNS
        assert HOSTILE_NAME.encode() not in console.written


def show_checklist(console: Terminal, name: str) -> None:
    """Filter the list down to one instance and wait for its checklist."""
    console.sees("\n 16 instances")
    console.press("/")
    console.sees("part of a name")
    console.press(name)
    console.sees("1 of 16 instances")
    console.press("enter")
    console.sees(f"─{name}", " passes", "/ Filter")  # the keys are the list's again

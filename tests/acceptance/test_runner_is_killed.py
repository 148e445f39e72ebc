"""The runner is killed in the middle of what takes longest; the run is resumed, or undone without any record of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import DESCRIPTION, Machine
from tests.acceptance.terminal import wait_for
from tests.support.demo import DemoCloud

LONG = 6000
"""Of the cloud's seconds: what takes so long does not end before a test turns the clock."""


@dataclass(frozen=True)
class Moment:
    """Something of the run that takes long."""

    hook: str
    begun: Callable[[dict[str, Any]], bool]
    """Whether this is the change of state with which it begins."""


DETACHING = Moment("detach_volume", lambda change: change["to"] == "detaching")
SAVING = Moment("upload", lambda change: (change["kind"], change["to"]) == ("image", "saving"))
LAUNCHING = Moment("spawn", lambda change: (change["kind"], change["to"]) == ("server", "spawning"))


@pytest.fixture
def kill_at(machine: Machine, demo: DemoCloud):
    """Begins a run on db-07, kills its runner at a moment, and lets what was under way come to its end."""

    def kill(moment: Moment) -> None:
        demo.hooks(**{moment.hook: {"delay": LONG}})
        machine.begin_run("db-07")
        wait_for(lambda: any(moment.begun(change) for change in demo.transitions()))
        machine.kill_the_runner()
        demo.hooks()
        demo.turn(LONG)

    return kill


@pytest.mark.parametrize(
    "moment",
    [  # killed at every call it is in tests/runs/test_crash_matrix.py
        pytest.param(DETACHING, id="detaching", marks=pytest.mark.slow),
        pytest.param(SAVING, id="saving"),
        pytest.param(LAUNCHING, id="launching", marks=pytest.mark.slow),
    ],
)
def test_a_run_whose_runner_was_killed_is_resumed_as_if_nothing_had_been(
    machine: Machine, demo: DemoCloud, api: PlainApi, kill_at, moment: Moment
) -> None:
    db_07 = demo.server_id("db-07")
    before, others, images = api.instance_as_seen(db_07), api.others(), api.image_ids()
    kill_at(moment)
    (run,) = machine.runs()
    resumed = machine.imaging("resume", run["run"], "--json")

    assert resumed.status == 0, resumed.err
    assert (resumed.document["state"], resumed.document["test"]["verdict"]) == ("done", "booted")
    assert resumed.document["instance_restored"] is True
    (made,) = api.image_ids() - images
    assert made == resumed.document["image"]["id"]
    assert (api.image(made)["status"], api.image(made)["description"]) == ("active", DESCRIPTION)
    assert len([call for call in demo.calls("POST", "/action") if "createImage" in call["body"]]) == 1
    assert len([call for call in demo.calls("POST") if call["path"].endswith("/servers")]) == 1
    assert api.instance_as_seen(db_07) == before
    assert api.others() == others


def test_a_run_is_undone_from_the_instance_alone_when_its_record_is_lost(
    machine: Machine, demo: DemoCloud, api: PlainApi, kill_at
) -> None:
    db_07 = demo.server_id("db-07")
    before, others = api.instance_as_seen(db_07), api.others()
    kill_at(SAVING)
    assert api.instance_as_seen(db_07)["volumes"] == []
    machine.lose_the_state()
    undone = machine.imaging("undo", "db-07", "--yes", "--os-cloud", "demo", "--json")

    assert undone.status == 0, undone.err
    assert "is claimed by run" in undone.err
    assert (undone.document["state"], undone.document["instance_restored"]) == ("undone", True)
    assert api.instance_as_seen(db_07) == before
    assert api.others() == others

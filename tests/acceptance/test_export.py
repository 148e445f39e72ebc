"""An image leaves the demonstration cloud as a file, by real processes: cut, lied to, killed, cancelled."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine, Outcome, Process
from tests.acceptance.terminal import wait_for
from tests.support.demo import DemoCloud
from tests.support.needs import tool

MIB = 2**20
SIZE = 12 * MIB
WAIVED = ("--waive", "EXPORT=for a test", "--yes", "--json", "--os-cloud", "demo")
BYTES = {"method": "GET", "path": "/file$"}
WHOLE = ["F", "F.json", "F.report.md", "F.sha256"]


@dataclass(frozen=True)
class Case:
    """An image in the cloud, and the file that is to be made of it."""

    machine: Machine
    demo: DemoCloud
    image: str
    disk: Path
    target: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("export", self.image, str(self.target), *WAIVED)

    def export(self) -> Outcome:
        return self.machine.imaging(*self.arguments)

    def begin(self) -> Process:
        """Until a part of it is there."""
        self.demo.faults({**BYTES, "pause": 0.2})
        begun = self.machine.begin(*self.arguments)
        part = self.target.with_name("F.part")
        wait_for(lambda: part.exists() and part.stat().st_size > 3 * MIB)
        return begun

    @property
    def names(self) -> list[str]:
        """What lies where the file is wanted."""
        return sorted(each.name for each in self.target.parent.iterdir())

    def is_whole(self, outcome: Outcome) -> bool:
        assert outcome.status == 0, outcome.err
        export = outcome.document["export"]
        assert (outcome.document["state"], export["written"], export["compared"]) == ("done", True, True)
        assert self.names == WHOLE
        return self.target.read_bytes() == self.disk.read_bytes()


@pytest.fixture(name="case")
def _case(machine: Machine, demo: DemoCloud, api: PlainApi, tmp_path: Path) -> Case:
    """A disk with a partition table, and something in it that does not repeat, as an image."""
    disk, target = tmp_path / "disk.raw", tmp_path / "target"
    target.mkdir()
    disk.write_bytes(os.urandom(SIZE))
    subprocess.run([tool("sfdisk"), "-q", "--wipe=always", disk], input="label: gpt\n,\n", text=True, check=True)
    return Case(machine, demo, api.new_image("two\nlines: a/b", disk.read_bytes()), disk, target / "F")


TROUBLES: dict[str, list[dict[str, object]]] = {
    "cut at ten places": [{**BYTES, "cut_down": (place + 1) * MIB} for place in range(10)],
    "ranges ignored, and said": [{**BYTES, "cut_down": 5 * MIB}, {**BYTES, "ranges": "ignore", "times": -1}],
    "ranges ignored, and not said": [
        {**BYTES, "cut_down": 5 * MIB},
        {**BYTES, "ranges": "ignore-206"},
        {**BYTES, "ranges": "ignore-206"},
    ],
    "no answer": [{**BYTES, "drop": True}, {**BYTES, "status": 503}],
}
"""The first one shows that processes do what the steps do, with which each is tried in tests/runs/export."""


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(trouble, id=name, marks=pytest.mark.slow if place else ())
        for place, (name, trouble) in enumerate(TROUBLES.items())
    ],
)
def test_it_ends_whole_whatever_the_line_does(case: Case, trouble: list[dict[str, object]]) -> None:
    case.demo.faults(*trouble)
    assert case.is_whole(case.export())


def test_a_flipped_byte_is_never_called_whole(case: Case) -> None:
    case.demo.faults({**BYTES, "flip": 7 * MIB})
    outcome = case.export()
    assert outcome.status == 1
    assert "is not what the cloud stores" in outcome.err
    assert case.names == []


def test_a_killed_runner_is_resumed_with_a_new_login(case: Case) -> None:
    case.begin()
    case.machine.kill_the_runner()
    case.demo.faults()
    case.demo.void_tokens()
    (run,) = case.machine.runs()
    assert case.is_whole(case.machine.imaging("resume", run["run"], "--json"))
    assert len(case.demo.calls("GET", f"/images/{case.image}/file")) == 2


def test_a_cancelled_export_leaves_nothing(case: Case) -> None:
    begun = case.begin()
    (run,) = case.machine.runs()
    case.machine.imaging("cancel", run["run"])
    assert json.loads(case.machine.end_of(begun).out)["state"] == "cancelled"
    assert case.names == []


def test_an_image_that_is_deleted_meanwhile(case: Case) -> None:
    case.demo.faults({**BYTES, "cut_down": 5 * MIB}, {**BYTES, "status": 404, "times": -1})
    outcome = case.export()
    assert outcome.status == 1
    assert "is gone" in outcome.err
    assert "F" not in case.names


def test_a_plan_changes_nothing_and_says_what_keeps_it(case: Case) -> None:
    outcome = case.machine.imaging("export", case.image, str(case.target), "--plan", "--json", "--os-cloud", "demo")
    assert outcome.status == 1
    assert "not sealed" in outcome.err
    plan = outcome.document["export"]
    assert (plan["size_bytes"], plan["hash_algorithm"], plan["converts"]) == (SIZE, "sha512", False)
    assert case.names == []


def test_a_file_that_is_there_is_refused(case: Case) -> None:
    case.target.write_text("mine")
    outcome = case.export()
    assert outcome.status == 2
    assert "exists already" in outcome.err
    assert case.target.read_text() == "mine"


def test_there_and_back_it_boots_as_it_did(machine: Machine, demo: DemoCloud, api: PlainApi, tmp_path: Path) -> None:
    file = tmp_path / "appliance.qcow2"
    assert machine.imaging("export", "survey-appliance", str(file), *WAIVED).status == 0
    texts = ("--name", "appliance-again", "--description", "The appliance once more, there and back with all its tools")
    answers = ("--uninspected", "for a test", "--attest", "SW-ATTEST", "--network", "astro-net", "--yes", "--json")
    clouds = ("--os-cloud", "demo", "--profile", "openstack")
    outcome = machine.imaging("import", str(file), *texts, *answers, *clouds)
    assert outcome.status == 0, outcome.err
    assert outcome.document["test"]["verdict"] == "booted"
    made = api.image(outcome.document["image"]["id"])
    needed = json.loads(file.with_name("appliance.qcow2.json").read_text())["properties"]
    assert needed
    assert {key: made.get(key) for key in needed} == needed

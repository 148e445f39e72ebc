"""The demonstration cloud's recordings are what the probe of today says about the trees of today."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from imaging.democloud.guests.home_files import home_files
from imaging.guest.probe import PARTS
from tests.guest.recordings.building import build
from tests.guest.recordings.guests import GUESTS
from tests.guest.recordings.recording import RECORDED, RECORDINGS, record
from tests.support.needs import needs

recorder = needs("root", "rpm", "dpkg", "dpkg-query", "apt-get")

SIZES = {
    ("directories", "directory"): 3,
    ("directories", "entry"): 2,
    ("directories", "installed"): 1,
    ("directories", "cache"): 2,
    ("cloud_init", "instances"): 1,
    ("boot", "crash"): 1,
}
"""Where rows tell how much space something takes, which another file system tells otherwise."""


def without_sizes(recording: dict[str, Any]) -> dict[str, Any]:
    found = deepcopy(recording)
    for name, part in found["report"]["parts"].items():
        for row in part["rows"]:
            place = SIZES.get((name, row[0]))
            if place is not None:
                row[place] = "some"
            if name == "system_files" and row[:3:2] == ["file", "directory"]:
                row[3] = "some"
        part["rows"].sort()
    return found


QUICK = {"db-07", "rocky-9", "hostile"}
"""One of each family, and one full of odd things."""


@recorder
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in RECORDED]
)
def test_the_probe_says_today_what_was_recorded(name: str):
    kept = json.loads((RECORDINGS / f"{name}.json").read_text())
    assert without_sizes(record(name)) == without_sizes(kept), "record them again: python -m tests.guest.recordings"


def test_each_guest_has_a_recording_and_no_other_is_kept():
    assert {path.stem for path in RECORDINGS.glob("*.json")} == set(RECORDED)


@pytest.mark.parametrize("name", GUESTS)
def test_every_part_of_the_probe_was_recorded_and_none_is_unknown(name: str):
    parts = json.loads((RECORDINGS / f"{name}.json").read_text())["report"]["parts"]
    assert set(parts) == set(PARTS)
    assert {part: found["why"] for part, found in parts.items() if found["state"] != "ok"} == {}


@pytest.mark.parametrize("name", GUESTS)
def test_what_lies_in_the_homes_of_a_tree_is_what_can_be_copied_out_of_the_guest(name: str, tmp_path: Path):
    root = build(GUESTS[name], tmp_path / "root")
    found = {f"/{path.relative_to(root)}" for path in (root / "home").rglob("*") if path.is_file()}
    if name == "hostile":  # some of its names are no UTF-8, or no names that a copy could have
        assert found > set(home_files(name))
    else:
        assert found == set(home_files(name))


@recorder
def test_no_secret_of_a_tree_is_in_its_recording():
    kept = (RECORDINGS / "db-07.json").read_text()
    for secret in ("not-a-real-one", "VGhpcyBpcyBubyBrZXk6", "0000 0000 0000", "$6$demonstration$"):
        assert secret not in kept

"""Every part, from the disks of the probe's own tests: the same rows and facts as its script finds there."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

import pytest

from imaging.guest.report.envelope import PartReport
from tests.guest.file_probe.comparing import by_file, facts_of, parts_by_shell, rows_of
from tests.guest.file_probe.sleeping import TREES, asleep
from tests.guest.file_probe.stories import STORIES
from tests.guest.probe.running import plant
from tests.guest.trees.building import remove_tree

PARTS = ("boot_mounts", "services", "identity", "cloud_init", "network", "sshd", "firewall", "path_uses", "boot")
TOLD_OTHERWISE = {
    "cloud_init": ("status", "result"),
    "sshd": ("effective", "config"),
    "firewall": ("runs", "loaded"),
}
"""Kinds of rows of which the script knows nothing where no system runs, or says so in another way."""


@cache
def disk_of(story: str) -> Path:
    if story in TREES:
        return asleep(story)
    folder = Path(tempfile.mkdtemp(prefix="imaging-story-"))
    atexit.register(remove_tree, folder)
    return plant(folder, STORIES[story])


@cache
def told_by_shell(story: str) -> dict[str, PartReport]:
    return parts_by_shell(PARTS, disk_of(story))


@pytest.mark.parametrize("story", [*STORIES, *TREES])
@pytest.mark.parametrize("part", PARTS)
def test_a_disk_tells_what_the_script_would(part: str, story: str) -> None:
    told, expected = by_file(part, disk_of(story)), told_by_shell(story)[part]
    otherwise = TOLD_OTHERWISE.get(part, ())
    assert set(rows_of(told, without=otherwise)) == set(rows_of(expected, without=otherwise))
    assert (told.incomplete, told.cut, told.state) == (expected.incomplete, expected.cut, expected.state)
    if not any(row[0] in otherwise for row in (*told.rows, *expected.rows)):
        assert facts_of(part, told) == facts_of(part, expected)

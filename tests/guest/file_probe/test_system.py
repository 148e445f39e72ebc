"""The part `system`, from a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant

_RUNNING = ("kernel", "host", "architecture", "init", "btime", "identity")


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_system_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("system", awake(name)), by_shell("system", awake(name))
    assert rows_of(told) == rows_of(expected, without=_RUNNING)
    assert any(row[0] == "release" for row in told.rows)


def test_what_it_is_made_for_is_told_where_the_disk_shows_it(tmp_path: Path) -> None:
    plant(tmp_path, {"/etc/os-release": "ID=debian\n"})
    told = by_file("system", tmp_path, architecture="aarch64")
    assert (facts_of("system", told).architecture, by_file("system", tmp_path).rows) == (
        "aarch64",
        [["release", "ID=debian"]],
    )

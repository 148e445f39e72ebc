"""The part `system`, from a disk."""

from __future__ import annotations

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, rows_of
from tests.guest.probe.trees import tree
from tests.guest.trees.building import KINDS

_RUNNING = ("kernel", "host", "architecture", "init", "btime", "identity")


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_tells_the_same_system_as_the_script_in_a_guest(kind: str) -> None:
    told, expected = by_file("system", tree(kind)), by_shell("system", tree(kind))
    assert rows_of(told) == rows_of(expected, without=_RUNNING)
    assert any(row[0] == "release" for row in told.rows)

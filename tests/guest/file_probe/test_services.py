"""The part `services`, from a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant

_RUNNING = ("runs", "unit", "listener", "process")
OWN = "/etc/systemd/system"
UNITS = {
    f"{OWN}/multi-user.target.wants/a.service": "-> /usr/lib/systemd/system/a.service",
    f"{OWN}/multi-user.target.wants/in order.service": "-> nowhere",
    f"{OWN}/sockets.target.wants/a.socket": "-> nowhere",
    f"{OWN}/b.service.requires/a.service": "-> nowhere",
    f"{OWN}/b.service.requires/c.timer": "a file, not a link\n",
    f"{OWN}/local-fs.target.wants/data.mount": "-> nowhere",
    f"{OWN}/x.wants/.hidden.service": "-> nowhere",
    f"{OWN}/multi-user.target.wants/tab\tand\nend.service": "-> nowhere",
    f"{OWN}/multi-user.target.wants/masked.service": "-> nowhere",
    f"{OWN}/masked.service": "-> /dev/null",
    f"{OWN}/masked.target": "-> /dev/null",
    f"{OWN}/twice.service": "-> masked.service",
    f"{OWN}/climbing.service": "-> ../../../dev/../dev/null",
    f"{OWN}/circle.service": "-> circle.service",
    f"{OWN}/empty.service": "",
    "/usr/lib/systemd/system/multi-user.target.wants/vendor.service": "-> nowhere",
}


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_units_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("services", awake(name)), by_shell("services", awake(name))
    assert rows_of(told, without=("runs",)) == rows_of(expected, without=_RUNNING)
    assert told.incomplete == expected.incomplete
    assert ["runs", "no"] in told.rows


def test_units_of_every_form(tmp_path: Path) -> None:
    told = rows_of(by_file("services", plant(tmp_path, UNITS)))
    climbing = ("file", "masked", "climbing.service")
    assert [row for row in told if row != climbing] == rows_of(by_shell("services", tmp_path))
    assert climbing in told, "in a tree of this machine that link leads to a device that is not there"
    assert ("file", "enabled", "in order.service") in told
    assert ("file", "masked", "twice.service") in told


def test_a_system_without_systemd_is_incomplete(tmp_path: Path) -> None:
    plant(tmp_path, {"/etc/hostname": ""})
    assert by_file("services", tmp_path).incomplete == by_shell("services", tmp_path).incomplete != ""

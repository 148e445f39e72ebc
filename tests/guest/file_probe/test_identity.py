"""The part `identity`, from a disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant

STATES: dict[str, dict[str, str | bytes]] = {
    "filled": {"/etc/machine-id": "0a11ce0000074000800000000000ab07\n", "/var/lib/dbus/machine-id": "0a11\n"},
    "empty": {"/etc/machine-id": "", "/var/lib/dbus/machine-id": "\n0a11\n"},
    "uninitialized": {"/etc/machine-id": "uninitialized\n", "/var/lib/dbus/machine-id": "-> nowhere"},
    "blanks": {"/etc/machine-id": "  \n"},
    "odd bytes": {"/etc/machine-id": b"\xe9\xff\tx", "/var/lib/systemd/random-seed": "x"},
    "nothing": {"/etc/hostname": "db-07\n"},
    "link that leads nowhere": {"/etc/machine-id": "-> ../run/none", "/var/lib/urandom/random-seed": "x"},
}


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_ids_as_the_script_in_a_guest(name: str) -> None:
    told = rows_of(by_file("identity", awake(name)))
    assert told == rows_of(by_shell("identity", awake(name)))
    assert any(row[0] == "machine-id" for row in told)


@pytest.mark.parametrize("state", STATES)
def test_identities_in_every_state_are_told_as_by_the_script(tmp_path: Path, state: str) -> None:
    plant(tmp_path, STATES[state])
    told, expected = by_file("identity", tmp_path), by_shell("identity", tmp_path)
    assert rows_of(told) == rows_of(expected)
    assert bool(told.incomplete) is bool(expected.incomplete)


@pytest.mark.parametrize("path", ["etc/machine-id", "var/lib/dbus/machine-id"])
def test_what_is_no_file_is_never_opened_and_no_state(tmp_path: Path, path: str) -> None:
    plant(tmp_path, {"/etc/hostname": "", "/var/lib/dbus/x": ""})
    os.mkfifo(tmp_path / path)
    told = by_file("identity", tmp_path)
    kind = "dbus" if "dbus" in path else "machine-id"
    assert (told.incomplete, [row for row in told.rows if row[0] == kind]) == (
        f"/{path}: the disk cannot be read there",
        [],
    )

"""Whose machine it is: the same people, homes and first boot as the script's own functions find."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import People, first_boot, number, read_people
from models.errors import DiskUnreadableError
from tests.guest.probe.running import plant
from tests.guest.probe.test_framing import own
from tests.guest.probe.trees import new_tree, tree
from tests.guest.trees.building import FIRST_BOOT, KINDS
from tests.support.directory_file_system import DirectoryFileSystem

ODD = {
    "/etc/login.defs": "# UID_MIN 1\n  UID_MIN\t500 # people\nUID_MAX x\nUID_MAX 700\nUID_MIN -1\n",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\ntoor:x:000:0::/root/:/bin/sh\nlow:x:499:1::/home/low:\n"
    "a:x:500:1::/data/a///:\nb:x:700:1::relative:\nc:x:701:1::/c:\nd:x:600:1::/:\n+::::::\nbroken\n\nx:y\n"
    "tab\there:x:601:1::/with\ttab:/bin/sh\ntwin:x:500:1::/home/zoe:/bin/sh\n",
    "/home/zoe/x": "",
    "/home/line\nend/x": "",
    "/home/.hidden/x": "",
    "/home/a-file": "",
    "/home/link": "-> zoe",
}


def people_by_shell(root: Path) -> list[list[str]]:
    """The login numbers, the homes, the names and the first boot, each by a function of the probe's script."""
    body = """find_homes; row numbers "$first_uid" "$last_uid"; printf '%s\\n' "$home_list" | prefixed home
        find_first_boot; row born "$born"
        awk "$NAMES"'BEGIN { for (each in name) print "name\\t" each "\\t" name[each] }'
        """
    return [row for row in own(body, root=root)["rows"] if row != ["home", ""]]


def people_of(root: Path) -> tuple[People, PartRows]:
    rows = PartRows()
    return read_people(Tree(DirectoryFileSystem(root)), rows), rows


def as_rows(root: Path) -> list[list[str]]:
    found, rows = people_of(root)
    born = first_boot(Tree(DirectoryFileSystem(root)), rows)
    homes = [["home", *home.replace("\n", "\x01").split("\t")] for home in found.homes]
    names = [["name", uid, name] for uid, name in found.names().items()]
    return [
        ["numbers", str(found.first_uid), str(found.last_uid)],
        *homes,
        ["born", "" if born is None else str(born)],
        *names,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_those_that_the_script_finds(kind: str) -> None:
    assert sorted(as_rows(tree(kind))) == sorted(people_by_shell(tree(kind)))
    assert ["born", str(FIRST_BOOT)] in as_rows(tree(kind))


def test_odd_lines_and_odd_names_mean_what_they_mean_to_the_script(tmp_path: Path) -> None:
    root = plant(tmp_path, ODD)
    assert sorted(as_rows(root)) == sorted(people_by_shell(root))
    assert ["home", "/home/line\x01end"] in as_rows(root)


def test_homes_come_in_the_order_of_the_script(tmp_path: Path) -> None:
    root = plant(tmp_path, ODD)
    in_order = [row for row in people_by_shell(root) if row[0] == "home"]
    assert [row for row in as_rows(root) if row[0] == "home"] == in_order


@pytest.mark.parametrize("gone", [["sem/config_scripts_user"], ["sem/config_scripts_user", "sem/config_ssh"]])
def test_the_first_boot_is_told_by_what_is_left_of_its_marks(gone: list[str]) -> None:
    root = new_tree("debian-12")
    for name in gone:
        next(root.glob(f"var/lib/cloud/instances/*/{name}")).unlink()
    assert sorted(as_rows(root)) == sorted(people_by_shell(root))


def test_a_number_is_one_that_a_kernel_can_hold() -> None:
    assert [number(text) for text in ("0", "007", "0" * 50, "4294967295", "9" * 5_000, "-1", "", "1x", "\xb2")] == [
        0, 7, 0, 4294967295, None, None, None, None, None,
    ]  # fmt: skip


def test_a_disk_that_cannot_be_read_there_makes_it_incomplete(tmp_path: Path) -> None:
    class Damaged(DirectoryFileSystem):
        def read(self, file: Node, offset: int, size: int) -> bytes:
            raise DiskUnreadableError("damaged")

    rows = PartRows()
    found = read_people(Tree(Damaged(plant(tmp_path, ODD))), rows)
    assert found.homes == ("/home/line\nend", "/home/link", "/home/zoe")
    assert (found.first_uid, found.passwd) == (1000, ())
    assert "/etc/passwd could not be read" in rows.report().incomplete
    assert "/etc/login.defs could not be read" in rows.report().incomplete

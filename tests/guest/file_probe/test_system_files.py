"""The part `system_files`, from a disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from hashlib import md5
from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.part_system_files import part_system_files
from imaging.guest.report.envelope import PartReport
from imaging.guidelines.guest.questions import questions_for
from models.guest.files import PackageState, Questions, SystemFile
from tests.guest.file_probe.comparing import Row, by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.damaging import Damaged, no_file_there
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.probe.test_secrets import PLACES
from tests.guidelines.building import profile
from tests.support.directory_file_system import DirectoryFileSystem
from tests.support.needs import needs

needs_managers = needs("dpkg-query", "rpm")
ASKED = ("/etc/hosts", "/etc/host.conf", "/etc/hosts.deny", "/etc/resolv.conf", "/etc/shadow", "/etc/ssh/",
         "/etc/nowhere", "/etc/ldap", "/etc/ldap.conf", "/etc/nslcd.conf", "/etc/sssd", "/root", "/etc/alternatives",
         "/etc/ucf.conf", "/dev/null", "/etc/ssl", "/etc/\xe9", "/etc/[ab]*")  # fmt: skip


def whole_seconds(report: PartReport) -> list[Row]:
    """find tells times with fractions, which no fact keeps."""
    return [
        (*row[:4], row[4].partition(".")[0], *row[5:]) if row[0] == "file" else row
        for row in rows_of(report)
    ]  # fmt: skip


def same(root: Path, *asked: str) -> dict[str, SystemFile]:
    questions = Questions(system_files=asked or ASKED)
    told, expected = by_file("system_files", root, questions), by_shell("system_files", root, questions)
    assert whole_seconds(told) == whole_seconds(expected)
    assert (told.incomplete, told.state) == (expected.incomplete, expected.state)
    facts: tuple[SystemFile, ...] = facts_of("system_files", told)
    assert facts == facts_of("system_files", expected)
    return {each.path: each for each in facts}


@needs_managers
@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_as_the_script_in_a_guest(name: str) -> None:
    assert same(awake(name), *questions_for(profile("jetstream2")).system_files)
    assert same(awake(name))["/etc/hosts"].there


ODD: dict[str, str | bytes] = {
    "/etc/hosts": "\n#x\n ;y\r\n127.0.0.1\tlocalhost  # c\n10.0.0.1 a;b ;c # d\n"
    + "".join(f"10.0.0.{number} host\n" for number in range(200)),
    "/etc/hosts.deny": b"ALL: \xe9\xff\x1b[2J\r\n" + b"x" * 3_000 + b"\nno end",
    "/etc/ldap.conf": "\tbindPW   swordfish and more\nuri ldap://admin:swordfish@ldap\nPASS=swordfish\npassword\n"
    "a b pass=swordfish\nmytoken swordfish=x\nx=secret word\n  secret_key  =  swordfish\nPw:word\n",
    "/etc/nslcd.conf": "\n" * 1_200 + "never reached\n",
    "/etc/ldap/ldap.conf": "BASE dc=x\n",
    "/etc/ldap/odd\nname\t\x1b[2J": "x",
    "/etc/ldap/.hidden": "x",
    "/etc/ldap/folder/x": "x",
    "/etc/ldap/link": "-> ldap.conf",
    "/etc/ldap/gone": "-> nowhere",
    "/etc/sssd/sssd.conf": "ldap_default_authtok = swordfish\n",
    "/etc/resolv.conf": "-> ../run/resolv.conf",
    "/etc/alternatives": "-> ldap",
    "/etc/\xe9": "x",
    "/etc/[ab]*/x": "x",
    "/etc/ax/no": "x",
    **{f"/etc/ssl/{number:03}": "x" for number in range(60)},
    "/etc/ucf.conf": "as delivered\n",
    "/var/lib/ucf/hashfile": "2ed7d5d1aa1f1e3ab6f2c4d7bd6dc7f1  /etc/ucf.conf\nshort\n\n0123 /etc/hosts\n",
    "/var/lib/dpkg/status": "Package: a\nStatus: install ok installed\nVersion: 1\nConffiles:\n /etc/ldap/ldap.conf "
    f"{md5(b'BASE dc=x', usedforsecurity=False).hexdigest()}\n /etc/hosts.deny newconffile\n /etc/ssl/none "
    f"{'0' * 32} obsolete\n /etc/ax/no {md5(b'x', usedforsecurity=False).hexdigest()}\n\n",
}


@needs_managers
def test_odd_files_and_folders_are_told_as_the_script_tells_them(tmp_path: Path) -> None:
    files = same(plant(tmp_path, ODD), *ASKED, "/etc/ax")
    assert files["/etc/ucf.conf"].package_state is PackageState.CHANGED
    assert files["/etc/ldap"].package_state is PackageState.CHANGED
    assert files["/etc/ssl"].package_state is PackageState.CHANGED
    assert files["/etc/ax"].package_state is PackageState.UNCHANGED
    assert not files["/etc/resolv.conf"].readable
    assert len([path for path in files if path.startswith("/etc/ssl/")]) == 40


def test_no_secret_is_in_a_row(tmp_path: Path) -> None:
    places = {path: text.replace("SECRET", "swordfish") for path, text in PLACES.items() if path.startswith("/etc/")}
    questions = Questions(system_files=tuple({*ODD, *places, "/etc/ldap"}))
    told = by_file("system_files", plant(tmp_path, {**places, **ODD}), questions)
    assert "swordfish" not in str(told.rows)
    assert ["line", "***"] not in told.rows
    assert any(row[0] == "line" and "***" in row[2] for row in told.rows)


def test_a_file_that_nobody_can_change_is_told(tmp_path: Path) -> None:
    class Fixed(DirectoryFileSystem):
        def _node(self, path: Path) -> Node:
            node = super()._node(path)
            return replace(node, immutable=path.name == "hosts")

    rows = PartRows()
    questions = Questions(system_files=("/etc/hosts", "/etc/hosts.deny"))
    part_system_files(Disk(Tree(Fixed(plant(tmp_path, ODD))), questions), rows)
    assert [each.immutable for each in facts_of("system_files", rows.report())] == [True, False]


def test_without_a_database_the_state_is_unknown(tmp_path: Path) -> None:
    root = shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True)
    (root / "var/lib/dpkg/status").unlink()
    assert same(root)["/etc/hosts"].package_state is PackageState.UNKNOWN


@pytest.mark.parametrize(
    "path, state, readable",
    [
        ("/var/lib/dpkg/status", PackageState.UNKNOWN, True),
        ("/etc/ldap/ldap.conf", PackageState.UNKNOWN, False),
        ("/etc", PackageState.CHANGED, False),
    ],
)
def test_what_cannot_be_read_is_said_and_never_called_unchanged(
    tmp_path: Path, path: str, state: PackageState, readable: bool
) -> None:
    rows = PartRows()
    questions = Questions(system_files=("/etc/ldap/ldap.conf",))
    part_system_files(Disk(Tree(Damaged(plant(tmp_path, ODD), [path])), questions), rows)
    (told,) = facts_of("system_files", rows.report())
    assert (told.package_state, told.readable) == (state, readable)
    assert rows.report().incomplete


@pytest.mark.parametrize("path", ["etc/hosts", "etc/ldap/ldap.conf", "var/lib/ucf/hashfile"])
def test_what_is_no_file_is_never_opened(tmp_path: Path, path: str) -> None:
    no_file_there(plant(tmp_path, ODD), path)
    told = by_file("system_files", tmp_path, Questions(system_files=ASKED))
    kinds = {row[-1]: row[2] for row in told.rows if row[0] == "file"}
    assert kinds.get(f"/{path}", "other") == "other"


def test_a_huge_file_in_the_place_of_a_small_one_is_not_summed_up(tmp_path: Path) -> None:
    plant(tmp_path, ODD)
    os.truncate(tmp_path / "etc/ax/no", 2**40)
    (told,) = facts_of("system_files", by_file("system_files", tmp_path, Questions(system_files=("/etc/ax/no",))))
    assert (told.package_state, told.size_bytes) == (PackageState.UNKNOWN, 2**40)


def test_long_lines_take_no_time(tmp_path: Path) -> None:
    long = {"/etc/hosts": " " * 900_000 + "x", "/etc/ldap.conf": "passpw" * 150_000, "/etc/nslcd.conf": " ;" * 500_000}
    told = by_file("system_files", plant(tmp_path, long), Questions(system_files=tuple(long)))
    assert max(len(row[2]) for row in told.rows if row[0] == "line") <= 520

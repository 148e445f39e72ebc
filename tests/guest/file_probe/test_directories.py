"""The part `directories`, from a disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_directories import part_directories
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.version_order import by_version
from imaging.guest.report.envelope import PartReport
from imaging.runtime.deadline import TimeUpError
from models.guest.directories import Directories
from tests.guest.file_probe.comparing import by_shell, facts_of, rows_of
from tests.guest.file_probe.damaging import Damaged
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.probe.test_directories import HOSTILE
from tests.guest.trees.building import FIRST_BOOT, put
from tests.support.directory_file_system import DirectoryFileSystem
from tests.support.known import present


class AsPlanted(DirectoryFileSystem):
    """A file system that keeps no time of the inode: that of a tree of the tests is the time of the test."""

    def _node(self, path: Path) -> Node:
        return replace(super()._node(path), changed_at=0)


def told_by(file_system: DirectoryFileSystem, check: Callable[[], None] = lambda: None) -> PartReport:
    rows = PartRows()
    part_directories(Disk(Tree(file_system, check=check)), rows)
    return rows.report()


def directories(root: Path) -> Directories:
    facts: Directories = facts_of("directories", told_by(AsPlanted(root)))
    return facts


def without_ties(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Of things that take as much space, which are told depends on the order in which a directory names them."""
    return sorted(row[:3] if row[0] == "entry" else row for row in rows)


def same(root: Path, *, without: tuple[str, ...] = ()) -> Directories:
    for path in root.rglob("*"):
        os.utime(path, (0, int(path.lstat().st_mtime)), follow_symlinks=False)  # find tells fractions of a second
    told, expected = told_by(AsPlanted(root)), by_shell("directories", root)
    left_out = lambda report: [row for row in rows_of(report) if not (row[0] == "cache" and row[1] in without)]  # noqa: E731  # said twice
    assert without_ties(left_out(told)) == without_ties(left_out(expected))
    assert (told.incomplete, told.state) == (expected.incomplete, expected.state)
    return directories(root)


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_as_the_script_in_a_guest(name: str) -> None:
    found = same(awake(name), without=("old kernels",))
    assert found.homes
    assert found.others


@pytest.fixture
def lived_in(tmp_path: Path) -> Path:
    return Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))


def test_odd_homes_and_names_are_told_as_the_script_tells_them(lived_in: Path) -> None:
    for name in HOSTILE:
        home = Path(os.fsdecode(os.fsencode(lived_in / "home") + b"/" + name))
        (home / "Desktop" / home.name).mkdir(parents=True)
        (home / "file").write_bytes(bytes(20_000))
    says = ["", '="$HOME/"\n', '="$HOME/a/b/"\n# x\n', '="$HOME/Desktop"\nXDG_DESKTOP_DIR="$HOME/last" # c"\n']
    for number, settings in enumerate(f"XDG_DESKTOP_DIR{each}" for each in says):
        plant(lived_in, {f"/home/{number}/.config/user-dirs.dirs": settings, f"/home/{number}/Desktop/x": ""})
        plant(lived_in, {f"/home/{number}/a/b/y": "", f"/home/{number}/last/z": ""})
    (lived_in / "home/linked").symlink_to("bruno")  # of what alice has du would measure her cache once
    (lived_in / "home/0/Desktop2").symlink_to("Desktop")
    os.mkfifo(lived_in / "home/1/pipe")
    found = same(lived_in)
    assert present(found.at("/home/linked")).incomplete == "it is a link to elsewhere"


def test_no_more_of_a_desktop_is_told_than_anybody_reads(lived_in: Path) -> None:
    plant(lived_in, {f"/home/alice/Desktop/{number}": "" for number in range(60)})
    desktop = next(each for each in directories(lived_in).desktops if each.path == "/home/alice/Desktop")
    assert len(desktop.names) == 50


def test_whose_a_file_is_is_told_as_the_script_tells_it(lived_in: Path) -> None:
    for path in ("tmp/.X11-unix/X0", "tmp/systemd-private-0123-ntp/tmp/file", "tmp/lost+found/x", "tmp/.X11-unixx/y",
                 "root/.bashrc", "root/.viminfo", "root/anaconda-ks.cfg", "root/.cache/x", "root/notes",
                 "home/bruno/.ssh/authorized_keys", "home/bruno/.cache/deep/x", "home/bruno/sub/.viminfo"):  # fmt: skip
        put(lived_in, path, "x")
    put(lived_in, "home/bruno/.bashrc", "export PATH=/opt/mine:$PATH\n")
    put(lived_in, "opt/old/tool", bytes(100_000), at=FIRST_BOOT)
    put(lived_in, "opt/new/tool", bytes(100_000), at=FIRST_BOOT + 1)
    put(lived_in, "usr/local/lib/python3/deep/site.py", bytes(10_000))
    put(lived_in, "usr/local/direct", bytes(10_000))
    (lived_in / "opt/new/link").symlink_to("tool")
    found = same(lived_in)
    assert {"/opt/new", "/usr/local/lib/python3", "/usr/local/direct"} <= {entry.name for entry in found.installed}
    assert "/opt/old" not in {entry.name for entry in found.installed}


def test_without_a_first_boot_nothing_was_installed_since(lived_in: Path) -> None:
    shutil.rmtree(lived_in / "var/lib/cloud")
    (lived_in / "etc/ssh/ssh_host_ed25519_key.pub").unlink()
    assert same(lived_in).installed == ()


def test_caches_are_measured_as_du_measures_them(lived_in: Path) -> None:
    for path in ("home/alice/miniconda3/pkgs/x", "home/alice/.local/share/Trash/files/x", "opt/miniforge3/pkgs/y/z",
                 "var/lib/docker/overlay2/a", "var/crash/1/vmcore", "var/log/journal/0/system.journal"):  # fmt: skip
        put(lived_in, path, bytes(30_000))
    os.link(lived_in / "var/crash/1/vmcore", lived_in / "var/crash/again")
    (lived_in / "home/bruno/.npm").symlink_to("/home/alice/.npm")
    found = same(lived_in)
    assert {"conda", "trash", "containers", "core dumps", "journal"} <= {cache.kind for cache in found.caches}


def test_all_kernels_but_the_newest_are_old_on_a_disk_that_runs_none(lived_in: Path) -> None:
    for version in ("6.1.0-9", "6.1.0-25-cloud-amd64", "6.1.0-30"):
        put(lived_in, f"lib/modules/{version}/kernel/fs/ext4.ko", bytes(10_000))
    caches = [cache.path for cache in directories(lived_in).caches if cache.kind == "old kernels"]
    assert caches == ["/lib/modules/6.1.0-9", "/lib/modules/6.1.0-25-cloud-amd64"]


def test_what_has_several_names_takes_its_space_once_and_counts_under_each(lived_in: Path) -> None:
    before = present(directories(lived_in).at("/srv"))
    put(lived_in, "srv/one", bytes(400_000))
    for number in range(5):
        os.link(lived_in / "srv/one", lived_in / f"srv/again-{number}")
    found = present(directories(lived_in).at("/srv"))
    assert found.files == before.files + 6
    assert 390 < found.size_kib - before.size_kib < 420


def test_a_file_with_holes_takes_what_it_takes(lived_in: Path) -> None:
    os.truncate(put(lived_in, "srv/sparse", ""), 2**40)
    assert same(lived_in).at("/srv") is not None
    assert present(directories(lived_in).at("/srv")).size_kib < 1_000


def test_what_cannot_be_read_makes_sums_that_say_so(lived_in: Path) -> None:
    report = told_by(
        Damaged(lived_in, ["/home/alice/survey", "/opt", "/var/lib/apt/lists", "/home/bruno/Schreibtisch"])
    )
    found: Directories = facts_of("directories", report)
    assert present(found.at("/home/alice")).incomplete == "not all of it can be read"
    assert present(found.at("/home/alice")).files > 5
    assert present(found.at("/opt")).incomplete == "not all of it can be read"
    assert present(found.at("/srv")).incomplete == ""
    assert report.incomplete


@pytest.mark.parametrize("path", ["/home", "/etc", "/etc/passwd", "/etc/skel", "/var/lib/cloud", "/"])
def test_a_disk_that_is_damaged_anywhere_is_read_to_its_end(lived_in: Path, path: str) -> None:
    report = told_by(Damaged(lived_in, [path]))
    assert report.incomplete


def test_when_time_is_up_what_was_added_is_told_and_the_rest_is_called_unknown(lived_in: Path) -> None:
    class Slow(AsPlanted):
        up = False

        def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
            Slow.up = Slow.up or (lived_in / "home/alice/survey").lstat().st_ino == directory.inode
            return super().entries(directory)

    def check() -> None:
        if Slow.up:
            raise TimeUpError

    rows = PartRows()
    with pytest.raises(TimeUpError):
        part_directories(Disk(Tree(Slow(lived_in), check=check)), rows)
    found: Directories = facts_of("directories", rows.report())
    whys = {each.path: each.incomplete for each in (*found.homes, *found.others)}
    assert whys["/home/debian"] == ""
    assert {whys["/home/alice"], whys["/home/bruno"], whys["/opt"]} == {"time was up"}
    assert present(found.at("/home/alice")).files > 0


def test_a_directory_without_an_end_is_left_where_a_path_ends(tmp_path: Path) -> None:
    class Endless(DirectoryFileSystem):
        numbers = count(10**9)

        def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
            if directory.inode < 10**9 and self._paths[directory.inode].name != "srv":
                yield from super().entries(directory)
            else:
                yield "deeper", replace(directory, inode=next(self.numbers))

    plant(tmp_path, {"/srv/x": "", "/etc/passwd": ""})
    found: Directories = facts_of("directories", told_by(Endless(tmp_path)))
    assert present(found.at("/srv")).incomplete == "not all of it can be read"


VERSIONS = [
    "5.14.0-427.el9.aarch64",
    "5.14.0-427.13.1.el9_4.x86_64",
    "5.14.0-427.1.el9.aarch64",
    "6.1.0-9",
    "6.1.0-30",
    "6.1.0-25-cloud-amd64",
    "6.1.0~rc1",
    "6.1.0",
    "6.1",
    "a.b",
    "1.0.tar.gz",
    "1.0",
    "1.0a",
    "1.0-1",
    "1.0+b",
    "007",
    "7",
    "07",
    "1.~",
    "1.0~",
    "Z",
    "a",
    "_",
    "5.15.0-100-generic",
    "5.15.0-99-generic",
    "1.0.0.el7.x86_64",
]


def test_versions_come_in_the_order_of_sort() -> None:
    text = "".join(f"{version}\n" for version in VERSIONS)
    said = subprocess.run(["sort", "-V"], input=text, capture_output=True, text=True, check=True, env={"LC_ALL": "C"})
    assert sorted(VERSIONS, key=by_version) == said.stdout.splitlines()

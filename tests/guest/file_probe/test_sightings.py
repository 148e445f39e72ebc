"""The part `sightings`, from a disk."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.planted import planted
from imaging.files.disk.file_system import FileSystem, Node
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_directories import part_directories
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.part_sightings import part_sightings
from imaging.guest.file_probe.sightings import small_texts
from imaging.guest.probe import assembly
from imaging.guest.report.envelope import PartReport
from imaging.guidelines.guest.questions import questions_for
from imaging.runtime.deadline import TimeUpError
from models.guest.files import FileSearch, Questions, Sighting
from tests.guest.file_probe.comparing import Row, by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.damaging import Damaged, no_file_there
from tests.guest.file_probe.made_up import MadeUp
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.probe.test_planted_secrets import TOKEN
from tests.guest.probe.test_secret_lines import HARMLESS, PLANTED, bare_tree
from tests.guest.probe.test_secrets import PLACES
from tests.guest.probe.test_sightings import CONDA, HOSTILE, KEY, LICENCE, MATLAB
from tests.guest.probe.trees import new_tree
from tests.guest.trees.building import put
from tests.guidelines.building import profile
from tests.support.directory_file_system import DirectoryFileSystem

SEARCHES = Questions(searches=(KEY, LICENCE, MATLAB, CONDA))


def asked() -> Questions:
    return questions_for(profile("jetstream2"))


def told_by(file_system: FileSystem, questions: Questions, check: Callable[[], None] = lambda: None) -> PartReport:
    rows = PartRows()
    part_sightings(Disk(Tree(file_system, check=check), questions), rows)
    return rows.report()


def without_marks_of_links(report: PartReport) -> list[Row]:
    """The script follows no link in a tree of the tests, for it would lead out of it; in a guest it does."""
    links = {row[-1] for row in report.rows if row[0] == "sighting" and row[2] == "link"}
    return rows_of(
        PartReport(state="ok", rows=[row for row in report.rows if row[0] == "sighting" or row[-1] not in links])
    )


def same(root: Path, questions: Questions) -> dict[str, list[Sighting]]:
    for path in root.rglob("*"):
        os.utime(path, (0, int(path.lstat().st_mtime)), follow_symlinks=False)  # find tells fractions, rounded
    told, expected = by_file("sightings", root, questions), by_shell("sightings", root, questions)
    assert rows_of(told) == rows_of(expected)
    assert (told.incomplete, told.state) == (expected.incomplete, expected.state)
    facts: tuple[Sighting, ...] = facts_of("sightings", told)
    assert sorted(facts, key=str) == sorted(facts_of("sightings", expected), key=str)
    return {path: list(each) for path, each in itertools.groupby(sorted(facts, key=str), lambda each: each.path)}


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("sightings", awake(name), asked()), by_shell("sightings", awake(name), asked())
    quiet_links = {row for row in rows_of(told) if row[0] == "sighting" and row[2] == "link"} - set(rows_of(expected))
    assert set(without_marks_of_links(told)) - quiet_links == set(without_marks_of_links(expected))
    assert told.incomplete == expected.incomplete == ""
    assert expected.rows


@pytest.mark.parametrize("share", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["a fifth", "all"])
def test_every_planted_secret_is_found_at_its_line_and_none_is_told(share: int) -> None:
    """A fifth of the forms of each class; the script starts several programs for each file."""
    files = {path: text for each in planted(seed=2).values() for path, text in list(each.items())[::share]}
    same(plant(bare_tree(), files), asked())


def test_secrets_between_harmless_lines_are_found_and_what_looks_like_them_is_not() -> None:
    same(plant(bare_tree(), PLANTED), asked())
    same(plant(bare_tree(), HARMLESS), asked())


def test_no_secret_is_in_a_row() -> None:
    numbers = itertools.count(1000)
    files = {
        path: re.sub("(?<!_)SECRET(?!_)", lambda _: f"hunter{next(numbers)}", text)
        for path, text in PLACES.items()
        if not path.startswith("/proc")
    }
    root = new_tree("ubuntu-24.04")
    for path in files:
        (root / path.lstrip("/")).unlink(missing_ok=True)
    told = by_file("sightings", plant(root, files), asked())
    assert [row for row in told.rows if row[0] == "mark"]
    assert "hunter" not in str(told.rows)


def test_odd_names_are_found_and_read() -> None:
    root = new_tree("debian-12")
    for name in HOSTILE:
        if b"\x01" in name:
            continue  # the script takes that byte for a line end
        folder = Path(os.fsdecode(os.fsencode(root / "home/bruno") + b"/" + name))
        folder.with_name(f"x{folder.name}").mkdir()
        folder.write_text("FEATURE found_it v 1\n")
        home = root / "home" / folder.name.replace(".lic", "")
        (home / ".ssh").mkdir(parents=True)
        (home / ".ssh/id_x").write_text("-----BEGIN PRIVATE KEY-----\n")
    assert len(same(root, SEARCHES)) > 2 * len(HOSTILE)


ODD_TEXTS = {
    "late.lic": b"x" * 70_000 + b"\nFEATURE late v 1\n",
    "soon.lic": b"FEATURE soon v 1\n" + b"x" * 70_000,
    "cut.lic": b"x" * 65_520 + b"\nFEATURE x v\nFEATURE cut v\n",
    "binary.lic": b"\x00\x01\xff" * 30_000 + b"\nFEATURE late v 1\n",
    "zero.lic": b"a\0FEATURE behind a zero\0b\n",
    "many.lic": b"".join(b"FEATURE %s%d v 1\n" % (b"w" * 100, number) for number in range(20)),
    "words.lic": b"FEATURE one\r\nINCREMENT\ttwo x\r\n FEATURE three\nFEATURE\nFEATURE one\nINCREMENT \xe9\xff y\n",
    "empty.lic": b"",
    "no-end.lic": b"SERVER x",
    "first.pem": b"a certificate\n-----BEGIN PRIVATE KEY-----\n",
    "crlf.pem": b"-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n",
    "A.LIC": b"server",
    "lic": b"FEATURE x",
}


def test_odd_texts_are_compared_as_the_script_compares_them() -> None:
    root = new_tree("debian-12")
    for name, content in ODD_TEXTS.items():
        put(root, f"srv/{name}", content)
    os.mkfifo(root / "srv/pipe.lic")
    (root / "srv/folder.lic").mkdir()
    same(root, SEARCHES)


TEXTS = {
    "/opt/app/READ ME\n2": f"one\ntwo {TOKEN}\n".encode(),
    "/srv/node_modules/x/readme.md": TOKEN.encode(),
    "/opt/x/lib/python3.12/y": TOKEN.encode(),
    "/opt/x/R/x86_64/4.1-library/z": TOKEN.encode(),
    "/opt/x/R/library/z": TOKEN.encode(),
    "/opt/x/go/pkg/mod/z": TOKEN.encode(),
    "/opt/x/go/pkg/module/z": TOKEN.encode(),
    "/opt/miniconda3/pkgs/z": TOKEN.encode(),
    "/srv/lib/python2": TOKEN.encode(),
    "/srv/conda-meta": TOKEN.encode(),
    "/srv/a.csv": TOKEN.encode(),
    "/srv/a.CSV": TOKEN.encode(),
    "/srv/a.jpeg": TOKEN.encode(),
    "/srv/a.so.1": TOKEN.encode(),
    "/srv/.so": TOKEN.encode(),
    "/srv/a.fasta": TOKEN.encode(),
    "/srv/line\nend.nc": TOKEN.encode(),
    "/srv/largest": TOKEN.encode() + b"\n" + b"x" * (1_048_576 - len(TOKEN) - 1),
    "/srv/larger": TOKEN.encode() + b"\n" + b"x" * (1_048_576 - len(TOKEN)),
    "/srv/binary": b"\0" + TOKEN.encode(),
    "/srv/latin": b"\xe9 " + TOKEN.encode() + b" \xff\n",
    "/srv/long": b"x" * 500_000 + b" " + TOKEN.encode(),
    "/srv/deep": b"y\n" * 100_000 + TOKEN.encode() + b"\n",
    "/usr/share/elsewhere": TOKEN.encode(),
}


def test_what_is_searched_for_by_its_content_is_found_where_the_script_finds_it() -> None:
    root = plant(bare_tree(), TEXTS)
    os.mkfifo(root / "srv/pipe")
    (root / "srv/link").symlink_to("largest")
    found = same(root, asked())
    assert {"/opt/x/R/library/z", "/srv/a.CSV", "/srv/largest", "/srv/latin", "/srv/deep"} <= found.keys()
    assert "/srv/binary" not in found


def test_what_is_left_out_is_what_the_script_leaves_out() -> None:
    text = (Path(assembly.__file__).parent / "contents.sh").read_text()
    command = text[text.index("FIND_CONTENT=") :].replace('"', "")
    before, _, behind = command.partition("-prune")
    assert tuple(re.findall(r"-name (\S+)", before)) == small_texts.NOT_ENTERED
    assert tuple(re.findall(r"-path (\S+)", before)) == small_texts.NOT_ENTERED_PATHS
    assert tuple(re.findall(r"! -name (\S+)", behind)) == small_texts.NOT_READ
    assert f"-size -{small_texts.LARGEST // 512 + 1}" in behind


def test_a_link_is_read_where_it_leads_as_in_a_guest() -> None:
    root = new_tree("debian-12")
    put(root, "data/site", "FEATURE linked v 1\n")
    (root / "srv/link.lic").symlink_to("/data/site")
    (root / "srv/gone.lic").symlink_to("/data/nowhere")
    told = by_file("sightings", root, SEARCHES)
    assert ["words", LICENCE.id, "linked", "/srv/link.lic"] in told.rows
    assert {row[2] for row in told.rows if row[0] == "sighting" and row[-1].startswith("/srv")} == {"link"}


def test_a_search_may_name_a_path_in_brackets_and_a_home_may_be_named_like_one() -> None:
    root = new_tree("debian-12")
    plant(root, {"/home/[ab]*/key": "x", "/home/a/key": "x", "/opt/[x]/key": "x", "/opt/x/key": "x"})
    same(root, Questions(searches=(FileSearch(id="k", paths=("~/key", "/opt/[x]/key", "/opt/[!x]*/k?y")),)))


def test_too_many_sightings_are_cut_and_said_so() -> None:
    root = new_tree("debian-12")
    for number in range(3_200):
        (root / f"srv/{number}.sif").touch()
    told = by_file("sightings", root, Questions(searches=(FileSearch(id="sif", names=("*.sif",)),)))
    assert (len(told.rows), told.incomplete) == (3_000, "more than 3,000 sightings")


def test_too_many_files_with_a_token_make_the_search_unread_not_short() -> None:
    root = plant(bare_tree(), {f"/srv/{number}": TOKEN for number in range(301)})
    told = by_file("sightings", root, asked())
    unread = {row[1] for row in told.rows if row[0] == "unread" and row[2] == "/"}
    assert unread == {each.id for each in asked().searches if each.anywhere}
    assert len([row for row in told.rows if row[:2] == ["mark", "SEC-DEV.token-code"]]) == 300


@pytest.mark.parametrize("path", ["/srv/site.lic", "/opt/matlab/R2024a/licenses/site.lic"])
def test_a_file_that_cannot_be_read_is_unread(path: str) -> None:
    root = new_tree("debian-12")
    put(root, "srv/site.lic", "FEATURE x v 1\n")
    told = told_by(Damaged(root, [path]), SEARCHES)
    assert ["unread", LICENCE.id, path] in told.rows
    assert not [row for row in told.rows if row[0] == "mark" and row[-1] == path]


@pytest.mark.parametrize("path", ["/home", "/home/alice", "/opt/matlab", "/etc", "/", "/etc/passwd"])
def test_a_directory_that_cannot_be_read_makes_it_incomplete(path: str) -> None:
    told = told_by(Damaged(new_tree("debian-12"), [path]), asked())
    assert told.incomplete
    assert told.state == "ok"


@pytest.mark.parametrize("path", ["home/alice/.ssh/id_ed25519", "opt/matlab/R2024a/licenses/site.lic", "srv/x.lic"])
def test_what_is_no_file_is_never_opened(path: str) -> None:
    root = new_tree("debian-12")
    no_file_there(root, path)
    told = by_file("sightings", root, asked())
    assert not [row for row in told.rows if row[0] in {"mark", "unread"} and row[-1] == f"/{path}"]


def test_an_expression_that_cannot_be_used_makes_its_files_unread() -> None:
    root = new_tree("debian-12")
    put(root, "srv/a.odd", "aa\n")
    odd = FileSearch(id="odd", names=("*.odd",), contains={"twice": r"(a)\1"})
    anywhere = FileSearch(id="everywhere", contains={"twice": r"(a)\1"}, anywhere=True, marked_only=True)
    told = by_file("sightings", root, Questions(searches=(odd, anywhere)))
    assert ["unread", "odd", "/srv/a.odd"] in told.rows
    assert ["unread", "everywhere", "/"] in told.rows
    assert "refers back" in told.incomplete


@pytest.mark.parametrize("opened", [1, 2, 6])
def test_when_time_is_up_nothing_that_was_not_read_is_called_clean(opened: int) -> None:
    root = new_tree("debian-12")
    for number in range(9):
        put(root, f"srv/{number}.lic", "FEATURE x v 1\n")

    class Slow(DirectoryFileSystem):
        left = opened

        def read(self, file: Node, offset: int, size: int) -> bytes:
            Slow.left -= self._paths[file.inode].suffix == ".lic"
            return super().read(file, offset, size)

    def check() -> None:
        if Slow.left <= 0:
            raise TimeUpError

    questions = Questions(searches=(LICENCE, FileSearch(id="any", contains={"a": "zzz"}, anywhere=True)))
    rows = PartRows()
    with pytest.raises(TimeUpError):
        part_sightings(Disk(Tree(Slow(root), check=check), questions), rows)
    told = rows.report().rows
    assert ["unread", "any", "/"] in told
    lics = [row[-1] for row in told if row[:2] == ["sighting", LICENCE.id]]
    unread = {row[-1] for row in told if row[:2] == ["unread", LICENCE.id]}
    marked = {row[-1] for row in told if row[:2] == ["mark", LICENCE.id]}
    assert set(lics) <= unread | marked


def test_when_time_is_up_while_files_are_read_the_rest_is_unread() -> None:
    root = new_tree("debian-12")
    for number in range(9):
        put(root, f"srv/{number}.lic", "FEATURE x v 1\n")

    class Slow(DirectoryFileSystem):
        left = 4

        def read(self, file: Node, offset: int, size: int) -> bytes:
            Slow.left -= self._paths[file.inode].suffix == ".lic"
            return super().read(file, offset, size)

    def check() -> None:
        if Slow.left <= 0:
            raise TimeUpError

    rows = PartRows()
    with pytest.raises(TimeUpError):
        part_sightings(Disk(Tree(Slow(root), check=check), Questions(searches=(LICENCE,))), rows)
    lics = {row[-1] for row in rows.report().rows if row[0] == "sighting"}
    unread = {row[-1] for row in rows.report().rows if row[0] == "unread"}
    marked = {row[-1] for row in rows.report().rows if row[0] == "mark"}
    assert {path for path in lics if path.startswith("/srv/")} <= unread | marked
    assert unread
    assert marked
    assert "time was up" in rows.report().incomplete


def test_without_questions_there_are_no_sightings() -> None:
    assert by_file("sightings", new_tree("debian-12")).rows == []


@pytest.mark.slow
def test_a_large_disk_is_searched_in_well_under_a_minute() -> None:
    """200,000 inodes and 2,000 small texts; by the processor's time, for others share it."""
    large = MadeUp(
        200, 1_000, 2_000, b"a line of a text that holds nothing to be found, export PATH=/opt/x/bin\n" * 100
    )
    began = time.process_time()
    rows = PartRows()
    part_sightings(Disk(Tree(large), asked()), rows)
    part_directories(Disk(Tree(large)), rows)
    assert time.process_time() - began < 30
    assert 2_000 * 7_000 < large.read_bytes < 2_000 * 20_000
    assert rows.report().incomplete == ""

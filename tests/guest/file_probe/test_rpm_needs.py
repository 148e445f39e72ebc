"""What a package of rpm needs is met, is missing, or is not understood."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

from imaging.guest.file_probe.packages.debian.deb_relations import PackageSet
from imaging.guest.file_probe.packages.rpm.rpm_dependencies import NotUnderstoodError
from tests.guest.file_probe.comparing import by_file, facts_of


def header(name: str, **needs_and_provides: list[tuple[str, int, str]]) -> bytes:
    """A header of rpm, as small as one may be."""
    index, data = b"", b""

    def add(tag: int, kind: int, values: list[bytes] | list[int]) -> None:
        nonlocal index, data
        data += bytes(-len(data) % 4)
        index += struct.pack(">IIII", tag, kind, len(data), len(values))
        data += b"".join(struct.pack(">I", each) if isinstance(each, int) else each + b"\0" for each in values)

    for tag, text in ((1000, name), (1001, "1"), (1002, "1"), (1022, "noarch"), (1014, "GPL")):
        add(tag, 6, [text.encode()])
    add(1008, 4, [1_789_873_812])
    for key, tags in (("provides", (1047, 1112, 1113)), ("requires", (1049, 1048, 1050))):
        told = needs_and_provides.get(key, [])
        if told:
            add(tags[0], 8, [each.encode() for each, _, _ in told])
            add(tags[1], 4, [sign for _, sign, _ in told])
            add(tags[2], 8, [version.encode() for _, _, version in told])
    add(1117, 8, [b"sh", b"tool"])
    add(1118, 8, [b"/usr/bin/", f"/opt/{name}/".encode()])
    add(1116, 4, [0, 1])
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def rpm_tree(root: Path, *headers: bytes) -> Path:
    path = root / "var/lib/rpm/rpmdb.sqlite"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("create table 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        opened.executemany("insert into Packages (blob) values (?)", [(each,) for each in headers])
    return root


HAVE = [("x", 8, "2-1"), ("plain", 0, ""), ("lib(x86-64)", 8, "3"), ("ranged", 4 | 8, "5")]


@pytest.mark.parametrize(
    "name, sign, version, is_met",
    [
        ("x", 0, "", True), ("y", 0, "", False), ("x", 8, "2-1", True), ("x", 8, "2", True), ("x", 8, "2-2", False),
        ("x", 12, "1", True), ("x", 12, "3", False), ("x", 10, "1", False), ("x", 2, "2-1", False),
        ("plain", 12, "9", True),
        ("ranged", 12, "4", True), ("ranged", 10, "4", False), ("ranged", 8, "9", True), ("/usr/bin/sh", 0, "", True),
        ("/bin/sh", 0, "", True), ("/usr/opt/other/tool", 0, "", True), ("/bin/nowhere", 0, "", False),
        ("rpmlib(Odd)", 10 | 1 << 24, "9", True), ("lib(x86-64)", 0, "", True),
        ("(x or y)", 0, "", True), ("(y or z)", 0, "", False), ("(x and y)", 0, "", False), ("(y if z)", 0, "", True),
        ("(y if x)", 0, "", False), ("(y if x else plain)", 0, "", False), ("(y if z else plain)", 0, "", True),
        ("(y if z else q)", 0, "", False), ("(x with plain)", 0, "", True), ("(x without plain)", 0, "", False),
        ("(lib(x86-64) = 3 if plain)", 0, "", True), ("(lib(x86-64) > 3 if plain)", 0, "", False),
        ("((x >= 2 and plain) or y)", 0, "", True), ("(y unless x)", 0, "", True), ("(y unless z)", 0, "", False),
    ],
)  # fmt: skip
def test_a_need_is_met_or_a_problem(name: str, sign: int, version: str, is_met: bool, tmp_path: Path) -> None:
    root = rpm_tree(tmp_path, header("asker", requires=[(name, sign, version)]), header("other", provides=HAVE))
    told = facts_of("updates", by_file("updates", root))
    assert told.problems == (() if is_met else ("asker-1-1.noarch misses something that it needs",))


@pytest.mark.parametrize("need", ["(x", "(x y z)", "(x nor y)", "()", "(x or)", "(" * 40 + "x", "(x) y"])
def test_a_need_that_is_not_understood_makes_all_of_them_unknown(need: str, tmp_path: Path) -> None:
    root = rpm_tree(tmp_path, header("asker", requires=[(need, 0, "")]), header("other", provides=HAVE))
    assert facts_of("updates", by_file("updates", root)).problems is None


def test_a_need_that_is_not_understood_is_an_exception_of_its_own() -> None:
    assert issubclass(NotUnderstoodError, Exception)
    assert list(PackageSet([{"package": "a", "depends": "((("}]).missing(lambda: None, for_certain=True)) == []

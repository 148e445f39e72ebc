"""The databases of rpm and dpkg, read from their files: whole, large, unfinished, damaged and hostile ones."""

from __future__ import annotations

import contextlib
import lzma
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.local_time import LocalTime
from imaging.guest.file_probe.packages.debian.dpkg_status import read_debs
from imaging.guest.file_probe.packages.rpm.rpm_database import read_rpms
from imaging.guest.file_probe.packages.rpm.rpm_header import RpmHeader
from imaging.guest.file_probe.packages.rpm.sqlite_table import SqliteFile
from models.errors import DiskUnreadableError
from tests.guest.trees.building import HERE
from tests.support.directory_file_system import DirectoryFileSystem
from tests.support.needs import needs

FORMAT = r"%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{LICENSE}\t%{INSTALLTIME}\n"
FILES = r"[%{FILEFLAGS} %{FILEDIGESTS} %{FILENAMES}\n]"
RECORDED = [("centos-7", "Packages"), ("rocky-8", "Packages"), ("rocky-9", "rpmdb.sqlite")]
needs_rpm = needs("rpm")


def tree_of(root: Path) -> Tree:
    return Tree(DirectoryFileSystem(root))


def database(root: Path, kind: str, name: str) -> Path:
    """A recorded database, where rpm has it."""
    path = root / "var/lib/rpm" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.decompress((HERE / f"recorded/{kind}-{name}.xz").read_bytes()))
    return path


def by_us(root: Path) -> list[str]:
    return [
        "\t".join([rpm.name, rpm.version, rpm.architecture, rpm.licence, str(rpm.installed_at)])
        for rpm in read_rpms(tree_of(root))
    ]


def by_rpm(root: Path, form: str = FORMAT) -> list[str]:
    asked = ["rpm", "--dbpath", str(root / "var/lib/rpm"), "-qa", "--qf", form]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()


@needs_rpm
@pytest.mark.parametrize("kind, name", RECORDED)
def test_each_package_is_told_as_rpm_tells_it_and_in_the_same_order(tmp_path: Path, kind: str, name: str) -> None:
    database(tmp_path, kind, name)
    assert by_us(tmp_path) == by_rpm(tmp_path) != []


@needs_rpm
@pytest.mark.parametrize("kind, name", RECORDED)
def test_files_and_their_sums_are_those_of_rpm(tmp_path: Path, kind: str, name: str) -> None:
    database(tmp_path, kind, name)
    told = [
        " ".join(map(str, each))
        for rpm in read_rpms(tree_of(tmp_path))
        for each in zip(*rpm.files(), strict=True)
    ]  # fmt: skip
    assert told == [line for line in by_rpm(tmp_path, FILES) if not line.startswith("(none)")] != []


def blobs(root: Path) -> list[bytes]:
    path = database(root, "rocky-9", "rpmdb.sqlite")
    with closing(sqlite3.connect(path)) as opened, opened:
        return [row[0] for row in opened.execute("select blob from Packages order by hnum")]


def write_ndb(path: Path, headers: list[bytes]) -> None:
    """As rpm's own database has them: slots first, each leading to a blob in blocks of sixteen bytes."""
    slots = bytearray(struct.pack("<4sIIIIIII", b"RpmP", 0, 7, 1, len(headers) + 1, 0, 0, 0))
    stored = b""
    for number, header in enumerate(headers, 1):
        head = struct.pack("<4sIII", b"BlbS", number, 1, len(header))
        padding = bytes(-(len(head) + len(header) + 12) % 16)
        sums = zlib.adler32(head + header + padding)
        whole = head + header + padding + struct.pack("<II4s", sums, len(header), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, (4096 + len(stored)) // 16, len(whole) // 16)
        stored += whole
    while len(slots) < 4096:
        slots += struct.pack("<4sIII", b"Slot", 0, 0, 0)
    path.write_bytes(bytes(slots) + stored)


def test_a_database_of_suse_tells_the_same_packages(tmp_path: Path) -> None:
    headers = blobs(tmp_path / "sqlite")
    folder = tmp_path / "ndb/usr/lib/sysimage/rpm"
    folder.mkdir(parents=True)
    write_ndb(folder / "Packages.db", headers)
    assert by_us(tmp_path / "ndb") == by_us(tmp_path / "sqlite") != []


def large_table(path: Path, **pragmas: object) -> dict[int, bytes]:
    """A table whose tree has several levels, with records that overflow many pages, and holes in its numbers."""
    rnd = random.Random(1)
    records = {number: rnd.randbytes(rnd.choice([0, 10, 480, 4_050, 4_061, 4_062, 9_000, 70_000])) for number in
               (*range(1, 400), *range(1_000, 3_000, 7), 2**40)}  # fmt: skip
    with closing(sqlite3.connect(path)) as opened, opened:
        for name, value in pragmas.items():
            opened.execute(f"pragma {name} = {value}")
        opened.execute("create table other (a, b)")
        opened.execute("create table 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        opened.executemany("insert into Packages values (?, ?)", records.items())
        opened.execute("delete from Packages where hnum % 11 = 0")
    opened.close()
    return {number: value for number, value in records.items() if number % 11}


def table_of(root: Path, name: str) -> dict[int, object]:
    return {number: values[1] for number, values in SqliteFile(tree_of(root), f"/{name}").table("Packages")}


@pytest.mark.parametrize("page_size", [512, 1_024, 4_096, 65_536])
def test_a_large_table_is_read_to_its_end(tmp_path: Path, page_size: int) -> None:
    expected = large_table(tmp_path / "large", page_size=page_size)
    assert table_of(tmp_path, "large") == expected


@pytest.fixture
def unfinished(tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A database as a machine leaves it that was stopped: what was done last stands in its log alone."""
    path = tmp_path / "db"
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("pragma journal_mode = wal")
    opened.execute("pragma wal_autocheckpoint = 0")
    opened.execute("create table Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    opened.execute("insert into Packages values (1, x'00'), (2, zeroblob(9000))")
    opened.execute("pragma wal_checkpoint(truncate)")
    opened.execute("insert into Packages values (3, zeroblob(20000))")
    opened.execute("delete from Packages where hnum = 1")
    yield path, opened
    opened.close()


def test_what_stands_in_the_log_alone_counts(tmp_path: Path, unfinished: tuple[Path, sqlite3.Connection]) -> None:
    path, opened = unfinished
    folder = tmp_path / "copy"
    folder.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", folder / f"db{ending}")
    expected = dict(opened.execute("select hnum, blob from Packages"))
    assert table_of(folder, "db") == expected
    assert sorted(expected) == [2, 3]
    (folder / "db-wal").unlink()
    assert sorted(table_of(folder, "db")) == [1, 2]


@pytest.mark.parametrize("how", ["cut", "changed", "of another database", "none at all"])
def test_what_the_log_does_not_finish_does_not_count(
    tmp_path: Path, unfinished: tuple[Path, sqlite3.Connection], how: str
) -> None:
    path, _opened = unfinished
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(path, folder / "db")
    log = bytearray(Path(f"{path}-wal").read_bytes())
    if how == "cut":
        log = log[:-1]
    elif how == "none at all":
        log = bytearray(os.urandom(20_000))
    else:
        log[20 if how == "of another database" else 100] ^= 1
    (folder / "db-wal").write_bytes(log)
    assert sorted(table_of(folder, "db")) == ([1, 2, 3] if how == "cut" else [1, 2])


def damaged_once(data: bytes, rnd: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rnd.choice([1, 3, 30])):
        place = rnd.randrange(len(changed)) if rnd.random() < 0.5 else rnd.randrange(min(len(changed), 600))
        changed[place] = rnd.choice([0, 1, 0xFF, 0x7F, rnd.randrange(256)])
    return bytes(changed[: rnd.randrange(len(changed))] if rnd.random() < 0.2 else changed)


def written_ndb(root: Path) -> Path:
    path = root / "var/lib/rpm/Packages.db"
    headers = blobs(root)
    (root / "var/lib/rpm/rpmdb.sqlite").unlink()
    write_ndb(path, headers)
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    "hash table": lambda root: database(root, "centos-7", "Packages"),
    "sqlite": lambda root: database(root, "rocky-9", "rpmdb.sqlite"),
    "ndb": written_ndb,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_damaged_database_is_read_or_refused_and_nothing_else(tmp_path: Path, kind: str) -> None:
    path = WRITERS[kind](tmp_path)
    whole = path.read_bytes()
    rnd = random.Random(kind)
    refused = 0
    for _ in range(120):
        path.write_bytes(damaged_once(whole, rnd))
        try:
            for rpm in read_rpms(tree_of(tmp_path)):
                str((rpm.name, rpm.version, rpm.licence, rpm.installed_at, list(zip(*rpm.files(), strict=True))))
        except DiskUnreadableError:
            refused += 1
    assert refused > 10


def test_a_database_that_leads_in_circles_ends(tmp_path: Path) -> None:
    path = tmp_path / "circle"
    large_table(path, page_size=512)
    data = bytearray(path.read_bytes())
    for number in range(1, len(data) // 512):
        if data[number * 512] == 0x05:
            data[number * 512 + 8 : number * 512 + 12] = (number + 1).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(DiskUnreadableError):
        table_of(tmp_path, "circle")


@pytest.mark.parametrize(
    "blob", [b"", b"\0" * 7, b"\xff" * 64, struct.pack(">IIIIII", 1, 4, 1000, 6, 2**31, 1) + b"abcd"]
)
def test_a_header_that_is_none_is_refused_or_empty(blob: bytes) -> None:
    with contextlib.suppress(DiskUnreadableError):
        assert RpmHeader(blob).file_names() == []


STANZA = (
    "Package: {}\nStatus: install ok installed\nMaintainer: a <a@b>\nArchitecture: all\nVersion: 1\nDescription: d\n\n"
)


def dpkg_tree(root: Path, status: str, **updates: str) -> Path:
    folder = root / "var/lib/dpkg"
    (folder / "updates").mkdir(parents=True)
    (folder / "info").mkdir()
    (folder / "available").touch()
    (folder / "status").write_text(status)
    for number, text in updates.items():
        (folder / "updates" / number.lstrip("_")).write_text(text)
    return root


def by_dpkg(root: Path) -> list[str] | None:
    asked = ["dpkg-query", "--admindir", str(root / "var/lib/dpkg"), "-W", "-f", "${Package}|${Version}|${Status}\n"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout.splitlines() if said.returncode == 0 else None


def debs_by_us(root: Path) -> list[str] | None:
    try:
        debs = read_debs(tree_of(root))
    except DiskUnreadableError:
        return None
    return [f"{deb.name}|{deb.version}|{' '.join(deb.status)}" for deb in debs if deb.state != "not-installed"]


@needs("dpkg-query")
@pytest.mark.parametrize(
    "status",
    [
        STANZA.format("b") + STANZA.format("a"),
        STANZA.format("a") + " \n" + STANZA.format("b"),
        STANZA.format("UPPER") + "\n\n" + STANZA.format("x").rstrip("\n"),
        STANZA.format("a").replace("Version: 1", "version:1:2-3"),
        STANZA.format("a").replace("Description", "Conffiles:\n /etc/x 0123\n /etc/y 4567 obsolete\nDescription"),
        STANZA.format("a").replace("install ok installed", "deinstall ok config-files"),
        STANZA.format("a").replace("install ok installed", "hold ok installed"),
        STANZA.format("a").replace("install ok installed", "install reinstreq half-installed"),
        STANZA.format("a").replace("Status: install ok installed\n", ""),
        "Package: x\nfoo\n\n",
        "Version: 1\n\n",
        STANZA.format("a").replace("Version: 1\n", ""),
        STANZA.format("a").replace("installed\n", "fine\n"),
        " continued\n\n",
    ],
)  # fmt: skip
def test_a_status_file_says_what_it_says_to_dpkg(tmp_path: Path, status: str) -> None:
    root = dpkg_tree(tmp_path, status)
    assert debs_by_us(root) == by_dpkg(root)


@needs("dpkg-query")
def test_what_dpkg_did_not_merge_yet_counts(tmp_path: Path) -> None:
    newer = STANZA.format("a").replace("Version: 1", "Version: 2").replace("installed\n", "unpacked\n")
    root = dpkg_tree(tmp_path, STANZA.format("a") + STANZA.format("b"), _0001=newer, _0002=STANZA.format("c"))
    assert debs_by_us(root) == by_dpkg(root) == [
        "a|2|install ok unpacked", "b|1|install ok installed", "c|1|install ok installed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "zone, moment, expected",
    [
        ("Europe/Berlin", 1_791_273_631, "2026-10-06 10:00:31 +0200"),
        ("Europe/Berlin", 1_770_000_000, "2026-02-02 03:40:00 +0100"),
        ("Asia/Kolkata", 1_791_273_631, "2026-10-06 13:30:31 +0530"),
        (None, 1_791_273_631, "2026-10-06 08:00:31 +0000"),
    ],
)  # fmt: skip
def test_a_machine_that_is_off_had_the_time_of_its_zone(
    tmp_path: Path, zone: str | None, moment: int, expected: str
) -> None:
    (tmp_path / "etc").mkdir()
    if zone is not None:
        source = Path("/usr/share/zoneinfo") / zone
        if not source.exists():
            pytest.skip("this machine has no zones")
        (tmp_path / "etc/localtime").write_bytes(source.read_bytes())
    clock = LocalTime(tree_of(tmp_path))
    assert f"{clock.text(moment, '%Y-%m-%d %H:%M:%S')} {clock.offset(moment)}" == expected


def test_a_zone_that_makes_no_sense_is_utc(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    head = b"TZif2" + bytes(15) + struct.pack(">6l", *[1] * 6)
    rnd = random.Random(1)
    for data in (b"", b"TZif", head, head + b"\xff" * 400, *(head + rnd.randbytes(300) for _ in range(200))):
        (tmp_path / "etc/localtime").write_bytes(data)
        clock = LocalTime(tree_of(tmp_path))
        assert len(clock.offset(1_791_273_631)) == 5
        assert clock.text(2**60, "%Y") == clock.text(-1, "%Y") == "1970"

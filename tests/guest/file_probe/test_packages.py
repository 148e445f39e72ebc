"""The part `packages`, from a disk."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.packages.address_masking import masked_addresses
from imaging.guest.file_probe.part_packages import part_packages
from imaging.guest.file_probe.part_rows import PartRows
from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.damaging import Damaged, no_file_there
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.probe.trees import new_tree
from tests.guest.trees.building import FIRST_BOOT, put
from tests.support.needs import needs

needs_managers = needs("dpkg-query", "rpm")
LOG = "2026-10-06 12:00:00 install bash:amd64 <none> 5\n2026-10-06 13:00:00 install libc6:amd64 <none> 5\n"


def same(root: Path) -> None:
    told, expected = by_file("packages", root), by_shell("packages", root)
    assert rows_of(told) == rows_of(expected)
    assert facts_of("packages", told) == facts_of("packages", expected)
    assert told.state == expected.state


@needs_managers
@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_as_the_script_in_a_guest(name: str) -> None:
    same(awake(name))
    assert any(row[0] == "count" for row in by_file("packages", awake(name)).rows)


SOURCES = {
    "/etc/apt/sources.list": "# deb no\ndeb http://a/x s main\tcontrib # c\n  deb\t[arch=amd64 a=b]  http://u:p@b/y s\n"
    "deb-src http://c/z s main\ndebian\ndeb\ndeb [trusted=yes http://d s\ndeb http://e/#f s\n",
    "/etc/apt/sources.list.d/x.list": "deb https://user:hunter2@r.example/u?key=hunter2&a=hunter2 x main\n"
    "deb https://hunter2@r.example/u x\ndeb https://r.example/0123456789abcdef0123456789abcdef/ubuntu x main",
    "/etc/apt/sources.list.d/y.sources": "Types: deb deb-src\nURIs: https://u:hunter2@r/x\tmore\nSuites: a b\n"
    "Components: main\nSigned-By:\n -----BEGIN\n .\n\n# c\nTypes: deb\nURIs: http://off\nSuites: a\nEnabled: NO\n\n"
    "types: deb-src\nURIs: http://src\nSuites: a\n \t\nTypes: deb\nURIs:\nSuites: a\n\nTYPES: deb\nuris: http://last\n",
    "/etc/apt/sources.list.d/z.sources/x": "",
    "/var/lib/dpkg/status": "Package: a\nStatus: install ok installed\nVersion: 1\nSection: non-free/libs\n\n",
    "/etc/ssh/ssh_host_ed25519_key.pub": "x",
    "/var/log/dpkg.log": LOG,
}


@needs_managers
def test_sources_in_every_form_are_told_without_what_is_secret_in_them(tmp_path: Path) -> None:
    same(plant(tmp_path, SOURCES))
    assert "hunter2" not in str(by_file("packages", tmp_path).rows)
    assert "0123456789abcdef" not in str(by_file("packages", tmp_path).rows)


def test_the_name_of_a_file_makes_no_row_of_its_own(tmp_path: Path) -> None:
    told = by_file(
        "packages", plant(tmp_path, {**SOURCES, "/etc/apt/sources.list.d/a\nnames\tb.list": "deb http://x s"})
    )
    assert ["repository", "/etc/apt/sources.list.d/a\x01names", "b.list", "http://x s"] in told.rows
    assert [row for row in told.rows if row[0] == "names"] == [["names", "a"]]


@pytest.mark.parametrize(
    "address, shown",
    [
        ("http://u:p@ss@host/x s", "http://***@host/x s"),
        ("https://h/0123456789abcdef01234567/0123456789abcdef01234567/x", "https://h/***/***/x"),
        ("https://0123456789ABCDEF01234567/x", "https://***/x"),
        ("https://h/x??a=b&c=d#e f?g=h", "https://h/x??a=***&c=*** f?g=***"),
        ("cdrom:[Debian 12 @x]/ a@b", "cdrom:[Debian 12 @x]/ a@b"),
    ],
)
def test_more_is_masked_than_the_script_masks(address: str, shown: str) -> None:
    assert masked_addresses(address) == shown


@needs_managers
def test_yum_repositories_in_every_form(tmp_path: Path) -> None:
    root = shutil.copytree(awake("rocky-9"), tmp_path / "root", symlinks=True)
    put(root, "etc/yum.repos.d/odd.repo", "enabled=0\n[a]\nname=x\n[b]\nenabled = 0\n[c]\nenabled=\tFalse\n[d]\t\n"
        "enabled=no\n[e]\nenabled=1\nenabled=0\nenabled=yes\n[f\n[]\n[g]\n#enabled=0\n enabled=0")  # fmt: skip
    same(root)


HISTORY = (
    "\nStart-Date: 2026-10-07  10:00:00\nCommandline: apt -o X=http://u:hunter2@h\nInstall: survey-tools:amd64 (1.0), "
    "libpq5:amd64 (1, automatic), tree (2)\nUpgrade: bash:amd64 (1, 2)\nEnd-Date: x\nStart-Date:\n"
    "Install: unrar:all (3)\nInstall: libc6\n"
)


@needs_managers
@pytest.mark.parametrize(
    "logs",
    [
        {"var/log/dpkg.log": LOG, "var/log/apt/history.log": HISTORY},
        {"var/log/apt/history.log.1.gz": gzip.compress(HISTORY.encode()) + gzip.compress(LOG.encode())},
        {"var/log/dpkg.log.2.gz": gzip.compress(LOG.encode()), "var/log/dpkg.log.1": LOG.replace("12:", "02:")},
        {"var/log/dpkg.log.x": LOG, "var/log/dpkg.log.1": "1-2-3 x install\nshort\n\n x y install z\n"},
        {},
    ],
    ids=range(5),
)
def test_logs_in_every_form(logs: dict[str, str | bytes], tmp_path: Path) -> None:
    root = shutil.copytree(awake("ubuntu-24.04"), tmp_path / "root", symlinks=True)
    shutil.rmtree(root / "var/log")
    for path, content in logs.items():
        put(root, path, content)
    same(root)
    assert "hunter2" not in str(by_file("packages", root).rows)


@needs_managers
@pytest.mark.parametrize("at", [FIRST_BOOT - 1, FIRST_BOOT, FIRST_BOOT + 1])
def test_without_logs_the_lists_of_files_tell_whether_anything_was_added(at: int, tmp_path: Path) -> None:
    root = shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True)
    shutil.rmtree(root / "var/log")
    for path in (root / "var/lib/dpkg/info").iterdir():
        os.utime(path, (FIRST_BOOT - 5, FIRST_BOOT - 5))
    put(root, "var/lib/dpkg/info/survey-tools.list", "/opt/survey\n", at=at)
    same(root)
    assert bool(by_file("packages", root).incomplete) is (at > FIRST_BOOT)


@needs_managers
@pytest.mark.parametrize("kind", ["centos-7", "rocky-9"])
def test_without_a_first_boot_nothing_is_said_to_be_added_since(kind: str, tmp_path: Path) -> None:
    root = shutil.copytree(awake(kind), tmp_path / "root", symlinks=True)
    shutil.rmtree(root / "var/lib/cloud")
    (root / "etc/ssh/ssh_host_ed25519_key.pub").unlink()
    same(root)
    assert "first booted" in by_file("packages", root).incomplete


RPM_LOGS: dict[str, dict[str, str]] = {
    "none": {},
    "dnf": {"var/log/dnf.rpm.log": "2026-10-08T00:00:00+0000 DEBUG Installed: openssh-server-8.7p1-38.el9_4.1.x86_64\n"
            "2026-01-01T00:00:00+0000 INFO Installed: 1:survey-tools-1.4-1.noarch\nshort\n"},
    "dnf, earlier": {"var/log/dnf.rpm.log.1": "2026-10-08T00:00:00+0000 x Installed: cloud-init-0-1.noarch\n"},
    "yum": {"var/log/yum.log": "Oct 08 00:00:00 Installed: survey-tools-1.4-1.noarch\n"
            "x Installed: a Installed: b-1-1.x\n",
            "var/lib/yum/yumdb/p/0123abc-postgresql-server-9.2.24-9.el7_9-x86_64/reason": "dep",
            "var/lib/yum/yumdb/s/99-survey-tools-1.4-1-noarch/reason": "user\n"},
}  # fmt: skip


@needs_managers
@pytest.mark.parametrize("kind", ["centos-7", "rocky-8", "rocky-9"])
@pytest.mark.parametrize("logs", RPM_LOGS)
def test_logs_of_yum_and_dnf_in_every_form(kind: str, logs: str, tmp_path: Path) -> None:
    root = shutil.copytree(awake(kind), tmp_path / "root", symlinks=True)
    shutil.rmtree(root / "var/log")
    for path, text in RPM_LOGS[logs].items():
        put(root, path, text)
    same(root)


@pytest.mark.parametrize("name", EACH_TREE)
def test_without_a_database_it_is_unknown(name: str, tmp_path: Path) -> None:
    root = shutil.copytree(awake(name), tmp_path / "root", symlinks=True)
    for folder in ("dpkg", "rpm"):
        shutil.rmtree(root / "var/lib" / folder, ignore_errors=True)
    told = by_file("packages", root)
    assert (told.state, told.why) == ("unknown", "there is no database of dpkg or rpm")


@pytest.mark.parametrize("content", [b"\x00\xff no stanza\n", b"Package: a\n\n"])
def test_a_broken_database_is_unknown_not_empty(content: bytes) -> None:
    root = new_tree("debian-12")
    put(root, "var/lib/dpkg/status", content)
    told = by_file("packages", root)
    assert (told.state, told.why) == ("unknown", "the list of packages could not be read")


@pytest.mark.parametrize(
    "kind, path, state",
    [
        ("debian-12", "/var/lib/dpkg/status", "unknown"),
        ("debian-12", "/var/lib/dpkg/updates", "unknown"),
        ("debian-12", "/var/log/dpkg.log", "ok"),
        ("debian-12", "/etc/apt/sources.list.d", "ok"),
        ("rocky-9", "/var/lib/rpm/rpmdb.sqlite", "unknown"),
        ("rocky-9", "/etc/yum.repos.d", "ok"),
    ],
)
def test_what_cannot_be_read_is_said(kind: str, path: str, state: str) -> None:
    rows = PartRows()
    part_packages(Disk(Tree(Damaged(awake(kind), [path]))), rows)
    assert rows.report().state == state
    assert rows.report().incomplete or state == "unknown"


@pytest.mark.parametrize("path", ["var/lib/dpkg/status", "var/log/dpkg.log", "var/lib/apt/extended_states"])
def test_what_is_no_file_is_never_opened(path: str) -> None:
    root = new_tree("debian-12")
    no_file_there(root, path)
    assert by_file("packages", root).state in {"ok", "unknown"}


def test_a_packed_log_that_never_ends_is_read_no_further_than_logs_go(tmp_path: Path) -> None:
    root = shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True)
    put(root, "var/log/dpkg.log.2.gz", gzip.compress(bytes(100_000_000)))
    put(root, "var/log/dpkg.log.3.gz", gzip.compress(b"x" * 100)[:-20])
    assert "logs" in by_file("packages", root).incomplete

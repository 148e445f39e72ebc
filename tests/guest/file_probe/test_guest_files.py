"""Files as a part reads them: every question that a damaged disk cannot answer is said, and counts as nothing there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk_use import used_kib
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.part_rows import PartRows
from tests.guest.file_probe.test_damaged import DamagedFileSystem
from tests.guest.probe.running import plant

PATH = "/etc/damaged/file"
QUESTIONS: dict[str, Callable[[GuestFiles], object]] = {
    "find": lambda files: files.find(PATH),
    "find_itself": lambda files: files.find_itself(PATH),
    "exists": lambda files: files.exists(PATH),
    "is_named": lambda files: files.is_named(PATH),
    "is_file": lambda files: files.is_file(PATH),
    "is_directory": lambda files: files.is_directory(PATH),
    "is_program": lambda files: files.is_program(PATH),
    "is_link": lambda files: files.is_link(PATH),
    "target": lambda files: files.target(PATH),
    "matching": lambda files: files.matching(PATH, "/etc/damaged/*"),
    "files": lambda files: files.files(PATH, "/etc/damaged/*"),
    "below": lambda files: files.below("/etc/damaged"),
    "walk": lambda files: list(files.walk(PATH, enter=lambda _: True)),
    "text": lambda files: files.text(PATH),
    "lines": lambda files: files.lines(PATH),
    "first_line": lambda files: files.first_line(PATH),
    "used_kib": lambda files: used_kib(files, [PATH]),
}


def damaged(root: Path) -> tuple[GuestFiles, PartRows]:
    plant(root, {PATH: "x\n"})
    file_system = DamagedFileSystem(root, ("entries", (root / "etc/damaged").stat().st_ino))
    rows = PartRows()
    return GuestFiles(Tree(file_system), rows), rows


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_cannot_be_read_is_said_and_counts_as_nothing(tmp_path: Path, question: str) -> None:
    files, rows = damaged(tmp_path)
    assert not QUESTIONS[question](files)
    assert "/etc/damaged" in rows.report().incomplete


def test_a_file_that_is_too_long_is_read_to_the_bound_and_that_is_said(tmp_path: Path) -> None:
    plant(tmp_path, {"/long": b"x" * 2_000_001})
    rows = PartRows()
    text = GuestFiles(Tree(DamagedFileSystem(tmp_path)), rows).text("/long")
    assert (len(text or ""), rows.report().incomplete) == (2_000_000, "/long is too long to be read to its end")


def test_words_are_parted_by_blanks_and_tabs_alone() -> None:
    assert words_of(" a\tb\xa0c\x85d \x1ce\r ") == ["a", "b\xa0c\x85d", "\x1ce\r"]

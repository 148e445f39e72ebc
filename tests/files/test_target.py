"""A file that is made for the user: no other file is written over, and its name comes in one step."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from imaging.files.target import (
    TargetNames,
    place,
    proposed_file_name,
    refuse_target,
    sha256_line,
    write_beside,
)
from imaging.files.target.placing import remove_beside
from models.errors import UsageError
from models.image_file.image_format import ImageFormat
from tests.support.needs import tool

ODD = ("a b", "two\nlines", "back\\slash", "colon:name", "-dash", "ünï", "car\rriage", "$(x)'\"")


@pytest.mark.parametrize("beside", ["", ".json", ".sha256", ".report.md"])
def test_nothing_that_is_there_is_written_over(tmp_path: Path, beside: str):
    (tmp_path / f"F{beside}").touch()
    with pytest.raises(UsageError, match="exists already"):
        refuse_target(tmp_path / "F")


def test_a_link_counts_as_there_also_where_it_leads_nowhere(tmp_path: Path):
    (tmp_path / "F").symlink_to(tmp_path / "nothing")
    with pytest.raises(UsageError, match="exists already"):
        refuse_target(tmp_path / "F")


def test_the_directory_has_to_be_there(tmp_path: Path):
    with pytest.raises(UsageError, match="There is no directory"):
        refuse_target(tmp_path / "none" / "F")
    with pytest.raises(UsageError, match="is a directory"):
        refuse_target(tmp_path)


def test_the_directory_has_to_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.access", lambda *_asked: False)  # root may write everywhere
    with pytest.raises(UsageError, match="may not write"):
        refuse_target(tmp_path / "F")


def test_names_that_cannot_be_written_down_or_are_too_long(tmp_path: Path):
    with pytest.raises(UsageError, match="not UTF-8"):
        refuse_target(tmp_path / os.fsdecode(b"bad\xff"))
    with pytest.raises(UsageError, match="too long"):
        refuse_target(tmp_path / ("x" * 230))
    longest = refuse_target(tmp_path / ("x" * 221))
    longest.converted.with_name(f".{longest.converted.name}.json.00000000.new").touch()


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_taken_as_they_are(tmp_path: Path, name: str):
    assert refuse_target(tmp_path / name).path == tmp_path / name


@pytest.mark.parametrize("name", [*ODD, "plain.qcow2"])
def test_the_checksum_is_read_by_its_own_program(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"content")
    (tmp_path / "sums").write_text(sha256_line(hashlib.sha256(b"content").hexdigest(), name), newline="")
    done = subprocess.run([tool("sha256sum"), "--check", "--quiet", "sums"], cwd=tmp_path, check=False, timeout=60)
    assert done.returncode == 0


def test_a_finished_file_gets_its_name(tmp_path: Path):
    (tmp_path / "F.part").write_text("whole")
    place(tmp_path / "F.part", tmp_path / "F")
    assert (tmp_path / "F").read_text() == "whole"
    assert not (tmp_path / "F.part").exists()


def test_a_file_that_came_meanwhile_stays(tmp_path: Path):
    (tmp_path / "F.part").write_text("whole")
    (tmp_path / "F").write_text("mine")
    with pytest.raises(FileExistsError):
        place(tmp_path / "F.part", tmp_path / "F")
    assert (tmp_path / "F").read_text() == "mine"
    assert (tmp_path / "F.part").read_text() == "whole"


def test_it_can_be_killed_between_the_two_names(tmp_path: Path):
    (tmp_path / "F.part").write_text("whole")
    (tmp_path / "F").hardlink_to(tmp_path / "F.part")
    place(tmp_path / "F.part", tmp_path / "F")
    assert [each.name for each in tmp_path.iterdir()] == ["F"]


def test_a_file_system_without_second_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_link(*_arguments: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_link)
    (tmp_path / "F.part").write_text("whole")
    place(tmp_path / "F.part", tmp_path / "F")
    assert [each.name for each in tmp_path.iterdir()] == ["F"]
    (tmp_path / "F.part").write_text("other")
    with pytest.raises(FileExistsError):
        place(tmp_path / "F.part", tmp_path / "F")
    assert (tmp_path / "F").read_text() == "whole"


def test_what_stands_beside_it_is_written_once(tmp_path: Path):
    path = tmp_path / "F.json"
    (tmp_path / ".F.json.new").write_text("hal")  # killed while it was written
    write_beside(path, "text")
    write_beside(path, "text")
    assert [each.name for each in tmp_path.iterdir()] == ["F.json"]
    with pytest.raises(FileExistsError):
        write_beside(path, "other text")
    remove_beside(path, "other text")
    assert path.read_text() == "text"
    remove_beside(path, "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name, proposed",
    [
        ("db-07 v1", "db-07-v1.raw"),
        ("../../etc/passwd", "etc-passwd.raw"),
        ("two\nlines: a", "two-lines-a.raw"),
        ("", "image.raw"),
        ("…", "image.raw"),
        ("x" * 300, "x" * 80 + ".raw"),
    ],
)
def test_a_proposed_name_is_safe_whatever_the_image_is_called(tmp_path: Path, name: str, proposed: str):
    assert proposed_file_name(name, ImageFormat.RAW) == proposed
    assert refuse_target(tmp_path / proposed) == TargetNames(tmp_path / proposed)

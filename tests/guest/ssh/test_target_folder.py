"""The folder that copies go to: closed, and nothing of another user in it is gone into or written to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from imaging.guest.download import local_folder
from imaging.guest.download.listing import GuestFile, part_name
from imaging.guest.download.local_folder import InTheWayError, LocalFolder
from imaging.runtime import private_files
from models.errors import UsageError

FILE = GuestFile(b"/home/ada/notes", 5, 0, 0o644)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "saved"


def test_a_folder_that_is_made_is_closed_whatever_the_umask(target: Path):
    before = os.umask(0)
    try:
        LocalFolder(target).prepare()
        with LocalFolder(target).place(FILE) as place:
            local_folder.append(place, b"notes")
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((target / "home").stat().st_mode) == 0o700
    assert stat.S_IMODE((target / "home/ada" / os.fsdecode(part_name(b"notes"))).stat().st_mode) == 0o600


def test_a_folder_in_which_everybody_can_replace_things_is_refused(target: Path):
    target.mkdir()
    target.chmod(0o777)
    with pytest.raises(UsageError, match="every user of this computer"):
        LocalFolder(target).prepare()
    target.chmod(0o1777)
    LocalFolder(target).prepare()


def test_a_folder_of_another_user_on_the_way_is_not_gone_into(target: Path, monkeypatch: pytest.MonkeyPatch):
    LocalFolder(target).prepare()
    (target / "home").mkdir()
    monkeypatch.setattr(private_files, "own_uid", lambda: os.geteuid() + 1)
    with pytest.raises(InTheWayError, match="another user"), LocalFolder(target).place(FILE):
        pass
    assert not list((target / "home").iterdir())


def test_an_unfinished_copy_that_another_user_laid_there_is_not_gone_on_with(
    target: Path, monkeypatch: pytest.MonkeyPatch
):
    LocalFolder(target).prepare()
    with LocalFolder(target).place(FILE) as place:
        local_folder.append(place, b"no")
        monkeypatch.setattr(private_files, "own_uid", lambda: os.geteuid() + 1)
        with pytest.raises(InTheWayError, match="another user"):
            local_folder.append(place, b"tes")
        part = target / "home/ada" / os.fsdecode(place.part)
        assert part.read_bytes() == b"no"
        assert local_folder.begun_bytes(place, 5) == 0
        assert not part.exists()


def test_a_pipe_where_an_unfinished_copy_goes_keeps_nobody_waiting(target: Path):
    LocalFolder(target).prepare()
    with LocalFolder(target).place(FILE) as place:
        os.mkfifo(place.part, dir_fd=place.folder)
        with pytest.raises((InTheWayError, OSError)):
            local_folder.append(place, b"notes")

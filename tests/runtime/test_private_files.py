"""What others put where our folders and files go is not used; what merely stands open is closed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from imaging.runtime import private_files
from imaging.runtime.private_files import (
    NotPrivateError,
    check_file,
    close_folder,
    open_private,
    read_private,
    write_private,
)
from tests.support.needs import needs

APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def use_file(path: Path) -> None:
    os.close(open_private(path, APPEND))


def use_folder(path: Path) -> None:
    close_folder(path)


def use_library_file(path: Path) -> None:
    check_file(path, make=True)


WAYS = pytest.mark.parametrize("use", [use_file, use_folder, use_library_file])


@pytest.fixture
def another_user(monkeypatch):
    """What this process makes is from now on somebody else's."""
    monkeypatch.setattr(private_files, "own_uid", lambda: os.geteuid() + 1)


def test_what_is_made_is_closed_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        close_folder(tmp_path / "a" / "b")
        use_file(tmp_path / "a" / "log")
        check_file(tmp_path / "a" / "database", make=True)
        write_private(tmp_path / "a" / "report", "text")
    finally:
        os.umask(before)
    assert {mode(tmp_path / "a" / one) for one in ("log", "database", "report")} == {0o600}
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


def test_what_stands_open_is_closed_and_that_is_said_once(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    folder.chmod(0o777)
    assert close_folder(folder)
    assert not close_folder(folder)
    assert mode(folder) == 0o700
    for use, name in ((use_file, "log"), (use_library_file, "database")):
        (folder / name).touch()
        (folder / name).chmod(0o666)
        use(folder / name)
        assert mode(folder / name) == 0o600


@WAYS
def test_a_link_is_refused_and_what_it_leads_to_is_as_before(tmp_path, use):
    for name, target in (("file", tmp_path / "precious"), ("folder", tmp_path / "home")):
        link = tmp_path / name
        target.mkdir(mode=0o755) if name == "folder" else target.write_text("precious")
        target.chmod(0o755)
        link.symlink_to(target)
        with pytest.raises(NotPrivateError, match="it is a link"):
            use(link)
        assert mode(target) == 0o755
    assert (tmp_path / "precious").read_text() == "precious"


@WAYS
def test_a_link_to_nowhere_makes_nothing_there(tmp_path, use):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotPrivateError):
        use(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


@WAYS
def test_a_pipe_is_refused_at_once(tmp_path, use):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotPrivateError):
        use(tmp_path / "pipe")


@WAYS
def test_what_belongs_to_somebody_else_is_refused_with_their_name(tmp_path, use, another_user):
    for one in ("file", "folder"):
        place = tmp_path / one
        place.mkdir(mode=0o700) if one == "folder" else place.write_text("theirs")
    with pytest.raises(NotPrivateError, match=rf"it belongs to .*uid {os.geteuid()}"):
        use(tmp_path / ("folder" if use is use_folder else "file"))
    assert (tmp_path / "file").read_text() == "theirs"


def test_nothing_is_made_in_a_folder_where_others_can_replace_it(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(NotPrivateError, match="can replace"):
        close_folder(tmp_path / "open" / "state")
    (tmp_path / "open").chmod(0o1777)
    close_folder(tmp_path / "open" / "state")


def test_a_home_or_a_folder_above_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "disk")
    close_folder(tmp_path / "cache" / "imaging-console")
    assert mode(tmp_path / "disk" / "imaging-console") == 0o700


def test_the_folder_of_the_configuration_may_be_a_link_but_not_anothers(tmp_path, monkeypatch):
    (tmp_path / "dotfiles").mkdir(mode=0o700)
    (tmp_path / "config").symlink_to(tmp_path / "dotfiles")
    close_folder(tmp_path / "config", of_configuration=True)
    monkeypatch.setattr(private_files, "own_uid", lambda: os.geteuid() + 1)
    (tmp_path / "dotfiles").chmod(0o777)
    with pytest.raises(NotPrivateError):
        close_folder(tmp_path / "config", of_configuration=True)


def test_a_new_text_takes_the_place_of_a_planted_link(tmp_path):
    (tmp_path / "precious").write_text("precious")
    for name in ("report.md", ".report.md.new"):
        (tmp_path / name).symlink_to(tmp_path / "precious")
    write_private(tmp_path / "report.md", "ours \ud800")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "report.md").is_symlink()
    assert mode(tmp_path / "report.md") == 0o600


def test_a_text_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "report.md").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private(tmp_path / "report.md", "text")
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]


def test_what_is_read_is_the_users_own_and_bounded(tmp_path, monkeypatch):
    write_private(tmp_path / "facts", "12345")
    assert read_private(tmp_path / "facts", 5) == b"12345"
    with pytest.raises(OSError, match="larger"):
        read_private(tmp_path / "facts", 4)
    monkeypatch.setattr(private_files, "own_uid", lambda: os.geteuid() + 1)
    with pytest.raises(NotPrivateError):
        read_private(tmp_path / "facts", 5)


@needs("root")
def test_a_folder_that_another_user_really_made_is_refused(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    planted = tmp_path / "tmp" / "state"
    planted.mkdir(mode=0o700)
    os.chown(planted, 12_345, 12_345)
    with pytest.raises(NotPrivateError, match="uid 12345") as refused:
        close_folder(planted)
    assert "without sudo" in refused.value.remedy
    with pytest.raises(NotPrivateError, match="uid 12345"):
        close_folder(planted / "below")

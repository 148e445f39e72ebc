"""What a command says when the program's own folders are somebody else's, links, open to others, or nowhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from imaging.runtime import private_files
from imaging.runtime.paths import Paths


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for kind in ("CONFIG", "STATE", "CACHE"):
        (tmp_path / kind).mkdir(mode=0o700)
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    return Paths.of_user()


def test_a_link_in_the_place_of_the_state_folder_is_refused_with_what_to_do(imaging, homes: Paths, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    homes.state.symlink_to(tmp_path / "elsewhere")
    done = imaging("runs")
    assert done.status == 2
    assert f"{homes.state} is not used: it is a link" in done.err
    assert "What to do" in done.err
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_state_folder_of_another_user_is_refused_with_their_name(
    imaging, homes: Paths, monkeypatch: pytest.MonkeyPatch
):
    homes.state.mkdir()
    monkeypatch.setattr(private_files, "own_uid", lambda: os.geteuid() + 1)
    done = imaging("runs")
    assert done.status == 2
    assert "is not used: it belongs to" in done.err
    assert not list(homes.state.iterdir())


def test_a_folder_that_stands_open_is_closed_and_that_is_said_once(imaging, homes: Paths):
    homes.state.mkdir()
    homes.state.chmod(0o755)
    first, second = imaging("runs"), imaging("runs")
    assert (first.status, second.status) == (0, 0)
    assert first.err.count("stood open to other users") == 1
    assert "stood open" not in second.err
    assert stat.S_IMODE(homes.state.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["logs/command.log", "runs.sqlite", "runs.sqlite-journal"])
def test_a_planted_link_to_a_file_ends_the_command_clearly(imaging, homes: Paths, tmp_path: Path, name: str):
    (tmp_path / "precious").write_text("precious")
    homes.prepared()
    (homes.state / name).symlink_to(tmp_path / "precious")
    done = imaging("runs")
    assert done.status == 2
    assert "it is a link" in done.err
    assert (tmp_path / "precious").read_text() == "precious"


def test_without_a_home_that_is_said(imaging, homes: Paths, monkeypatch: pytest.MonkeyPatch):
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    done = imaging("runs")
    assert done.status == 2
    assert "home directory is not known" in done.err


def test_a_planted_folder_of_the_demonstration_cloud_is_refused(imaging, homes: Paths, tmp_path: Path):
    homes.prepared()
    (tmp_path / "elsewhere").mkdir()
    (homes.state / "demo-cloud").symlink_to(tmp_path / "elsewhere")
    done = imaging("--demo", "instances")
    assert done.status == 3
    assert "it is a link" in done.err
    assert not list((tmp_path / "elsewhere").iterdir())

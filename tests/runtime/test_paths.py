"""Where the program keeps its files."""

from __future__ import annotations

import stat

import pytest

from imaging.runtime.paths import Paths
from imaging.runtime.private_files import NotPrivateError
from models.errors import ConfigError


def test_the_users_own_folders_are_obeyed(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    assert Paths.of_user().journal == tmp_path / "elsewhere" / "imaging-console" / "runs.sqlite"


def test_prepared_folders_are_closed_to_others(tmp_path):
    paths = Paths.below(tmp_path).prepared()
    for folder in (paths.config, paths.state, paths.cache, paths.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_stood_open_is_closed_and_that_is_said_once(tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state").chmod(0o755)
    said: list[str] = []
    for _ in range(2):
        Paths.below(tmp_path).prepared(said.append)
    assert len(said) == 1
    assert str(tmp_path / "state") in said[0]


def test_folders_that_are_links_are_refused_but_for_the_configuration(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    for name in ("config", "state", "cache"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotPrivateError) as refused:
        Paths.below(tmp_path).prepared()
    assert refused.value.filename == str(tmp_path / "state")
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("variable", ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"])
def test_no_folder_is_made_where_the_user_happens_to_be(monkeypatch, variable):
    monkeypatch.setenv(variable, "relative")  # the specification says that such a value counts as none
    try:
        found = Paths.of_user()
    except ConfigError:
        return
    assert all(folder.is_absolute() for folder in (found.config, found.state, found.cache))


def test_without_a_home_nothing_is_made_in_a_folder_named_tilde(monkeypatch):
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as for a uid that the system has no name for
    with pytest.raises(ConfigError, match="home directory is not known"):
        Paths.of_user()


@pytest.mark.parametrize(
    "run_id",
    [
        "../x",
        "",
        "a/b",
        "a.b",
        "..",
        "~",
        "-x",
        "a\x00",
        "a\n",
        "²",
        "é",
        "run 1",
        "A",
        "a" * 65,
        "/etc",
        "a,b",
        "$(x)",
    ],
)
def test_only_the_id_of_a_run_names_a_folder_or_a_log(tmp_path, run_id):
    paths = Paths.below(tmp_path)
    for use in (paths.run_folder, paths.runner_log):
        with pytest.raises(ValueError, match="not a run id"):
            use(run_id)
    assert paths.run_folder("0tn8q0k2").parent == tmp_path / "state" / "runs"

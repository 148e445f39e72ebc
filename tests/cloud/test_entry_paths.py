"""Files that an entry names lie beside its clouds.yaml: those of the current folder may be somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from imaging.cloud.clouds_yaml.loading import load
from imaging.cloud.http.thread_connection import SharedLogin
from imaging.cloud.login.resolution import resolve_cloud
from models.errors import ConfigError
from tests.cloud.conftest import password_entry

URL = "https://cloud.example:5000"
PATHS = ("cacert", "cert", "key")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with files of the names that the entry has."""
    folder = tmp_path / "project"
    folder.mkdir(mode=0o700)
    (folder / "ca.pem").write_text("of somebody else")
    monkeypatch.chdir(folder)
    return folder


def write(folder: Path, **more) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"dev": password_entry(URL, **more)}}))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("key", PATHS)
def test_a_relative_path_of_the_users_own_file_begins_beside_it(own_home, here, key):
    folder = write(own_home / ".config" / "openstack", **{key: "ca.pem"}).parent
    assert load("dev").config[key] == str(folder / "ca.pem")


async def test_what_is_logged_in_with_is_checked_against_that_file(own_home, here):
    folder = write(own_home / ".config" / "openstack", cacert="ca.pem").parent
    login = SharedLogin(await resolve_cloud("dev", ask=None))
    assert login.new_connection()._connection.session.verify == str(folder / "ca.pem")


@pytest.mark.parametrize("named", ["clouds.yaml", "../project/clouds.yaml"])
def test_a_file_that_was_chosen_counts_from_where_it_lies(own_home, here, monkeypatch, named):
    write(here, cacert="ca.pem")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", named)
    assert Path(load("dev").config["cacert"]).resolve() == here / "ca.pem"


def test_a_path_of_the_environment_begins_in_the_current_folder(own_home, here, monkeypatch):
    for name, value in {"AUTH_URL": URL, "USERNAME": "u", "PASSWORD": "p", "CACERT": "ca.pem"}.items():
        monkeypatch.setenv(f"OS_{name}", value)
    assert load(None).config["cacert"] == str(here / "ca.pem")


@pytest.mark.parametrize("value", ["/etc/ssl/ca.pem", "~/ca.pem"])
def test_other_paths_stay(own_home, here, value):
    write(own_home / ".config" / "openstack", cacert=value)
    assert load("dev").config["cacert"] == str(Path(value).expanduser())


@pytest.mark.parametrize("key", PATHS)
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_a_pipe_or_a_device_is_never_opened(own_home, here, key, what):
    os.mkfifo(here / "pipe")
    write(here, **{key: "pipe" if what == "pipe" else "/dev/zero"})
    with pytest.raises(ConfigError, match="is no ordinary file"):
        load("dev")


def test_authorities_may_be_a_folder_of_them(own_home, here):
    write(here, cacert=str(here))
    assert load("dev").config["cacert"] == str(here)

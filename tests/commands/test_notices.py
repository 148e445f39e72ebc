"""What should be known of a cloud's entry is said by every command, on standard error."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.demo import DemoCloud


@pytest.fixture
def entry(demo_cloud: DemoCloud) -> dict[str, Any]:
    return dict(yaml.safe_load(demo_cloud.clouds_yaml.read_text())["clouds"]["demo"])


def write(path, entry) -> None:
    path.write_text(yaml.safe_dump({"clouds": {"demo": entry}}))


@pytest.mark.parametrize("command", [("instances",), ("images",), ("check", "db-07")])
def test_that_nobody_checks_the_certificate(imaging, entry, tmp_path, monkeypatch, command):
    write(tmp_path / "clouds.yaml", {**entry, "verify": False})
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    done = imaging(*command, "--json")
    assert "Warning: The cloud's certificate is not checked" in done.err
    assert "Warning" not in done.out


def test_that_plain_http_is_allowed(imaging, entry, tmp_path, monkeypatch):
    write(tmp_path / "clouds.yaml", entry)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.setenv("IMAGING_ALLOW_HTTP", "image")
    assert "Plain HTTP is allowed for image" in imaging("instances").err


def test_that_the_clouds_are_those_of_the_current_folder(imaging, entry, tmp_path, monkeypatch):
    write(tmp_path / "clouds.yaml", entry)
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    said = imaging("instances").err
    assert f"Warning: The clouds are those of the current folder: {tmp_path / 'clouds.yaml'}" in said
    assert "`imaging:` in the entry is ignored" in said


def test_the_demonstration_cloud_needs_no_word(imaging, demo_cloud, monkeypatch):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(demo_cloud.clouds_yaml))
    assert "Warning" not in imaging("instances").err


def test_a_login_that_fails_names_the_file(imaging, entry, tmp_path, monkeypatch):
    entry["auth"]["password"] = "wrong"
    entry["auth"]["auth_url"] = entry["auth"]["auth_url"].replace("127.0.0.1", "localhost")
    write(tmp_path / "clouds.yaml", entry)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    said = imaging("instances").err
    assert f"from {tmp_path / 'clouds.yaml'}" in said
    assert "by plain HTTP" in said

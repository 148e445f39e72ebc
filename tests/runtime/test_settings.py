"""The settings: environment over file over defaults, and no slip of the pen unnoticed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from imaging.runtime.settings import load_settings
from models.errors import ConfigError
from models.settings import Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.toml"


def test_without_a_file_the_defaults_hold(path):
    assert load_settings(path, {}) == Settings()


def test_the_environment_wins_over_the_file(path):
    path.write_text('profile = "openstack"\ncloud = "dev"\nread_only = true\n')
    found = load_settings(path, {"IMAGING_PROFILE": "jetstream2", "IMAGING_READ_ONLY": "no"})
    assert (found.profile, found.cloud, found.read_only) == ("jetstream2", "dev", False)


def test_other_variables_are_left_alone(path):
    assert load_settings(path, {"IMAGING_TEST_CLOUD": "alice", "HOME": "/"}) == Settings()


@pytest.mark.parametrize(
    "text,said",
    [
        ("proflie = 'x'", "no setting named 'proflie'"),
        ("profile = 7", "'profile' is wrong"),
        ("log_level = 'loud'", "'log_level' is wrong"),
        ("\nprofile = [", "malformed: .*"),
        ("profile = 'x'\nread_only = maybe", "malformed.*line 2"),
        ("[profile]\nname = 'x'", "'profile' is wrong"),
    ],
)
def test_what_cannot_be_meant_is_said(path, text, said):
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_settings(path, {})


def test_a_truth_value_in_the_environment_must_be_one(path):
    with pytest.raises(ConfigError, match="IMAGING_READ_ONLY is 'maybe'"):
        load_settings(path, {"IMAGING_READ_ONLY": "maybe"})


def test_a_file_that_is_no_text_is_said(path):
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(path, {})


def test_settings_never_change():
    with pytest.raises(ValidationError):
        Settings().profile = "other"  # type: ignore[misc]  # what the type forbids, too

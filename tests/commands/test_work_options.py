"""What the user says about checks and tests on the command line: read, and refused where it is not valid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from imaging.commands.main import cli
from imaging.commands.options.work_tests import WorkOptions
from models.errors import UsageError
from models.works.test_file import WorkTests

KEPT = {"keep_failed": 4, "key_pair": "ada-laptop", "keep_failed_from": "192.0.2.17"}


def options(**said: Any) -> WorkOptions:
    usual = {
        "tests": (),
        "test_user": "",
        "test_timeout": 60,
        "all_tests_timeout": 300,
        "twins": False,
        "keep_failed": None,
        "key_pair": "",
        "keep_failed_from": "",
    }
    return WorkOptions(**{**usual, **said})


def a_test(folder: Path, text: str = "#!/bin/sh\nexit 0\n") -> Path:
    file = folder / "loads.sh"
    file.write_text(text)
    return file


def test_what_is_no_test_is_refused_before_anything_is_asked_of_the_cloud(tmp_path: Path):
    with pytest.raises(UsageError, match="#!"):
        options(tests=(a_test(tmp_path, "echo hello\n"),)).work_request()
    with pytest.raises(UsageError, match="cannot be read"):
        options(tests=(tmp_path / "missing.sh",)).work_request()


@pytest.mark.parametrize("user", ["ro ot", "-u", "a" * 40, "a\x1b[31m"])
def test_a_user_that_can_be_none_is_refused(user: str):
    with pytest.raises(UsageError, match="no name of a user"):
        options(test_user=user).work_request()


@pytest.mark.parametrize("missing", ["key_pair", "keep_failed_from"])
def test_who_keeps_a_failed_one_says_who_may_log_in_and_from_where(missing: str):
    with pytest.raises(UsageError, match="who may log in"):
        options(**{**KEPT, missing: ""}).work_request()


def test_a_key_pair_alone_is_for_nothing():
    with pytest.raises(UsageError, match="--keep-failed HOURS"):
        options(key_pair="ada-laptop").work_request()


@pytest.mark.parametrize("address", ["0.0.0.0/0", "192.0.2.0/24", "home.example.org", "::/0", ""])
def test_a_port_is_opened_for_one_address_alone(address: str):
    with pytest.raises(UsageError):
        options(**{**KEPT, "keep_failed_from": address}).work_request()


@pytest.mark.parametrize("address,shown", [("192.0.2.17", "192.0.2.17"), ("2001:DB8::1", "2001:db8::1")])
def test_the_address_is_written_as_the_cloud_takes_it(address: str, shown: str):
    assert options(**{**KEPT, "keep_failed_from": address}).work_request()["keep_failed_from"] == shown


def test_what_was_said_is_in_the_request(tmp_path: Path):
    asked = options(tests=(a_test(tmp_path),), test_user="ada", test_timeout=5, twins=True, **KEPT).work_request()
    tests = asked["work_tests"]
    assert isinstance(tests, WorkTests)
    assert ([each.name for each in tests.files], tests.user, tests.file_seconds) == (["loads.sh"], "ada", 5)
    assert (asked["twins"], asked["keep_failed_hours"], asked["keep_failed_key"]) == (True, 4, "ada-laptop")


@pytest.mark.parametrize("name", ["create", "import", "seal", "verify"])
def test_every_command_that_tests_an_image_takes_tests(name: str):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    known = {option for each in command.params for option in each.opts}
    assert {"--test", "--test-user", "--twins", "--keep-failed", "--key-pair", "--keep-failed-from"} <= known
    assert ("--allow-partly" in known) is (name == "verify")

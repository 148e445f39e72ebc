"""The form of the user data of a test instance that is asked whether it works."""

from __future__ import annotations

import gzip
import secrets
import subprocess
from pathlib import Path

import pytest

from imaging.guest.deep_check.boothook import LARGEST
from imaging.guest.works import (
    packed_size,
    room_for_tests,
    seconds_for,
    unusable_public_key,
    user_data,
    works_user_data,
)
from imaging.guest.works.user_data import LEAST_ROOM
from imaging.runs.test_instance.boot_verdict.boot_marker import user_data as marker_script
from models.errors import UsageError
from models.works.test_file import TestFile, WorkTests
from tests.guest.works.instance import MARKER, parts_of, script
from tests.support.needs import SHELLCHECK, require

NONCE = "0123456789abcdef"
KEY = unusable_public_key(NONCE)


def made(*tests: TestFile, marker: str = MARKER, outside: tuple[str, ...] = ("cloud.example:5000",)) -> bytes:
    return works_user_data(WorkTests(files=tests), nonce=NONCE, marker=marker, public_key=KEY, outside=outside)


def noise(size: int) -> TestFile:
    """A test that cannot be compressed to much less than that."""
    return script("noise", f": {secrets.token_hex(size)}")


def test_cloud_init_finds_a_boothook_the_markers_script_and_a_key():
    parts = parts_of(made())
    assert set(parts) == {"text/cloud-boothook", "text/x-shellscript", "text/cloud-config"}
    assert parts["text/cloud-boothook"].startswith(f"#!/bin/sh\n# imaging works {NONCE}\n")
    assert parts["text/x-shellscript"] == MARKER
    assert parts["text/cloud-config"] == f"#cloud-config\nssh_authorized_keys:\n- {KEY}\n"


def test_a_boothook_begins_as_cloud_init_knows_it():
    assert b"\n#cloud-boothook\n#!/bin/sh\n" in gzip.decompress(made())


def test_nothing_is_left_to_be_filled_in():
    text = parts_of(made(script("a", "true")))["text/cloud-boothook"]
    lines = [line.replace("@@imaging-", "") for line in text.split("\n")]
    assert not [line for line in lines if "@NONCE@" in line or "@ASK@" in line or "@WORD@" in line or "@TESTS@" in line]


@pytest.mark.parametrize("shell", [["dash", "-n"], ["bash", "-n"], ["busybox", "sh", "-n"]])
def test_every_shell_can_read_it(tmp_path: Path, shell: list[str]):
    require(shell[0])
    (tmp_path / "script").write_text(parts_of(made())["text/cloud-boothook"])
    assert subprocess.run([*shell, tmp_path / "script"], check=False).returncode == 0


def test_shellcheck_warns_of_nothing(tmp_path: Path):
    (tmp_path / "script").write_text(parts_of(made())["text/cloud-boothook"])
    found = subprocess.run(
        [SHELLCHECK, "-S", "warning", tmp_path / "script"], capture_output=True, text=True, check=False
    )
    assert found.stdout == ""


def test_24_kib_stay_for_tests_beside_the_marker_of_a_boot():
    assert room_for_tests(marker_script("0" * 32, "01234567")) >= LEAST_ROOM


def test_tests_of_24_kib_fit():
    test = noise(LEAST_ROOM)
    assert len(gzip.compress(test.text.encode())) >= LEAST_ROOM
    assert len(made(test, marker=marker_script("0" * 32, "01234567"))) <= LARGEST


def test_what_does_not_fit_is_refused_with_its_size_before_anything_is_changed():
    with pytest.raises(UsageError, match=r"The tests take \d{5} bytes .* at most 49149\. The largest is noise\."):
        packed_size(WorkTests(files=(script("small", "true"), noise(2 * LEAST_ROOM))), marker=MARKER)


def test_its_size_is_known_beforehand_to_within_some_bytes():
    tests = WorkTests(files=(noise(2_000),))
    size = len(works_user_data(tests, nonce=NONCE, marker=MARKER, public_key=KEY))
    assert abs(packed_size(tests, marker=MARKER) - size) < 100


@pytest.mark.parametrize("room, fits", [(63, False), (64, True)])
def test_what_another_nonce_and_key_may_make_too_large_is_refused_beforehand(
    monkeypatch: pytest.MonkeyPatch, *, room: int, fits: bool
):
    tests = WorkTests(files=(noise(2_000),))
    size = packed_size(tests, marker=MARKER)
    monkeypatch.setattr(user_data, "LARGEST", size + room)
    if fits:
        assert packed_size(tests, marker=MARKER) == size
    else:
        with pytest.raises(UsageError, match=f"take {size + 64} bytes"):
            packed_size(tests, marker=MARKER)


@pytest.mark.parametrize("nonce", ["", "a b", "x'y", "é", "a" * 33])
def test_what_is_no_nonce_is_refused(nonce: str):
    with pytest.raises(ValueError, match="not a nonce"):
        works_user_data(WorkTests(), nonce=nonce, marker=MARKER, public_key=KEY)


@pytest.mark.parametrize("key", ["", "ssh-rsa AAAA", f"{KEY}\nruncmd: [ reboot ]", f'command="x" {KEY}', KEY + "'"])
def test_what_is_not_a_public_key_is_refused(key: str):
    with pytest.raises(ValueError, match="not a public key"):
        works_user_data(WorkTests(), nonce=NONCE, marker=MARKER, public_key=key)


@pytest.mark.parametrize("place", ["", "name", "name:port", "a b:1", "x'y:1", "$(reboot):1", "name:123456"])
def test_what_is_no_address_is_not_asked(place: str):
    text = parts_of(made(outside=(place, "cloud.example:5000")))["text/cloud-boothook"]
    assert "\noutside='cloud.example:5000'\n" in text


@pytest.mark.parametrize("user", ["a b", "x'y", "-x", "$(reboot)", "a" * 33])
def test_what_can_be_no_account_is_refused(user: str):
    with pytest.raises(UsageError, match="is no name of a user"):
        works_user_data(WorkTests(user=user), nonce=NONCE, marker=MARKER, public_key=KEY)


def test_no_two_keys_are_the_same_and_ssh_knows_their_kind(tmp_path: Path):
    require("ssh-keygen")
    (tmp_path / "key").write_text(KEY)
    told = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key"], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("(ED25519)\n")
    assert unusable_public_key(NONCE) != KEY


def test_the_time_of_both_boots_grows_with_that_of_the_tests():
    assert seconds_for(WorkTests(all_seconds=400)) - seconds_for(WorkTests(all_seconds=300)) == 200

"""Tokens on a raw disk, counted by real shells; the disk is a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imaging.guest.seal import canary_token, control_token
from models.seal.report import CanaryClass
from tests.guest.seal_proof.proving import NONCE, SEAL_NONCE, Guest, counts

_MIB = 1024 * 1024


def token(nonce: str, word: str) -> bytes:
    return hashlib.sha256(f"imaging-canary {nonce} {word}".encode()).hexdigest()[:32].encode()


def disk(folder: Path, *writings: tuple[int, bytes], size: int = 3 * _MIB, control: bool = True) -> Path:
    """A disk with these texts at these places; the control token of the test instance among them."""
    file = folder / "raw"
    with file.open("wb") as handle:
        handle.truncate(size)
        for place, content in (*writings, *([(777, token(NONCE, "control"))] if control else [])):
            handle.seek(place)
            handle.write(content)
    return file


def test_they_are_the_tokens_that_the_clone_planted():
    assert [canary_token(SEAL_NONCE, kind).encode() for kind in CanaryClass] == [
        token(SEAL_NONCE, kind.value) for kind in CanaryClass
    ]
    assert control_token(NONCE).encode() == token(NONCE, "control")


def test_a_disk_without_tokens_has_none_of_any_class(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path)
    report = guest.proved()
    assert counts(report) == dict.fromkeys(CanaryClass, 0)
    assert report.control_seen


@pytest.mark.parametrize(
    "place, around",
    [
        (0, b""),
        (4096 - 7, b"\0"),
        (64 * _MIB - 16, b"\n"),
        (65 * _MIB - 31, b"x"),
        (130 * _MIB - 50, b"text "),
    ],
)
def test_a_token_is_found_wherever_it_lies(guest: Guest, tmp_path, place, around):
    guest.disk = disk(tmp_path, (place, around + token(SEAL_NONCE, "history") + around), size=130 * _MIB)
    found = counts(guest.proved())
    assert found.pop(CanaryClass.HISTORY)
    assert set(found.values()) == {0}


def test_a_token_in_the_slack_behind_a_file_is_found(guest: Guest, tmp_path):
    block = b"ELF\0" + b"\xff" * 900 + b"\0" * 100 + token(SEAL_NONCE, "deleted") + b"\xfe" * 100
    guest.disk = disk(tmp_path, (_MIB, block))
    assert counts(guest.proved())[CanaryClass.DELETED] == 1


def test_a_token_between_other_digits_is_found(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path, (_MIB, b"0123abc" + token(SEAL_NONCE, "log") + b"fff0"))
    assert counts(guest.proved())[CanaryClass.LOG] == 1


def test_each_is_counted(guest: Guest, tmp_path):
    three = b"\n".join([token(SEAL_NONCE, "home")] * 3)
    guest.disk = disk(tmp_path, (_MIB, three), (2 * _MIB, token(SEAL_NONCE, "cache")))
    found = counts(guest.proved())
    assert (found[CanaryClass.HOME], found[CanaryClass.CACHE], found[CanaryClass.SWAP]) == (3, 1, 0)


def test_what_an_earlier_clone_wrote_is_no_token_of_this_seal(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path, (_MIB, token("another", "home")), (2 * _MIB, token(SEAL_NONCE, "control")))
    assert counts(guest.proved())[CanaryClass.HOME] == 0


def test_without_the_control_token_the_reader_proves_nothing(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path, control=False)
    assert guest.proved().control_seen is False


def test_a_disk_that_is_not_there_is_unknown(guest: Guest, tmp_path):
    guest.disk = tmp_path / "nothing"
    report = guest.proved()
    assert set(counts(report).values()) <= {None}
    assert not report.control_seen
    assert "raw disk" in report.trouble


def test_where_time_is_up_what_was_not_seen_is_unknown_and_what_was_is_told(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path, (_MIB, token(SEAL_NONCE, "home")), size=200 * _MIB)
    guest.settings["IMAGING_PROOF_SECONDS"] = "-1"
    report = guest.proved()
    assert counts(report)[CanaryClass.HOME] == 1
    assert counts(report)[CanaryClass.LOG] is None
    assert "time was up" in report.trouble


def test_a_disk_that_cannot_be_read_is_unknown(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path)
    guest.has("dd", "#!/bin/sh\nexit 1\n")
    report = guest.proved()
    assert set(counts(report).values()) == {None}
    assert "could not be read" in report.trouble


def test_the_tokens_stand_neither_in_the_user_data_nor_on_the_console(guest: Guest, tmp_path):
    guest.disk = disk(tmp_path)
    guest.boot()
    script = next((guest.root / "var/lib/cloud/instances").rglob("part-001")).read_bytes()
    for nonce, word in [(NONCE, "control"), *((SEAL_NONCE, each.value) for each in CanaryClass)]:
        assert token(nonce, word) not in script
        assert token(nonce, word).decode() not in guest.console
    written = [
        path for path in guest.root.rglob("*") if path.is_file() and "run" not in path.relative_to(guest.root).parts
    ]
    held = [path.name for path in written if token(SEAL_NONCE, "home") in path.read_bytes()]
    assert held == []

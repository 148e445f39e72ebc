"""`imaging verdict`: console logs that people sent, judged as they lie."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOGS = Path(__file__).with_name("brought")
HEALTHY = LOGS / "90-rocky.txt"
MARKER = 'imaging-marker abc123 {"status":0,"address":"yes","route":"yes","machine":"1","own":"yes"}\n'
CASES = {
    "01-console": ("failed", None),
    "01-shell": ("failed", None),
    "02-console": ("failed", None),
    "02-old-systemd-press-enter": ("failed", None),
    "08-console": ("failed", None),
    "08-initramfs-panic-arg": ("failed", None),
    "08-quiet": ("failed", None),
    "09-configdrive-marker": ("booted", "basic"),
    "09-configdrive-no-marker": ("booted", "basic"),
    "09-login-only": ("booted", "basic"),
    "09-none-no-login": ("inconclusive", None),
    "90-alpine": ("booted", "basic"),
    "90-autologin": ("booted", "basic"),
    "90-cirros": ("booted", "basic"),
    "90-freebsd-ci": ("booted", "good"),
    "90-illumos": ("booted", "basic"),
    "90-initrdless-fallback": ("booted", "basic"),
    "90-opensuse": ("booted", "basic"),
    "90-rocky": ("booted", "good"),
}
"""What each log should come to; those of case 09 say that they have no network, so they end with 1 all the same."""


def document(done):
    return json.loads(done.out)


def test_every_log_that_was_brought_is_a_case():
    assert {path.stem for path in LOGS.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_log_that_was_brought_comes_to_what_was_expected(imaging, case):
    done = imaging("verdict", str(LOGS / f"{case}.txt"), "--json")
    found = document(done)
    assert (found["verdict"], found["strength"]) == CASES[case]
    assert done.status == (0 if case.startswith("90") else 1)


def test_the_document_has_the_documented_fields(imaging):
    found = document(imaging("verdict", str(HEALTHY), "--json"))
    assert list(found) == ["schema", "verdict", "strength", "stage", "reason", "evidence", "hints"]
    assert found["schema"] == "imaging.verdict/1"


def test_a_person_reads_the_word_the_reason_the_hints_and_the_last_lines(imaging):
    done = imaging("verdict", str(LOGS / "09-login-only.txt"))
    first, second, *others = done.out.splitlines()
    assert first == "booted (basic), stage: login prompt"
    assert "no network address" in second
    assert "Hint: cloud-init saw no network address" in others
    assert others[-1] == "  | child login:"


def test_a_marker_counts_only_with_its_token(imaging, tmp_path):
    log = tmp_path / "console.log"
    log.write_text(f"{HEALTHY.read_text()}\n{MARKER}")
    assert document(imaging("verdict", str(log), "--json"))["strength"] == "good"
    assert document(imaging("verdict", str(log), "--json", "--marker", "abc123"))["strength"] == "strong"


def test_a_token_that_the_log_does_not_have_is_said(imaging):
    found = document(imaging("verdict", str(HEALTHY), "--json", "--marker", "abc123"))
    assert found["strength"] == "good"
    assert "the log has no whole marker with this token" in found["hints"]


def test_a_marker_that_says_that_it_has_no_network_is_no_proof(imaging):
    done = imaging("verdict", str(LOGS / "09-configdrive-marker.txt"), "--json", "--marker", "@TOKEN@")
    found = document(done)
    assert (done.status, found["strength"], found["stage"]) == (1, "basic", "marker")
    assert "it has no network address" in found["hints"]


@pytest.mark.parametrize("token", ["", "a b", "x" * 65, "a\nb"])
def test_a_token_that_is_none_is_wrong_use(imaging, token):
    refused = imaging("verdict", str(HEALTHY), "--marker", token)
    assert (refused.status, refused.out) == (2, "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_the_encoding_makes_no_difference(imaging, tmp_path, encoding):
    log = tmp_path / "console.log"
    log.write_bytes(f"Grüße\r\n{HEALTHY.read_text()}".replace("\n", "\r\n").encode(encoding))
    assert document(imaging("verdict", str(log), "--json"))["strength"] == "good"


def test_of_a_long_log_the_end_is_read_and_that_is_said(imaging, tmp_path):
    log = tmp_path / "console.log"
    log.write_text("[    1.0] a line of a kernel that has been up for months\n" * 20_000 + HEALTHY.read_text())
    done = imaging("verdict", str(log), "--json")
    assert document(done)["strength"] == "good"
    assert "only its last 1.0 MiB were read" in done.err


def test_the_half_line_that_a_long_log_begins_with_is_no_prompt(imaging, tmp_path):
    log = tmp_path / "console.log"
    end = "child login: \n" + f"{'z' * 1023}\n" * 1023
    end += "z" * (2**20 - len(end) - 1) + "\n"  # so that the last MiB, which is read, begins with the prompt
    log.write_text(f"sshd[7]: Invalid user {end}")
    assert document(imaging("verdict", str(log), "--json"))["verdict"] == "inconclusive"


def test_standard_input_is_read():
    done = subprocess.run(
        [sys.executable, "-m", "imaging.commands", "verdict", "-", "--json"],
        input=HEALTHY.read_bytes(),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["strength"] == "good"


def test_a_packed_log_is_named_as_what_it_is(imaging, tmp_path):
    log = tmp_path / "console.log.gz"
    log.write_bytes(gzip.compress(HEALTHY.read_bytes()))
    refused = imaging("verdict", str(log))
    assert (refused.status, refused.out) == (2, "")
    assert "is packed with gzip" in refused.err


def test_an_empty_log_says_that_the_console_showed_nothing(imaging, tmp_path):
    log = tmp_path / "console.log"
    log.touch()
    found = document(imaging("verdict", str(log), "--json"))
    assert (found["verdict"], found["stage"]) == ("inconclusive", "silent")

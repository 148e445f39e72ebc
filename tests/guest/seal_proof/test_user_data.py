"""The form of the user data of a test instance of a sealed image."""

from __future__ import annotations

import base64
import gzip
import subprocess

import pytest

from imaging.guest.seal_proof.needles import MOST, Needle, NeedleKind, Needles
from imaging.guest.seal_proof.user_data import proof_user_data, seconds_for
from models.errors import UsageError
from tests.guest.seal_proof.proving import NAMES, NONCE, SEAL_NONCE, parts_of
from tests.support.needs import SHELLCHECK, require

MARKER = "#!/bin/sh\necho up\n"


def made(needles: Needles = NAMES) -> bytes:
    return proof_user_data(needles, seal_nonce=SEAL_NONCE, nonce=NONCE, marker=MARKER)


def test_cloud_init_finds_a_boothook_and_the_markers_script():
    parts = parts_of(made())
    assert set(parts) == {"text/cloud-boothook", "text/x-shellscript"}
    assert parts["text/cloud-boothook"].startswith("#!/bin/sh\n# imaging proof ")
    assert parts["text/x-shellscript"] == MARKER


def test_a_boothook_begins_as_cloud_init_knows_it():
    assert b"\n#cloud-boothook\n#!/bin/sh\n" in gzip.decompress(made())


def test_nothing_is_left_to_be_filled_in():
    lines = parts_of(made())["text/cloud-boothook"].split("\n")
    assert not [line for line in lines if "@" in line.replace("@@imaging-", "") and '"$@"' not in line]


@pytest.mark.parametrize("shell", [["dash", "-n"], ["bash", "-n"], ["busybox", "sh", "-n"]])
def test_every_shell_can_read_it(tmp_path, shell):
    require(shell[0])
    (tmp_path / "script").write_text(parts_of(made())["text/cloud-boothook"])
    assert subprocess.run([*shell, tmp_path / "script"], check=False).returncode == 0


def test_shellcheck_finds_nothing(tmp_path):
    (tmp_path / "script").write_text(parts_of(made())["text/cloud-boothook"])
    found = subprocess.run([SHELLCHECK, tmp_path / "script"], capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_no_name_stands_in_it_in_plain_text():
    plain = gzip.decompress(made()).decode()
    assert not [each.text for each in NAMES.searched if each.text in plain]
    assert not [path for path in NAMES.kept if path in plain]


def test_with_as_many_names_as_there_may_be_nova_takes_it():
    names = tuple(
        Needle(kind=NeedleKind.ACCOUNT, text=f"user{number:03}.{number * 7919**5 % 10**9}") for number in range(MOST)
    )
    assert len(base64.b64encode(made(Needles(searched=names)))) <= 65_535


def test_what_nova_would_not_take_is_refused():
    noise = tuple(Needle(kind=NeedleKind.ACCOUNT, text=f"{n:0150x}{n * 7919**20:0>100x}") for n in range(2 * 10**3))
    with pytest.raises(UsageError, match="a cloud takes at most"):
        made(Needles(searched=noise))


@pytest.mark.parametrize("nonce", ["", "a b", "x'y", "é", "a" * 33])
def test_what_is_no_nonce_is_refused(nonce):
    with pytest.raises(ValueError, match="not a nonce"):
        proof_user_data(NAMES, seal_nonce=SEAL_NONCE, nonce=nonce, marker=MARKER)
    with pytest.raises(ValueError, match="not a nonce"):
        proof_user_data(NAMES, seal_nonce=nonce, nonce=NONCE, marker=MARKER)


def test_a_larger_disk_has_more_time():
    assert seconds_for(100) - seconds_for(20) == 80 * 60

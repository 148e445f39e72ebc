"""The reader of raw disks, run by real shells on files that stand for disks."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from imaging.guest.seal.raw_disk import raw_disk_functions
from tests.support.shells import EACH_SHELL, GUEST_PATH

_MIB = 1024 * 1024
TOKEN = hashlib.sha256(b"one").hexdigest()[:32].encode()
OTHER = hashlib.sha256(b"two").hexdigest()[:32].encode()
READING = """
reading() {{ echo "reading $1 of $2" >&2; }}
echo "one {one}" >{folder}/tokens
echo "two {two}" >>{folder}/tokens
count_on_disk {disk} {folder}/tokens {seconds} {stop}
echo "status $? $unread"
"""


def disk_of(folder: Path, size: int, *writings: tuple[int, bytes]) -> Path:
    file = folder / "disk"
    with file.open("wb") as disk:
        disk.truncate(size)
        for place, content in writings:
            disk.seek(place)
            disk.write(content)
    return file


def read(
    disk: Path, folder: Path, *, shell: str = "dash", seconds: int = 60, stop: str = "", tools: Sequence[Path] = ()
) -> dict[str, str]:
    """What is counted of each token, and how it ended."""
    command = ["busybox", "sh"] if shell == "busybox" else [shell]
    work = READING.format(one=TOKEN.decode(), two=OTHER.decode(), folder=folder, disk=disk, seconds=seconds, stop=stop)
    path = ":".join([*map(str, tools), GUEST_PATH])
    script = (raw_disk_functions() + work).encode()
    ran = subprocess.run(
        [*command, "-s"], input=script, capture_output=True, timeout=100, check=True, env={"PATH": path, "LC_ALL": "C"}
    )
    assert TOKEN not in ran.stderr
    return dict(line.split(" ", 1) for line in ran.stdout.decode().splitlines())


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_hundred_megabytes_without_a_line_end_are_read(tmp_path, shell):
    disk = disk_of(tmp_path, 0, (0, b"x" * 100 * _MIB), (70 * _MIB, TOKEN))
    assert read(disk, tmp_path, shell=shell) == {"one": "1", "two": "0", "status": "0 "}


@pytest.mark.slow
def test_a_hundred_megabytes_that_could_all_be_a_token_are_read(tmp_path):
    disk = disk_of(tmp_path, 0, (0, b"a" * 100 * _MIB), (99 * _MIB, TOKEN))
    assert read(disk, tmp_path) == {"one": "1", "two": "0", "status": "0 "}


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_between_long_runs_of_zeros_it_is_found(tmp_path, shell):
    disk = disk_of(tmp_path, 500 * _MIB, (333 * _MIB + 17, TOKEN))
    assert read(disk, tmp_path, shell=shell) == {"one": "1", "two": "0", "status": "0 "}


@pytest.mark.parametrize(
    "before", [pytest.param(n, marks=() if n in {0, 16, 32} else pytest.mark.slow) for n in range(0, 33, 4)]
)
def test_across_the_border_of_two_steps_it_is_found(tmp_path, before):
    disk = disk_of(tmp_path, 130 * _MIB, (64 * _MIB - before, TOKEN), (128 * _MIB - before, OTHER))
    found = read(disk, tmp_path)
    assert found["status"] == "0 "
    assert int(found["one"]) >= 1
    assert int(found["two"]) >= 1


def test_what_looks_nearly_like_it_is_none(tmp_path):
    disk = disk_of(
        tmp_path, _MIB, (100, TOKEN[:-1] + b"\0"), (200, TOKEN.upper()), (300, TOKEN[:16] + b"\n" + TOKEN[16:])
    )
    assert read(disk, tmp_path) == {"one": "0", "two": "0", "status": "0 "}


def test_it_stops_when_every_token_was_seen_if_that_is_enough(tmp_path):
    disk = disk_of(tmp_path, 200 * _MIB, (0, TOKEN + b"\n" + OTHER), (150 * _MIB, TOKEN))
    assert read(disk, tmp_path, stop="enough")["one"] == "1"
    assert read(disk, tmp_path)["one"] == "2"


def test_it_goes_on_while_one_token_was_not_seen(tmp_path):
    disk = disk_of(tmp_path, 200 * _MIB, (0, TOKEN), (150 * _MIB, OTHER))
    assert read(disk, tmp_path, stop="enough") == {"one": "1", "two": "1", "status": "0 "}


def test_a_disk_that_fails_in_the_middle_is_not_said_to_be_read(tmp_path):
    disk = disk_of(tmp_path, 200 * _MIB)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "dd").write_text('#!/bin/sh\ncase "$*" in *skip=128*) exit 1 ;; esac\nexec /bin/dd "$@"\n')
    (tools / "dd").chmod(0o755)
    assert read(disk, tmp_path, tools=[tools])["status"] == f"1 {disk} could not be read at 128 MiB"


def test_beyond_its_time_it_says_how_far_it_came(tmp_path):
    disk = disk_of(tmp_path, 200 * _MIB)
    assert read(disk, tmp_path, seconds=-1)["status"] == f"1 {disk} was read to 64 of 200 MiB only: time was up"


def test_an_empty_and_a_missing_disk_are_not_read(tmp_path):
    assert read(disk_of(tmp_path, 0), tmp_path)["status"].startswith("1 ")
    assert read(tmp_path / "none", tmp_path)["status"].startswith("1 ")

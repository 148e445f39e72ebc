"""The files that a user gives as tests: read when the run is planned, or refused with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging.guest.works import read_test_file, read_test_files, with_test_file
from imaging.guest.works.test_files import LARGEST, MOST
from models.errors import UsageError


def file(folder: Path, name: str = "smoke.sh", content: str | bytes = "#!/bin/sh\ntrue\n") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_script_is_taken_as_it_is(tmp_path: Path):
    text = "#!/usr/bin/env python3\nprint('prüfen')"
    read = read_test_file(file(tmp_path, "smoke.py", text))
    assert (read.name, read.text, read.is_goss) == ("smoke.py", text, False)
    assert (read.needs_network, read.needs_ram_mib, read.needs_gpu) == (False, None, False)


def test_a_file_of_goss_needs_no_first_line(tmp_path: Path):
    assert read_test_file(file(tmp_path, "web.goss.yaml", "port: {}\n")).is_goss


@pytest.mark.parametrize(
    "header, needs",
    [
        ("# needs: network", (True, None, False)),
        ("#needs: ram=4096, gpu", (False, 4096, True)),
        ("# needs: ram=512\n# needs: ram=2048 network", (True, 2048, False)),
        ("# it needs: nothing", (False, None, False)),
        ("echo '# needs: gpu'", (False, None, False)),
        ("\n" * 60 + "# needs: gpu", (False, None, False)),
    ],
)
def test_what_it_needs_stands_in_its_first_lines(tmp_path: Path, header: str, needs: tuple[bool, int | None, bool]):
    read = read_test_file(file(tmp_path, content=f"#!/bin/sh\n{header}\n"))
    assert (read.needs_network, read.needs_ram_mib, read.needs_gpu) == needs


@pytest.mark.parametrize(
    "content, why",
    [
        ("true\n", "does not begin with a #! line"),
        ("", "does not begin with a #! line"),
        ("#!\n", "does not begin with a #! line"),
        ("#!python3\n", "does not begin with a #! line"),
        ("#!/bin/sh\r\ntrue\r\n", "end as on Windows"),
        (b"#!/bin/sh\n\x00", "is no text"),
        (b"\x7fELF\x02", "is no text|does not begin"),
        (b"#!/bin/sh\n\xff\xfe", "no text in UTF-8"),
        (b"#!/bin/sh\n" + b"#" * LARGEST, "is larger than 256 KiB"),
        ("#!/bin/sh\n# needs: root\n", "needs 'root', which is not known"),
        ("#!/bin/sh\n# needs: ram=lots\n", "needs 'ram=lots', which is not known"),
    ],
)
def test_what_is_no_test_is_refused_with_the_reason(tmp_path: Path, content: str | bytes, why: str):
    with pytest.raises(UsageError, match=why):
        read_test_file(file(tmp_path, content=content))


@pytest.mark.parametrize("name", ["a b", "-x", ".hidden", "x'y", "a" * 65, "näme", "a\nb"])
def test_a_name_that_could_mean_something_to_a_shell_is_refused(tmp_path: Path, name: str):
    with pytest.raises(UsageError, match="A test cannot be called"):
        read_test_file(tmp_path / name)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match=r"gone\.sh cannot be read: No such file"):
        read_test_file(tmp_path / "gone.sh")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_test_file(tmp_path.resolve().parent / tmp_path.name)


def test_a_pipe_is_refused_without_waiting_for_what_somebody_writes_to_it(tmp_path: Path):
    os.mkfifo(tmp_path / "smoke.sh")
    with pytest.raises(UsageError, match=r"smoke\.sh is not a file but a pipe or a device"):
        read_test_file(tmp_path / "smoke.sh")


def test_a_device_is_refused_by_whatever_name_it_is_given(tmp_path: Path):
    (tmp_path / "smoke.sh").symlink_to("/dev/zero")
    for device in (tmp_path / "smoke.sh", Path("/dev/zero")):
        with pytest.raises(UsageError, match="is not a file but a pipe or a device"):
            read_test_file(device)


def test_a_path_that_no_system_has_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be read: its path is not valid"):
        read_test_file(tmp_path / "a\0b" / "smoke.sh")
    with pytest.raises(UsageError, match="cannot be read: File name too long"):
        read_test_file(tmp_path / ("x" * 300) / "smoke.sh")


def test_two_of_one_name_are_refused_with_the_same_words_wherever_they_are_given(tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    files = [file(tmp_path), file(other)]
    with pytest.raises(UsageError, match=r"Two tests are called smoke\.sh") as at_once:
        read_test_files(files)
    with pytest.raises(UsageError) as one_by_one:
        with_test_file(with_test_file((), files[0]), files[1])
    assert (one_by_one.value.what, one_by_one.value.remedy) == (at_once.value.what, at_once.value.remedy)


def test_too_many_are_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="takes at most"):
        read_test_files([file(tmp_path, f"t{number}") for number in range(MOST + 1)])


def test_they_stay_in_their_order(tmp_path: Path):
    names = ["b.sh", "a.sh", "c.sh"]
    assert [each.name for each in read_test_files([file(tmp_path, name) for name in names])] == names

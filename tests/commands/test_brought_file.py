"""A file that the user brings: reading always ends, and one sentence says why nothing was read."""

from __future__ import annotations

import asyncio
import lzma
import os
import socket

import pytest

from imaging.commands.flow import brought_file
from imaging.commands.flow.brought_file import read_brought
from models.errors import UsageError

LIMIT = 1000


def read(path, **more):
    return asyncio.run(read_brought(str(path), **{"limit_bytes": LIMIT, **more}))


def refused(path, **more) -> UsageError:
    with pytest.raises(UsageError) as error:
        read(path, **more)
    return error.value


def test_a_text_is_read_as_it_is(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"one\ntwo\xff\n")
    assert read(file).data == b"one\ntwo\xff\n"
    assert read(file).text == "one\ntwo\N{REPLACEMENT CHARACTER}\n"


def test_a_link_is_followed_for_the_user_named_it(tmp_path):
    (tmp_path / "log").write_text("x")
    (tmp_path / "link").symlink_to("log")
    assert read(tmp_path / "link").data == b"x"


def test_a_missing_file_is_named(tmp_path):
    assert refused(tmp_path / "none").what.endswith("does not exist.")
    assert refused("").what == "A file without a name does not exist."
    assert refused("a\0b").what.endswith("is no name of a file.")


def test_a_folder_a_pipe_a_socket_and_a_device_are_named_and_nothing_waits(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert refused(tmp_path).what.endswith("is a directory, not a file.")
        assert refused(tmp_path / "pipe").what.endswith("is a pipe, not a file.")
        assert refused(tmp_path / "socket").what.endswith("is a socket or a device, not a file.")
    assert refused("/dev/zero").what == "/dev/zero is a device, not a file."


def test_a_file_that_breaks_off_while_it_is_read():
    assert refused("/proc/self/mem").what == "/proc/self/mem cannot be read: Input/output error."


def test_a_large_file_is_refused_or_its_end_is_read(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"a" * LIMIT + b"b" * LIMIT)
    assert "is too large" in refused(file).what
    read_end = read(file, last_part=True)
    assert (read_end.data, read_end.left_out) == (b"b" * LIMIT, LIMIT)


def test_a_file_of_terabytes_takes_no_time(tmp_path):
    file = tmp_path / "log"
    with file.open("wb") as hole:
        hole.truncate(2**40)
        hole.seek(2**40)
        hole.write(b"the end\n" * LIMIT)
    assert read(file, last_part=True).data.endswith(b"the end\n")


@pytest.mark.parametrize("size", [100, 10 * LIMIT])
def test_what_is_packed_is_named_also_where_only_the_end_is_read(tmp_path, size):
    file = tmp_path / "log"
    file.write_bytes(lzma.compress(os.urandom(size)))
    assert "is packed with xz" in refused(file, last_part=True).what


@pytest.mark.parametrize("data", [b"\0" * 500, bytes(range(256)) * 3, b"\x7fELF\x02\x01\x01" + b"\x01\x02\x03\0" * 200])
def test_what_is_no_text_is_refused(tmp_path, data):
    file = tmp_path / "log"
    file.write_bytes(data)
    assert refused(file).what.endswith("is not a text.")


def test_zeros_and_colours_of_a_console_are_text(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"\x1b[32mok\x1b[0m\n" * 20 + b"\0" * 300)
    assert b"ok" in read(file).data


def test_the_name_of_a_file_is_no_command_for_the_terminal(tmp_path):
    assert "\x1b" not in refused(tmp_path / "a\x1b[31m\nb").what


def test_a_file_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    reader, writer = os.pipe()
    with monkeypatch.context() as patched:
        patched.setattr(brought_file, "SECONDS", 0.1)
        patched.setattr(os, "open", lambda *_: os.dup(reader))
        patched.setattr(brought_file, "_refuse_no_file", lambda *_: None)
        assert "could not be read within" in refused(tmp_path / "log").what
    os.close(writer)
    os.close(reader)

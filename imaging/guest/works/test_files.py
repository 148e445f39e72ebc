"""Reads a test of the user's (`--test FILE`): what it is, what it needs, and why it cannot be used."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from imaging.guest.works.user_data import LEAST_ROOM
from models.errors import UsageError
from models.text import one_line
from models.works.test_file import TestFile

LARGEST = 256 * 1024
"""Bytes of one file; what fits into user data is measured apart, packed."""
MOST = 50
"""Files of one run."""
_GOSS = ".goss.yaml"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_NEEDS = re.compile(r"# *needs: *([^\n]{0,200})")
_RAM = re.compile(r"ram=([1-9][0-9]{0,6})")
_HEADER_LINES = 40
"""In how many of its first lines a test says what it needs."""
_LONGEST_SHOWN = 80
"""Characters of a name that is not one."""
_HELP = "A test is a script that begins with a line such as #!/bin/sh, or a file *.goss.yaml."


def read_test_files(paths: Iterable[Path]) -> tuple[TestFile, ...]:
    """All tests of one run, in their order.

    Raises:
        UsageError: one of them cannot be used, two have one name, or there are too many.
    """
    files: tuple[TestFile, ...] = ()
    for path in paths:
        files = with_test_file(files, path)
    return files


def with_test_file(files: tuple[TestFile, ...], path: Path) -> tuple[TestFile, ...]:
    """The tests of a run with one more, the last.

    Raises:
        UsageError: it cannot be used, another one has its name, or there are too many.
    """
    _refuse_many(len(files) + 1)
    test = read_test_file(path)
    if any(each.name == test.name for each in files):
        raise UsageError(
            f"Two tests are called {test.name}.",
            remedy="Give them names that differ, by which the report tells them apart; or leave one of them out.",
        )
    return (*files, test)


def _refuse_many(count: int) -> None:
    if count > MOST:
        raise UsageError(f"There are {count} tests; a run takes at most {MOST}.")


def read_test_file(path: Path) -> TestFile:
    """One test.

    Raises:
        UsageError: it cannot be read, or is no test.
    """
    name = path.name
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"A test cannot be called '{one_line(name, _LONGEST_SHOWN)}'.",
            remedy="Name it with letters, digits, '.', '_' and '-' alone, at most 64 of them.",
        )
    text = _text(path)
    is_goss = name.endswith(_GOSS)
    if not is_goss:
        _refuse_what_is_no_script(name, text)
    network, ram, gpu = _needs(name, text)
    return TestFile(name=name, text=text, is_goss=is_goss, needs_network=network, needs_ram_mib=ram, needs_gpu=gpu)


def _text(path: Path) -> str:
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its path is not valid"
        raise UsageError(f"The test {one_line(path)} cannot be read: {why}.") from None
    if len(content) > LARGEST:
        raise UsageError(
            f"The test {path.name} is larger than {LARGEST // 1024} KiB.",
            remedy=f"About {LEAST_ROOM // 1024} KiB, compressed, fit into a test instance; put what is larger into the "
            "image.",
        )
    if b"\0" in content:
        raise UsageError(f"The test {path.name} is no text.", remedy=_HELP)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"The test {path.name} is no text in UTF-8.", remedy=_HELP) from None


def _content(path: Path) -> bytes:
    """A byte more than a test may have, if it has so many.

    Raises:
        UsageError: it is not a file: a pipe or a terminal would keep us waiting, and reading a device may change it.
        OSError: it cannot be opened or read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise UsageError(f"The test {path.name} is not a file but a pipe or a device.", remedy=_HELP)
        return file.read(LARGEST + 1)


def _refuse_what_is_no_script(name: str, text: str) -> None:
    first = text.partition("\n")[0]
    if not first.startswith("#!") or not first.removeprefix("#!").strip().startswith("/"):
        raise UsageError(f"The test {name} does not begin with a #! line.", remedy=_HELP)
    if first.endswith("\r"):
        raise UsageError(
            f"The lines of the test {name} end as on Windows, so that no system finds the program of its first line.",
            remedy=f"Convert it: sed -i 's/\\r$//' {name}",
        )


def _needs(name: str, text: str) -> tuple[bool, int | None, bool]:
    """Whether it needs a network, how much memory in MiB, and whether a GPU."""
    network, ram, gpu = False, None, False
    for line in text.split("\n", _HEADER_LINES)[:_HEADER_LINES]:
        found = _NEEDS.match(line)
        for word in found[1].replace(",", " ").split() if found is not None else ():
            memory = _RAM.fullmatch(word)
            if word == "network":
                network = True
            elif word == "gpu":
                gpu = True
            elif memory is not None:
                ram = max(ram or 0, int(memory[1]))
            else:
                raise UsageError(
                    f"The test {name} needs {word!r}, which is not known.",
                    remedy="It can need: network, ram=MIB, gpu.",
                )
    return network, ram, gpu

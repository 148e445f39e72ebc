"""What a request says about the user's own tests, as lines: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.formatting import counted, size
from models.run.request import RunRequest
from models.run.time_limit import written
from models.works.test_file import ALL_SECONDS, FILE_SECONDS, TestFile, WorkTests

ADD, USER, FILE_LIMIT, ALL_LIMIT, TWINS, BASE = "add", "user", "file limit", "all limit", "twins", "base"
"""The keys of the lines that are no test."""
OF_TEST = "test "
"""How the key of a test begins."""


@dataclass(frozen=True)
class TestRow:
    """A line of the list: a test, or something that is asked about all of them."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    key: str
    name: str
    note: str = ""


def rows(request: RunRequest, *, reading: str = "", asks_base: bool = False) -> Sequence[TestRow]:
    """The lines of a request: its tests, and what is asked about all of them.

    Args:
        request: names the tests.
        reading: the file that is being read; empty where none is.
        asks_base: whether the image may go back to another one, with which it can be compared.
    """
    tests = request.work_tests
    twins = "yes: two instances are compared" if request.twins else "no second instance is compared"
    base = "launched if it cannot be read" if request.list_base else "it is not launched for that"
    return (
        TestRow(ADD, "+ add a test of yours", f"reading {reading}" if reading else "a script; it runs in both boots"),
        *(TestRow(f"{OF_TEST}{each.name}", each.name, _about(each)) for each in tests.files),
        TestRow(USER, "run by", tests.user or "root"),
        TestRow(TWINS, "twins", twins),
        TestRow(FILE_LIMIT, "time limit of one test", written(tests.file_seconds)),
        TestRow(ALL_LIMIT, "time limit of all tests", f"{written(tests.all_seconds)} in each boot"),
        *((TestRow(BASE, "compare with the base", base),) if asks_base else ()),
    )


def tests_line(request: RunRequest) -> str:
    """The tests in one line, with what is not as usual; empty where there are none and all is as usual."""
    tests = request.work_tests
    names = ", ".join(each.name for each in tests.files)
    limits = "".join(
        f", {written(now)} {whose}"
        for now, usual, whose in (
            (tests.file_seconds, FILE_SECONDS, "for each"),
            (tests.all_seconds, ALL_SECONDS, "for all"),
        )
        if now != usual
    )
    who = f"run by {tests.user or 'root'} in both boots{limits}"
    if names:
        return f"{counted(len(tests.files), 'test')} of yours, {who}: {names}"
    return f"Tests in the image are {who}" if tests != WorkTests() else ""


def _about(test: TestFile) -> str:
    """Its size, and what it needs."""
    needs = [
        *(["network"] if test.needs_network else []),
        *([f"{test.needs_ram_mib} MiB RAM"] if test.needs_ram_mib else []),
        *(["GPU"] if test.needs_gpu else []),
    ]
    told = [size(len(test.text.encode())), *(["goss"] if test.is_goss else [])]
    return ", ".join([*told, f"needs {', '.join(needs)}"] if needs else told)

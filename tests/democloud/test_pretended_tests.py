"""What becomes of tests in the demonstration cloud: nothing is run, and a few of their lines are understood."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.democloud.guests.pretended_tests import EndedTest, GivenTest, ended
from imaging.democloud.records.disk import Disk
from imaging.democloud.records.server import Flavor, Server

FLAVOR = Flavor("1", "m3.tiny", 1, 3_072, 20)
SERVER = Server(
    id="1",
    name="test",
    project_id="p",
    user_id="u",
    flavor=FLAVOR,
    disk=Disk(),
    created_at=0,
    updated_at=0,
    port_ids=["port"],
)


def end(*lines: str, boot: int = 1, server: Server = SERVER) -> EndedTest:
    return ended(GivenTest("given", "check.sh", "\n".join(("#!/bin/sh", *lines))), server, boot, 60)


@pytest.mark.parametrize(
    "lines, status, printed",
    [
        ((), 0, ()),
        (("rm -rf /", "make check"), 0, ()),
        (("echo one  two", "echo 'three  four'"), 0, ("one two", "three  four")),
        (("printf 'five\\n'",), 0, ("five",)),
        (("exit 3", "echo never"), 3, ()),
        (("exit 77",), 77, ()),
        (("echo 'not closed", "exit 1"), 1, ()),
        (("exit $status",), 0, ()),
    ],
)
def test_lines_are_understood(lines: tuple[str, ...], status: int, printed: tuple[str, ...]) -> None:
    found = end(*lines)
    assert (found.status, found.lines) == (status, printed)


def test_it_may_fail_at_the_second_boot_alone() -> None:
    line = '[ "$IMAGING_BOOT" = 2 ] && exit 1'
    assert [end(line, boot=boot).status for boot in (1, 2)] == [0, 1]


def test_one_that_sleeps_beyond_its_limit_hangs() -> None:
    found = end("echo begins", "sleep 600", "echo never")
    assert (found.status, found.timed_out, found.lines) == (124, True, ("begins",))
    assert "test given 124 timed-out 60 0 check.sh" in found.rows()


@pytest.mark.parametrize("secret", ["password: hunter2hunter2", "API_KEY=abcdef0123", "token = 'x1y2z3x1y2z3'"])
def test_a_secret_is_masked_before_it_is_printed(secret: str) -> None:
    found = end(f'echo "{secret}"')
    assert found.masked == 1
    assert "***" in found.lines[0]
    assert "hunter2" not in found.lines[0]


@pytest.mark.parametrize(
    "need, why",
    [
        ("gpu", "it needs a GPU, and there is none"),
        ("ram=8000", "it needs 8000 MiB of memory, and there are 3072"),
        ("ram=2000 gpu", "it needs a GPU, and there is none"),
        ("ram=2000", ""),
        ("network", ""),
    ],
)
def test_what_it_needs_and_there_is_not_skips_it(need: str, why: str) -> None:
    found = end(f"# needs: {need}", "exit 1")
    assert found.because == why
    assert (found.status is None) == bool(why)


def test_one_that_was_not_run_prints_nothing() -> None:
    found = end("# needs: gpu")
    assert list(found.rows()) == ["test given - - 0 0 check.sh", "because it needs a GPU, and there is none"]
    assert list(found.output(1, 1)) == []


def test_lines_of_tap_are_told_from_others() -> None:
    found: Any = list(end("echo 1..1", "echo 'ok 1 - opens'", "echo okay").output(2, 3))
    assert found == ["output 2 3 -", "+1..1", "+ok 1 - opens", "|okay"]

"""Rows of any bytes become JSON, within bounds of time and size, in each shell and with each awk."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from imaging.guest.probe import script
from models.guest.files import Questions
from tests.guest.probe.running import output_of
from tests.support.needs import needs
from tests.support.needs import tool as path_of
from tests.support.shells import EACH_SHELL, GUEST_PATH

AWKS = {"mawk": ["mawk"], "gawk": ["gawk"], "busybox": ["busybox", "awk"]}
HOSTILE = bytes(range(1, 256)).replace(b"\n", b"").replace(b"\t", b"")


def with_part(body: str, *, seconds: int = 5, deadline: int = 50) -> str:
    """The probe with a part of the test's own."""
    text = script(Questions(), {"system"}, nonce="abc")
    text = text.replace("parts='system:5'", f"parts='own:{seconds} system:5'")
    text = text.replace("clock_now + 50", f"clock_now + {deadline}")
    return text.replace("imaging_probe </dev/null", f"part_own() {{\n{body}\n}}\nimaging_probe </dev/null")


def document(output: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        output.split(b"@@imaging-probe-begin abc\n")[1].split(b"\n@@imaging-probe-end abc 0")[0]
    )
    return read


def own(body: str, **how) -> dict[str, Any]:
    running = {name: how.pop(name) for name in ("shell", "root", "lowest") if name in how}
    part: dict[str, Any] = document(output_of(with_part(body, **how), bounded=True, **running))["parts"]["own"]
    return part


def tools_with(tmp_path: Path, awk: str) -> Path:
    tool = tmp_path / ".tools" / "awk"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {" ".join([path_of(AWKS[awk][0]), *AWKS[awk][1:]])} "$@"\n')
    tool.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("awk", AWKS)
def test_any_byte_comes_back_as_it_was(tmp_path, awk):
    (tmp_path / "hostile").write_bytes(b"odd\t" + HOSTILE + b"\n")
    part = own('cat "$R/hostile"', root=tools_with(tmp_path, awk))
    assert [field.encode("latin-1") for field in part["rows"][0]] == [b"odd", HOSTILE]


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_the_report_is_plain_ascii_in_every_shell(shell):
    output = output_of(with_part("printf 'odd\\t\\303\\251\\033[2J\\n'"), shell=shell)
    assert output.isascii()
    assert b"\x1b" not in output


def test_a_line_end_in_a_field_stays_in_its_row():
    assert own('row path "/a\nb" "c d"')["rows"] == [["path", "/a\x01b", "c d"]]


def test_bytes_of_nothing_are_left_out():
    assert own("printf 'a\\t\\000b\\n'")["rows"] == [["a", "b"]]


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_part_that_hangs_is_ended_and_the_others_still_come(shell):
    begun = time.monotonic()
    output = document(
        output_of(with_part("row a 1; row a 2; sleep 30 | sleep 30", seconds=1), shell=shell, bounded=True)
    )
    assert time.monotonic() - begun < 10
    assert output["parts"]["own"]["incomplete"] == "time was up"
    assert output["parts"]["own"]["rows"] == [["a", "1"]]
    assert output["parts"]["system"]["incomplete"] == ""


def test_a_part_whose_turn_never_comes_is_unknown():
    part = own("row a 1", deadline=0)
    assert (part["state"], part["why"]) == ("unknown", "time was up")


def test_a_command_that_hangs_is_ended_without_its_part():
    part = own("within 1 sleep 30; row status $?")
    assert part["rows"] == [["status", "124"]]
    assert part["incomplete"] == ""


@needs("ps")
def test_nothing_that_a_late_part_started_stays_behind():
    own("sleep 54.321", seconds=1)
    assert "54.321" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@needs("ps")
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_late_part_that_goes_on_starting_programs_leaves_none_of_them(shell):
    nap = f"sleep 30.{os.getpid()}"
    busy = f"( i=0; while [ $i -lt 300 ]; do {nap} & i=$((i + 1)); sleep 0.01; done; wait ) | cat"
    part = own(busy, seconds=1, shell=shell)
    assert part["incomplete"] == "time was up"
    assert nap not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_what_a_late_part_started_may_tidy_up_before_it_is_killed(shell, tmp_path):
    tool = """sh -c 'trap "echo tidy >$R/tidied; exit" TERM; while :; do sleep 0.1; done'"""
    own(f"export R; {tool}", seconds=1, shell=shell, root=tmp_path)
    assert (tmp_path / "tidied").read_text() == "tidy\n"


def test_what_lies_in_memory_is_taken_away_though_its_part_was_killed():
    own("""mkdir -m 700 "$memory"; echo x >"$memory/dnf.log"; sh -c 'trap "" TERM; sleep 30'""", seconds=1)
    assert not list(Path("/dev/shm").glob(f"imaging-probe.{'[0-9a-f]' * 16}"))


def test_a_link_that_another_user_put_into_memory_is_not_followed(tmp_path):
    (tmp_path / "theirs").write_text("x")
    trap = Path("/dev/shm/imaging-probe.trap")
    trap.symlink_to(tmp_path)
    try:
        output_of(script(Questions(), ["system"], nonce="trap"), bounded=True)
    finally:
        trap.unlink()
    assert (tmp_path / "theirs").exists()


def test_a_late_part_that_will_not_end_is_killed_and_says_nothing_more():
    part = own("""row a 1; row a 2; sh -c 'trap "" TERM; while :; do echo late; sleep 0.1; done'""", seconds=1)
    assert (part["incomplete"], part["cut"]) == ("time was up", 1)
    assert part["rows"][:2] == [["a", "1"], ["a", "2"]]


def test_a_part_that_fails_in_the_middle_is_incomplete():
    part = own("row a 1; exit 3")
    assert (part["rows"], part["incomplete"], part["cut"]) == ([["a", "1"]], "it ended early", 1)


def test_too_many_rows_are_cut_and_said():
    part = own("seq 6000 | sed 's/^/n\t/'")
    assert (len(part["rows"]), part["incomplete"], part["cut"]) == (5000, "more than 5,000 rows", 1)


def test_too_much_is_cut_and_said():
    part = own("head -c 4000000 /dev/zero | tr '\\000' x | fold -w 10000")
    assert 190 <= len(part["rows"]) <= 210
    assert (part["incomplete"], part["cut"]) == ("too much to report", 1)


def test_an_endless_line_is_cut_and_said():
    part = own("head -c 300000 /dev/zero | tr '\\000' '\\200'; echo; echo more")
    assert (part["incomplete"], part["cut"]) == ("a line was too long", 1)
    assert [len(row[0]) for row in part["rows"]] == [32768, 4]


def test_reasons_are_said_once_each():
    part = own("incomplete 'no root'; incomplete 'no root'; incomplete 'lsblk is \"gone\"'")
    assert (part["incomplete"], part["cut"]) == ('no root; lsblk is "gone"', 0)


def test_it_runs_at_the_lowest_priority():
    assert own("row nice $(nice)", lowest=True)["rows"] == [["nice", "19"]]


def test_a_hostile_environment_changes_nothing(tmp_path):
    (tmp_path / "lsblk").write_text("#!/bin/sh\necho hostile\n")
    (tmp_path / "lsblk").chmod(0o755)
    env = {"PATH": f"{tmp_path}:{GUEST_PATH}", "LC_ALL": "tr_TR.UTF-8", "GREP_OPTIONS": "-v", "IFS": "/"}
    assert b"hostile" not in output_of(script(Questions(), {"disks"}, nonce="abc"), env=env, bounded=True)

"""The script is one that every shell understands, and that does nothing unless it arrived whole."""

from __future__ import annotations

import re
import subprocess

import pytest

from imaging.guest.probe import script
from models.guest.files import FileSearch, Questions
from tests.guest.probe.running import output_of
from tests.support.needs import SHELLCHECK, require

SEARCH = FileSearch(
    id="x.y", paths=("~/.x", "/opt/x*"), names=("*.lic",), first_line={"key": "^BEGIN"}, contains={"served": "^F"},
    words_after=("FEATURE",),
)  # fmt: skip
WHOLE = script(Questions(searches=(SEARCH,), system_files=("/etc/hosts", "/etc/it's odd")), nonce="abc")


@pytest.mark.parametrize("shell", [["dash"], ["busybox", "sh"], ["bash", "--posix"]], ids=lambda shell: shell[0])
def test_shells_find_no_fault_in_it(shell):
    require(shell[0])
    checked = subprocess.run([*shell, "-n"], input=WHOLE.encode(), capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(WHOLE, id="asked"),
        # Almost the same text, and shellcheck takes more than a second for it.
        pytest.param(script(Questions(), nonce="abc"), id="not asked", marks=pytest.mark.slow),
    ],
)
def test_shellcheck_finds_no_fault_in_it(text):
    checked = subprocess.run([SHELLCHECK, "-s", "sh", "-"], input=text.encode(), capture_output=True, check=False)
    assert (checked.returncode, checked.stdout.decode()) == (0, "")


def test_it_is_plain_ascii_and_says_first_that_it_only_reads():
    assert WHOLE.isascii()
    assert "only reads" in WHOLE.splitlines()[1]
    assert WHOLE.startswith("#!/bin/sh\n")


def test_no_shell_could_write_a_temporary_file_for_it():
    assert "<<" not in WHOLE.replace("<<=", "")
    assert "mktemp" not in WHOLE


def test_no_number_of_the_kernel_is_read_by_the_shell():
    """A shell reads byte by byte, and the kernel gives `1024` of /proc/sys only as far as the first read: 1."""
    assert re.findall(r"(?:first_line |read .*<)\S*/proc/sys/(?:vm|net|fs)\S*", WHOLE) == []


def test_cut_off_anywhere_it_does_nothing():
    lines = WHOLE.splitlines(keepends=True)
    assert lines[-1] == "imaging_probe </dev/null\n"
    assert output_of("".join(lines[:-1])) == b""


def test_only_the_wanted_parts_are_sent():
    text = script(Questions(), {"system"}, nonce="abc")
    assert "part_system()" in text
    assert "part_disks()" not in text


@pytest.mark.parametrize("nonce", ["", "a b", "$(reboot)", "a'b", "é", "a\n"])
def test_a_nonce_that_could_break_out_is_refused(nonce):
    with pytest.raises(ValueError, match="letters and digits"):
        script(Questions(), nonce=nonce)


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no such part of the probe: nonsense"):
        script(Questions(), {"system", "nonsense"}, nonce="abc")


@pytest.mark.parametrize("path", ["/etc/a\nreboot", "/etc/\x1b[2J", "/etc/a\x7f"])
def test_a_question_with_a_control_character_is_refused(path):
    with pytest.raises(ValueError, match="control character"):
        script(Questions(system_files=(path,)), nonce="abc")


def test_a_question_is_a_word_whatever_it_holds():
    text = script(Questions(system_files=("/etc/$(id)`id`'\"; id", "-n %s")), {"system"}, nonce="abc")
    asked = output_of(text.replace("imaging_probe </dev/null", "asked_system_files"))
    assert asked.decode().splitlines() == ["/etc/$(id)`id`'\"; id", "-n %s"]

"""A test instance restarts itself once: that is neither a failure nor a loop, and the verdict is on the first boot."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader, read_console
from imaging.runs.test_instance.boot_verdict.verdict import Ending
from models.verdict import Stage, Strength, VerdictWord

TOKEN = "t0k3n"
KERNEL = "[    0.0] Linux version 6.1.0\n"
LOGIN = "web login: \n"
MARKER = f'imaging-marker {TOKEN} {{"status":0,"address":"yes","route":"yes","machine":"ab","own":"yes"}}\n'
RESTARTS = f"@@imaging-proof {TOKEN} restarts\n"
FIRST = f"SeaBIOS (version 1.16)\n{KERNEL}{LOGIN}{MARKER}"
DOWN = "[  OK  ] Reached target Reboot.\nreboot: Restarting system\n"
PANIC = "[    1.0] Kernel panic - not syncing: no root\n"


def verdict(text: str, ending: Ending = Ending.SILENCE):
    return read_console(text, TOKEN).verdict(ending)


@pytest.mark.parametrize(
    "after", ["", DOWN, f"{DOWN}SeaBIOS\n{KERNEL}", f"{DOWN}{KERNEL}{LOGIN}", f"{DOWN}{KERNEL}{PANIC}" * 4]
)
def test_the_marker_of_the_first_boot_stays(after):
    found = verdict(f"{FIRST}{RESTARTS}{after}")
    assert (found.word, found.strength, found.stage) == (VerdictWord.BOOTED, Strength.STRONG, Stage.MARKER)
    assert found.hints == ()


def test_what_shows_the_report_is_no_part_of_the_boot():
    found = verdict(f"{KERNEL}{LOGIN}@@imaging-proof {TOKEN} progress Kernel panic - not syncing: x\n{MARKER}")
    assert (found.word, found.dead_end) == (VerdictWord.BOOTED, None)


def test_a_marker_on_the_same_line_is_seen():
    assert verdict(f"{KERNEL}@@imaging-proof {TOKEN} began {MARKER}").strength is Strength.STRONG


def test_without_a_marker_the_first_boot_is_judged_as_it_was():
    found = verdict(f"{KERNEL}{LOGIN}{RESTARTS}{DOWN}{KERNEL}{PANIC}")
    assert (found.word, found.strength) == (VerdictWord.BOOTED, Strength.BASIC)


def test_nothing_more_is_waited_for_once_it_restarts():
    reader = ConsoleReader(TOKEN)
    reader.take(f"{KERNEL}{LOGIN}")
    assert not reader.reading.is_decided
    reader.take(RESTARTS)
    assert reader.reading.is_decided


@pytest.mark.parametrize(
    "line", ["@@imaging-proof other restarts\n", f"@@imaging-proof {TOKEN} restarts-not\n", f"{TOKEN} restarts\n"]
)
def test_what_others_say_of_a_restart_does_not_count(line):
    found = verdict(f"{FIRST}{line}{DOWN}{KERNEL}{PANIC}", Ending.LOG)
    assert found.word is VerdictWord.FAILED


def test_a_machine_that_goes_on_restarting_before_it_says_so_is_a_loop():
    assert verdict((f"{KERNEL}{LOGIN}" * 5)[: -len(LOGIN)]).word is VerdictWord.FAILED


@pytest.mark.parametrize("after", ["", DOWN, f"{DOWN}SeaBIOS\n{KERNEL}", f"{DOWN}{KERNEL}{PANIC}" * 4])
def test_one_that_runs_checks_keeps_the_marker_of_its_first_boot(after):
    found = verdict(f"{FIRST}@@imaging-works {TOKEN} restarts\n{after}")
    assert (found.word, found.strength, found.hints) == (VerdictWord.BOOTED, Strength.STRONG, ())


def test_what_it_tells_of_its_boots_shows_that_one_came_to_its_end():
    began = f"{KERNEL}@@imaging-works {TOKEN} progress looking at the system\n"
    assert not read_console(began, TOKEN).is_decided
    told = read_console(f"{began}@@imaging-works {TOKEN} 3/12 1234 abcd\n", TOKEN)
    assert told.is_decided
    assert told.verdict().word is VerdictWord.BOOTED


@pytest.mark.parametrize("line", ["@@imaging-works other 3/12 1 a\n", f"@@imaging-works {TOKEN} 3/0 1 a\n"])
def test_what_others_tell_shows_nothing(line):
    assert not read_console(f"{KERNEL}{line}", TOKEN).has_reported

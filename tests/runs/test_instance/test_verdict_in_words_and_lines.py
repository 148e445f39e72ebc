"""What a verdict says, and the lines of the console that it shows for it."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader, read_console
from imaging.runs.test_instance.boot_verdict.saved_console import judge_saved_console
from imaging.runs.test_instance.boot_verdict.verdict import ConsoleReading
from models.verdict import DeadEnd, Stage, Strength, Verdict, VerdictWord

KERNEL = "[    0.0] Linux version 6.1.0\n"
SYSTEM = "Welcome to Debian\n"
LOGIN = "web login: \n"
FINISHED = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"
MARKER = 'imaging-marker t0k3n {"status":0,"address":"yes","route":"yes","own":"yes"}\n'
PANIC = "[    1.0] Kernel panic - not syncing: no root\n"
NO_ADDRESS = 'imaging-marker t0k3n {"status":1,"address":"no","route":"no","own":"yes"}\n'
NO_SOURCE = FINISHED.replace("DataSourceOpenStack", "DataSourceNone")
TROUBLE = "Timed out waiting for device x\n"


def verdict_of(text: str) -> Verdict:
    return read_console(text, "t0k3n").verdict()


@pytest.mark.parametrize(
    "text,reason",
    [
        ("", "The console showed nothing: the image may not write to its serial console."),
        (KERNEL, "The console log ends at the stage: kernel."),
        (KERNEL + SYSTEM, "The console log ends at the stage: system start."),
        (KERNEL + LOGIN, "A login prompt appeared."),
        (KERNEL + LOGIN + FINISHED, "cloud-init finished with DataSourceOpenStack."),
        (KERNEL + MARKER, "Our own marker was printed by the test instance, with status 0."),
        (KERNEL + PANIC, "The test instance did not come up: its kernel panicked."),
        (KERNEL + NO_SOURCE, "cloud-init finished without reaching the cloud, and no login prompt appeared."),
        (KERNEL + NO_ADDRESS, "It ran its user data, but it says that it has no network address."),
        (KERNEL + NO_ADDRESS.replace('"no"', '"yes"'), "It ran its user data."),
        (KERNEL + NO_ADDRESS + LOGIN, "A login prompt appeared, but it says that it has no network address."),
    ],
)
def test_each_verdict_says_what_it_rests_on(text: str, reason: str) -> None:
    assert verdict_of(text).reason == reason


@pytest.mark.parametrize("before", [LOGIN, LOGIN + FINISHED, MARKER])
def test_a_dead_end_leaves_nothing_of_what_was_reached_before(before: str) -> None:
    verdict = verdict_of(KERNEL + before + PANIC)
    assert (verdict.word, verdict.strength) == (VerdictWord.FAILED, None)
    assert not read_console(KERNEL + before + PANIC, "t0k3n").is_decided


def test_only_what_nothing_could_make_better_is_decided() -> None:
    decided = {text: read_console(text, "t0k3n").is_decided for text in ("", KERNEL, LOGIN, LOGIN + FINISHED, MARKER)}
    assert decided == {"": False, KERNEL: False, LOGIN: False, LOGIN + FINISHED: True, MARKER: True}


def test_a_marker_with_another_status_is_no_more_than_what_else_was_seen() -> None:
    assert verdict_of(MARKER.replace(":0", ":1")).strength is Strength.BASIC
    assert verdict_of(FINISHED + MARKER.replace(":0", ":1")).strength is Strength.GOOD


def test_a_guest_that_says_nothing_of_itself_leaves_it_open() -> None:
    verdict = verdict_of(LOGIN)
    assert (verdict.has_address, verdict.has_default_route, verdict.has_own_machine_id) == (None, None, None)
    told = verdict_of(MARKER.replace('"own":"yes"', '"own":"no"'))
    assert (told.has_address, told.has_default_route, told.has_own_machine_id) == (True, True, False)


def test_hints_come_once_each_those_of_the_marker_last() -> None:
    reading = ConsoleReading()
    reading.add_hints(["a", "b"])
    reading.add_hints(["b", "c"])
    assert reading.hints == ["a", "b", "c"]
    hints = verdict_of(TROUBLE + TROUBLE + MARKER.replace('"own":"yes"', '"own":"no"')).hints
    assert hints == (
        "a device did not appear",
        "it has no machine-id of its own, so its siblings may get the same address",
    )


class TestEvidence:
    def test_it_is_each_line_that_brought_the_boot_further_and_each_that_hints(self) -> None:
        text = f"SeaBIOS\n{KERNEL}noise\n{SYSTEM}Reached target basic.target\n{TROUBLE}{LOGIN}{FINISHED}{MARKER}"
        assert verdict_of(text).evidence == tuple(
            line.strip() for line in ("SeaBIOS", KERNEL, SYSTEM, TROUBLE, LOGIN, FINISHED, MARKER)
        )

    def test_it_is_what_ended_a_boot_and_what_began_another(self) -> None:
        noise = "noise\n" * 4
        firmware = "SeaBIOS\nBooting from Hard Disk...\n>>Start PXE over IPv4.\n"
        text = f"{firmware}{noise}{KERNEL}{noise}{PANIC}{noise}{KERNEL}{noise}{MARKER}{noise}"
        told = ("SeaBIOS", ">>Start PXE over IPv4.", KERNEL, PANIC, KERNEL, MARKER, *["noise"] * 3)
        assert verdict_of(text).evidence == tuple(line.strip() for line in told)

    def test_the_end_is_the_last_line(self) -> None:
        assert verdict_of(KERNEL + PANIC + "noise\n").evidence == (KERNEL.strip(), PANIC.strip(), "noise")

    def test_no_more_than_eight_lines_are_kept_of_200_characters_each(self) -> None:
        lines = [f"{number} {TROUBLE.strip()} {'x' * 300}" for number in range(10)]
        evidence = verdict_of("\n".join(lines)).evidence
        assert [line[0] for line in evidence] == list("23456789")
        assert {len(line) for line in evidence} == {200}

    def test_a_line_without_an_end_counts_but_only_once(self) -> None:
        reader = ConsoleReader("t0k3n")
        reader.take(KERNEL + "web login: ")
        assert reader.reading.evidence == (KERNEL.strip(), "web login:")
        assert reader.reading.evidence == (KERNEL.strip(), "web login:")
        reader.take("\n")
        assert reader.reading.evidence == (KERNEL.strip(), "web login:")

    def test_only_the_beginning_of_a_line_is_read(self) -> None:
        hint = "UNEXPECTED INCONSISTENCY"
        fits = " " * (4_096 - len(hint)) + hint
        assert verdict_of(KERNEL + fits).hints == ("a file system needs a check",)
        assert verdict_of(KERNEL + " " + fits).hints == ()


class TestRestart:
    def test_a_kernel_that_starts_again_forgets_the_boot_before(self) -> None:
        for before in (PANIC, SYSTEM, LOGIN + FINISHED, MARKER):
            verdict = verdict_of(KERNEL + before + KERNEL)
            assert (verdict.word, verdict.stage) == (VerdictWord.INCONCLUSIVE, Stage.KERNEL)
            assert verdict.hints == ("the machine restarted",)
            assert verdict.evidence[-1] == KERNEL.strip()
            assert verdict.has_address is None

    def test_the_first_kernel_is_no_restart(self) -> None:
        assert verdict_of("SeaBIOS\n" + KERNEL).hints == ()

    def test_what_cloud_init_said_before_does_not_count_for_the_new_boot(self) -> None:
        finished = "Cloud-init v. 24.1 finished at Mon.\n"
        assert verdict_of(KERNEL + FINISHED + KERNEL + finished).strength is not Strength.GOOD


class TestOverwrittenLines:
    def test_behind_a_carriage_return_a_strangers_words_are_no_start_of_a_line(self) -> None:
        assert verdict_of(KERNEL + "sshd[1]: Invalid user \rweb login: \n").stage is Stage.KERNEL

    def test_the_whole_line_is_shown(self) -> None:
        assert verdict_of(f"first\r{TROUBLE}").evidence[-1] == f"first {TROUBLE.strip()}"

    @pytest.mark.parametrize("overwritten", ["[ *** ] Job running", "  ", "", "[  ** ] A\r[ ***] B"])
    def test_what_stands_behind_systemds_progress_is_a_start(self, overwritten: str) -> None:
        assert verdict_of(f"{KERNEL}{overwritten}\rweb login: \n").stage is Stage.LOGIN

    def test_one_part_that_is_no_progress_spoils_the_line(self) -> None:
        assert verdict_of(f"{KERNEL}[ *** ] Job\rlogged\rweb login: \n").stage is Stage.KERNEL

    def test_the_carriage_return_of_a_line_end_is_none(self) -> None:
        assert verdict_of(f"{KERNEL}a\rb\r\nweb login: \r\n").stage is Stage.LOGIN
        assert verdict_of(f"{KERNEL}[ *** ] Job\rweb login: \r\n").stage is Stage.LOGIN
        shown = verdict_of("first\rTimed out waiting for device X\r\n").evidence[-1]
        assert shown == "first Timed out waiting for device X"


class TestReadingOn:
    def test_what_was_read_is_not_waited_for_however_much_it_is(self) -> None:
        reader = ConsoleReader(None)
        reader.take("a line\n" * 10_000)
        reader.take("web login: ")
        assert reader.reading.stage is Stage.LOGIN

    def test_behind_what_had_no_end_for_too_long_nothing_is_a_start(self) -> None:
        reader = ConsoleReader(None)
        reader.take("x" * 65_537)
        reader.take("web login: ")
        before = reader.reading.stage
        reader.take("\nweb login: ")
        assert (before, reader.reading.stage) == (Stage.FIRMWARE, Stage.LOGIN)

    def test_hints_of_an_unfinished_line_are_not_kept_twice_or_lost(self) -> None:
        reader = ConsoleReader(None)
        reader.take(TROUBLE.strip())
        first = reader.reading
        reader.take(" and more\n" + LOGIN)
        assert first.hints == reader.reading.hints == ["a device did not appear"]
        assert first.stage is Stage.FIRMWARE


def test_a_hint_of_a_line_that_turns_out_to_be_the_marker_is_not_kept() -> None:
    reader = ConsoleReader("t0k3n")
    reader.take(TROUBLE.strip() + " ")
    assert reader.reading.hints != []
    reader.take(MARKER)
    assert reader.reading.hints == []


def test_colours_of_which_the_escape_was_taken_out_are_passed_over() -> None:
    assert verdict_of("[0;1mweb login: \n").stage is Stage.LOGIN
    assert verdict_of("[K[mweb login: \n").stage is Stage.LOGIN


def test_a_prompt_of_a_shell_says_less_than_what_led_to_it() -> None:
    emergency = "You are in emergency mode.\n"
    led = verdict_of(emergency + "Give root password for maintenance\n").dead_end
    assert led == verdict_of(emergency).dead_end
    assert verdict_of(PANIC + emergency).dead_end == led
    assert verdict_of("Give root password for maintenance\n" + emergency).dead_end == led


def test_a_saved_log_is_judged_like_any_other_and_a_missing_marker_is_told() -> None:
    saved, watched = judge_saved_console(KERNEL + MARKER, "t0k3n"), verdict_of(KERNEL + MARKER)
    assert saved.model_copy(update={"reason": watched.reason}) == watched
    assert saved.reason == "Our own marker was printed by the machine, with status 0."
    assert judge_saved_console(KERNEL + LOGIN, None) == verdict_of(KERNEL + LOGIN)
    assert judge_saved_console(KERNEL + MARKER, "another").hints == ("the log has no whole marker with this token",)


def test_a_saved_log_that_begins_in_the_middle_of_a_line_begins_with_no_prompt() -> None:
    assert judge_saved_console(LOGIN, None).word is VerdictWord.BOOTED
    assert judge_saved_console(LOGIN, None, begins_cut=True).word is VerdictWord.INCONCLUSIVE
    assert judge_saved_console("\n" + LOGIN, None, begins_cut=True).word is VerdictWord.BOOTED


@pytest.mark.parametrize("text", [KERNEL + MARKER, KERNEL + "You are in emergency mode.\n"])
def test_a_saved_log_is_that_of_some_machine_and_not_of_a_test_instance(text: str) -> None:
    saved = judge_saved_console(text, "t0k3n")
    assert "the machine" in saved.reason.lower()
    assert "test instance" not in saved.reason
    assert "test instance" in verdict_of(text).reason


@pytest.mark.parametrize(
    "time, is_end",
    [
        ("18min 5s", True),
        ("10min", True),
        ("1h 2min 3s", True),
        ("1d 4s", True),
        ("9min 59s", False),
        ("45s", False),
        ("", False),
    ],
)
def test_a_saved_log_that_ends_in_a_start_job_is_a_dead_end_once_that_has_run_for_long(time: str, is_end: bool) -> None:
    """Nobody waits for a time limit there: how long it has run by then is in the line."""
    job = f"[ ***  ] A start job is running for Wait for Network ({time} / no limit)"
    assert (judge_saved_console(KERNEL + job, None).dead_end is DeadEnd.START_JOB) is is_end
    assert verdict_of(KERNEL + job).dead_end is None
    assert judge_saved_console(f"{KERNEL}{job}\n[  OK  ] Reached target Network.\n", None).dead_end is None

"""A stranger who contacts a daemon of a test instance writes a part of a console line, and decides nothing by it."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader, read_console
from imaging.runs.test_instance.boot_verdict.console_text import GrowingConsole
from models.verdict import Strength, Verdict, VerdictWord

BOOTING = "[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian)\n[  OK  ] Reached target Sockets.\n"
FINISHED = "Cloud-init v. 22.4.2 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 seconds"
PROGRESS = "[***   ] A start job is running for cloud-final.service (5s / no limit)"
LOGGED = [
    "[   12.345678] sshd[311]: Invalid user ",
    "Nov 28 21:00:00 db-07 sshd[311]: Invalid user ",
    "sshd[311]: Failed password for invalid user ",
    'db-07 login: [   12.345678] audit: type=1100 acct="',
    '10.0.0.9 - - [28/Nov/2026:21:00:00 +0000] "GET /',
    f"{PROGRESS}[   12.345678] sshd[311]: Invalid user ",
]
FORGED = [
    FINISHED,
    f"[    5.1] cloud-init[1]: {FINISHED}",
    "db-07 login: ",
    "You are in emergency mode",
    "Cannot open access to console, the root account is locked.",
    "Give root password for maintenance",
    "Entering emergency mode. Exit the shell to continue.",
    "Kernel panic - not syncing",
    "No bootable device",
    "(initramfs) ",
    "dracut:/# ",
    "grub rescue>",
    "[    0.000000] Linux version 6.1.0",
]


def verdict_of(*readings: str) -> Verdict:
    console, reader = GrowingConsole(), ConsoleReader("0123456789abcdef")
    for reading in readings:
        length = console.length
        console.take(reading)
        reader.take(console.since(length))
    return reader.reading.verdict()


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("overwriting", ["", "x\r", "\r", "\r\r", "\r\x1b[K", "\x1b[2K\x1b[1G"])
@pytest.mark.parametrize("logged", LOGGED)
def test_a_name_that_somebody_logs_in_with_decides_nothing(logged: str, overwriting: str, forged: str):
    honest = verdict_of(BOOTING)
    text = f"{BOOTING}{logged}{overwriting}{forged} from 10.0.0.9 port 22\n"
    if logged.startswith("db-07 login:"):
        honest = verdict_of(f"{BOOTING}db-07 login: \n")
    verdict = verdict_of(text)
    assert (verdict.word, verdict.strength, verdict.hints) == (honest.word, honest.strength, honest.hints)


@pytest.mark.parametrize("forged", ["db-07 login: ", FINISHED, "You are in emergency mode", "Linux version 6"])
class TestALineThatIsCut:
    """Where a text begins in the middle of a line, nothing stands at the start of one."""

    def test_because_the_cloud_gives_the_last_part(self, forged: str):
        ring = f"{forged} from 10.0.0.9\n" + "[    1.0] ordinary: line\n" * 4000
        assert verdict_of(ring).word is VerdictWord.INCONCLUSIVE

    def test_because_readings_do_not_meet(self, forged: str):
        ring = f"{forged} from 10.0.0.9\n" + "[    1.0] ordinary: line\n" * 4000
        verdict = verdict_of(BOOTING, ring)
        assert (verdict.word, verdict.hints) == (VerdictWord.INCONCLUSIVE, ())

    def test_because_it_is_too_long(self, forged: str):
        endless = f"{BOOTING}sshd[1]: {'x' * 70_000}"
        verdict = verdict_of(endless, f"{endless}{forged}\n")
        assert (verdict.word, verdict.hints) == (VerdictWord.INCONCLUSIVE, ())


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[   48.27] cloud-init[368]: ",
        "child login: [   46.8] cloud-init[368]: ",
        f"{PROGRESS}[   46.8] cloud-init[368]: ",
        f"{PROGRESS}\r\x1b[K[   46.8] cloud-init[368]: ",
        "Nov 22 21:00:39 child cloud-init[368]: ",
        "<14>Nov 22 21:00:39 cloud-init[368]: ",
        "child login: <14>Nov 22 21:00:39 cloud-init[368]: ",
    ],
)
def test_what_cloud_init_prints_counts_in_each_of_its_forms(before: str):
    assert verdict_of(f"{BOOTING}{before}{FINISHED}\r\n").strength is Strength.GOOD


@pytest.mark.parametrize(
    "ending",
    [
        "You are in emergency mode. After logging in, type",
        "Cannot open access to console, the root account is locked.",
        "[    1.5] Kernel panic - not syncing: VFS: Unable to mount root fs",
        "[    1.5][    T1] Kernel panic - not syncing: VFS",
        "child login: [   60.1] Kernel panic - not syncing: Attempted to kill init!",
        f"{PROGRESS}You are in emergency mode.",
        f"{PROGRESS}\r\x1b[KGive root password for maintenance",
    ],
)
def test_what_ends_a_boot_counts_where_its_program_prints_it(ending: str):
    assert read_console(f"{BOOTING}{ending}\r\n", None).verdict().word is VerdictWord.FAILED


def test_a_kernel_that_starts_behind_what_the_firmware_left_is_a_restart():
    verdict = verdict_of(f"{BOOTING}child login: \nBooting from Hard Disk...[    0.000000] Linux version 6.1.0\n")
    assert verdict.hints == ("the machine restarted",)

"""Why a test launch failed is said in one sentence that names the thing, for any text of the guest."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.boot_cause import BootCause, boot_failure
from imaging.runs.test_instance.boot_verdict.console_reader import read_console
from imaging.runs.test_instance.boot_verdict.verdict import Ending
from models.verdict import DeadEnd, Stage, Strength, Verdict, VerdictWord
from tests.support.known import present

KERNEL = "[    0.000000] Linux version 6.8.0-88-generic (buildd@lcy02) #89-Ubuntu SMP\n"
LOCKED = "You are in emergency mode.\nCannot open access to console, the root account is locked.\n"
NEW_WORDS = """[ TIME ] Timed out waiting for device dev-vdb.device - /dev/vdb.
[DEPEND] Dependency failed for data.mount - /data.
[DEPEND] Dependency failed for local-fs.target - Local File Systems.
"""
OLD_WORDS = """[ TIME ] Timed out waiting for device /dev/disk/by-uuid/7246e86e-4589.
[DEPEND] Dependency failed for /data.
"""
NO_ROOT = """Gave up waiting for root file system device.
ALERT!  UUID=12-34 does not exist.  Dropping to a shell!
(initramfs) """


def cause_of(console: str, ending: Ending = Ending.SILENCE):
    return present(boot_failure(read_console(console, None).verdict(ending)))


@pytest.mark.parametrize("lines", [OLD_WORDS, NEW_WORDS])
def test_a_volume_that_fstab_waits_for_is_named_by_its_place(lines):
    failure = cause_of(KERNEL + lines + LOCKED)
    assert failure.sentence == "It did not boot: /data in /etc/fstab waits for a volume that is not there."
    assert (failure.cause, failure.rule) == (BootCause.MISSING_DEVICE, "VOL-FSTAB")


def test_a_volume_whose_place_is_not_told_is_named_by_its_device():
    failure = cause_of(KERNEL + "[ TIME ] Timed out waiting for device /dev/vdc.\n" + LOCKED)
    assert "a line for /dev/vdc in /etc/fstab waits" in failure.sentence


@pytest.mark.parametrize(
    "console, cause, words",
    [
        (LOCKED, BootCause.EMERGENCY, "emergency mode"),
        ("fsck: /dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\n" + LOCKED, BootCause.FILE_SYSTEM, "fsck"),
        ("[DEPEND] Dependency failed for /srv.\n" + LOCKED, BootCause.MOUNT, "/srv in /etc/fstab could not be mounted"),
        (
            NO_ROOT,
            BootCause.ROOT,
            "its root file system (UUID=12-34) was not found",
        ),
        ("(initramfs) ", BootCause.INITRAMFS, "the shell of its initramfs"),
        (
            "[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n",
            BootCause.ROOT,
            "Unable to mount root fs",
        ),
        ("[ 1.0] Kernel panic - not syncing: Fatal exception\n", BootCause.PANIC, "panicked (Fatal exception)"),
        ("Please enter passphrase for disk vault: ", BootCause.LOCKED_DISK, "the passphrase of vault"),
    ],
)
def test_each_kind_of_dead_end_has_a_cause_and_its_words(console, cause, words):
    failure = cause_of(KERNEL + console)
    assert failure.cause is cause, failure
    assert words in failure.sentence
    assert failure.sentence.startswith("It did not boot: ")


@pytest.mark.parametrize("dead_end", list(DeadEnd))
def test_no_dead_end_is_without_a_sentence(dead_end):
    failure = present(boot_failure(Verdict(word=VerdictWord.FAILED, dead_end=dead_end)))
    assert failure.cause is not BootCause.UNKNOWN
    assert failure.sentence.endswith(".")


def test_a_silent_console_is_not_called_a_failed_boot():
    assert cause_of("").sentence == "It was not seen to boot: its console showed nothing."


def test_a_system_without_any_later_sign_is_told_as_just_that():
    failure = cause_of(KERNEL + "Welcome to Debian GNU/Linux 12!\n")
    assert failure.cause is BootCause.NO_MARKER
    assert "No login prompt" in failure.sentence


def test_where_nobody_knows_more_the_verdicts_own_sentence_stands():
    verdict = Verdict(
        word=VerdictWord.INCONCLUSIVE, stage=Stage.FIRMWARE, reason="The test instance was deleted by someone else."
    )
    assert present(boot_failure(verdict)).sentence == verdict.reason


def test_a_boot_without_a_network_address_is_no_success():
    verdict = Verdict(word=VerdictWord.BOOTED, strength=Strength.BASIC, has_address=False)
    assert present(boot_failure(verdict)).cause is BootCause.NETWORK


@pytest.mark.parametrize(
    "verdict", [None, Verdict(word=VerdictWord.NOT_TESTED), Verdict(word=VerdictWord.BOOTED, strength=Strength.GOOD)]
)
def test_without_a_failure_there_is_no_cause(verdict):
    assert boot_failure(verdict) is None


def test_what_the_guest_prints_is_cut_and_cleaned():
    failure = cause_of(KERNEL + "[ 1.0] Kernel panic - not syncing: \x1b[31m" + "A" * 5000 + "\n")
    assert "\x1b" not in failure.sentence
    assert len(failure.sentence) < 200

"""Why a test launch failed is said in one sentence that names the thing, for any text of the guest."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.boot_cause import BootCause, BootFailure, boot_failure
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


FSTAB = ("emergency mode", "it ended in emergency mode, as a wrong line of /etc/fstab makes it do", "BOOT-FSTAB")
SHELL = ("initramfs", "it ended in the shell of its initramfs", "BOOT-INITRAMFS")
NOTHING = ("firmware", "the firmware found nothing to boot", "BOOT-FIRMWARE")
BY_ITSELF = {
    DeadEnd.EMERGENCY: FSTAB,
    DeadEnd.EMERGENCY_LOCKED: FSTAB,
    DeadEnd.MAINTENANCE: FSTAB,
    DeadEnd.RESCUE: FSTAB,
    DeadEnd.INITRAMFS_EMERGENCY: SHELL,
    DeadEnd.INITRAMFS: SHELL,
    DeadEnd.KERNEL_PANIC: ("kernel panic", "its kernel panicked", ""),
    DeadEnd.NO_ROOT: ("root file system", "its kernel found no root file system", "BOOT-ROOTREF"),
    DeadEnd.START_JOB: ("start job", "it waits without an end for a start job", ""),
    DeadEnd.LOCKED_DISK: ("locked disk", "it waits for the passphrase of an encrypted disk", "FS-ROOT"),
    DeadEnd.SELINUX: ("SELinux", "its SELinux policy could not be loaded", "BOOT-SELINUX"),
    DeadEnd.FROZEN: ("system", "systemd could not start the system and stopped", ""),
    DeadEnd.HALTED: ("powered off", "it powered itself off", ""),
    DeadEnd.BOOT_LOADER: ("boot loader", "its boot loader found nothing to boot", "STOP-BOOTSPACE"),
    DeadEnd.BOOT_MENU: ("boot loader", "its boot loader waits for somebody to choose from its menu", ""),
    DeadEnd.FIRMWARE: NOTHING,
    DeadEnd.FIRMWARE_SHELL: NOTHING,
    DeadEnd.RESTARTS: ("restarts", "it restarted again and again", ""),
}
"""What is said of each dead end where no line of the console names the thing."""


@pytest.mark.parametrize("dead_end", list(DeadEnd))
def test_each_dead_end_has_a_sentence_and_the_rule_that_is_about_it(dead_end):
    assert told(dead_end) == BY_ITSELF[dead_end]


def told(dead_end, *evidence):
    """Cause, words behind the colon, and rule of a boot that ended so."""
    failure = present(boot_failure(Verdict(word=VerdictWord.FAILED, dead_end=dead_end, evidence=evidence)))
    assert failure.sentence[-1] == "."
    return failure.cause.value, failure.sentence[:-1].removeprefix("It did not boot: "), failure.rule


ROOT = "root file system"
NOT_MOUNTED = "/srv in /etc/fstab could not be mounted"
FSCK = "a file system has errors that it does not repair by itself (fsck)"
JOB = "[*     ] A start job is running for /dev/vdb (11min / no limit)"
NO_INIT = "No working init found."


@pytest.mark.parametrize(
    "dead_end, evidence, expected",
    [
        (DeadEnd.RESCUE, ["fsck: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY."], ("file system", FSCK, "")),
        (DeadEnd.MAINTENANCE, ["Failed to mount srv.mount - /srv."], ("mount", NOT_MOUNTED, "BOOT-FSTAB")),
        (
            DeadEnd.INITRAMFS,
            ["ALERT!  /dev/vdz1 does not exist.  Dropping to a shell!"],
            (ROOT, "its root file system (/dev/vdz1) was not found", "BOOT-ROOTREF"),
        ),
        (
            DeadEnd.INITRAMFS_EMERGENCY,
            ["dracut-initqueue[330]: Warning: dracut-initqueue timeout - starting timeout scripts"],
            (ROOT, "its root file system was not found", "BOOT-ROOTREF"),
        ),
        (
            DeadEnd.KERNEL_PANIC,
            [f"[ 2.1] Kernel panic - not syncing: {NO_INIT}"],
            (ROOT, f"its kernel could not start from the root file system ({NO_INIT})", "BOOT-INITRAMFS"),
        ),
        (
            DeadEnd.START_JOB,
            ["A start job is running for Network (3min / no limit)", JOB, "noise"],
            ("start job", "it waits without an end for /dev/vdb", ""),
        ),
        (
            DeadEnd.LOCKED_DISK,
            ["Please unlock disk vault: "],
            ("locked disk", "it waits for the passphrase of vault", "FS-ROOT"),
        ),
    ],
)
def test_a_line_of_the_console_names_the_thing(dead_end, evidence, expected):
    assert told(dead_end, *evidence) == expected


NO_SIGN = "No login prompt was seen, and no sign of cloud-init."


@pytest.mark.parametrize(
    "stage, reason, cause, sentence, rule",
    [
        (
            Stage.SILENT,
            "",
            BootCause.SILENT,
            "It was not seen to boot: its console showed nothing.",
            "BOOT-CONSOLE",
        ),
        (
            Stage.CLOUD_INIT,
            "",
            BootCause.METADATA,
            "It was not seen to boot: cloud-init finished without reaching the cloud.",
            "CI-DATASOURCE",
        ),
        (Stage.KERNEL, "It stood still.", BootCause.NO_MARKER, f"It stood still. {NO_SIGN}", "BOOT-CONSOLE"),
        (Stage.SYSTEM, "It stood still.", BootCause.NO_MARKER, f"It stood still. {NO_SIGN}", "BOOT-CONSOLE"),
        (Stage.SYSTEM, "", BootCause.UNKNOWN, "The test launch: inconclusive.", ""),
        (Stage.LOGIN, "It stood still.", BootCause.UNKNOWN, "It stood still.", ""),
    ],
)
def test_what_was_not_seen_is_said_by_how_far_the_boot_came(stage, reason, cause, sentence, rule):
    failure = boot_failure(Verdict(word=VerdictWord.INCONCLUSIVE, stage=stage, reason=reason))
    assert failure == BootFailure(cause=cause, sentence=sentence, rule=rule)


def test_a_failure_without_a_dead_end_is_told_in_the_verdicts_own_words():
    failure = boot_failure(Verdict(word=VerdictWord.FAILED, reason="Image x is unacceptable."))
    assert failure == BootFailure(cause=BootCause.UNKNOWN, sentence="Image x is unacceptable.")


def test_a_system_without_any_later_sign_is_told_as_just_that():
    failure = cause_of(KERNEL + "Welcome to Debian GNU/Linux 12!\n")
    assert failure.cause is BootCause.NO_MARKER
    assert failure.sentence.endswith(NO_SIGN)


def test_where_nobody_knows_more_the_verdicts_own_sentence_stands():
    verdict = Verdict(
        word=VerdictWord.INCONCLUSIVE, stage=Stage.FIRMWARE, reason="The test instance was deleted by someone else."
    )
    assert present(boot_failure(verdict)).sentence == verdict.reason


def test_a_boot_without_a_network_address_is_no_success():
    verdict = Verdict(word=VerdictWord.BOOTED, strength=Strength.BASIC, has_address=False)
    failure = present(boot_failure(verdict))
    assert (failure.cause, failure.rule) == (BootCause.NETWORK, "NET-STATIC")
    assert failure.sentence == "It booted, but says that it has no network address."


@pytest.mark.parametrize(
    "verdict", [None, Verdict(word=VerdictWord.NOT_TESTED), Verdict(word=VerdictWord.BOOTED, strength=Strength.GOOD)]
)
def test_without_a_failure_there_is_no_cause(verdict):
    assert boot_failure(verdict) is None


def test_what_the_guest_prints_is_cut_and_cleaned():
    failure = cause_of(KERNEL + "[ 1.0] Kernel panic - not syncing: \x1b[31m" + "A" * 5000 + "\n")
    assert "\x1b" not in failure.sentence
    assert len(failure.sentence) < 200

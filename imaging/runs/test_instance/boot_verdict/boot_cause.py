"""Why a test launch did not prove its image, in one sentence, and which rule to look at: made of the verdict alone.

What decides is the verdict's code; the console lines beside it only name the thing. They are the guest's text, so they
are read within bounds, and become nothing but words of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from models.base import Frozen
from models.text import CleanText, cut
from models.verdict import DeadEnd, Stage, Verdict, VerdictWord


class BootCause(StrEnum):
    """What kept the test instance from coming up, or from being seen to."""

    MISSING_DEVICE = "missing device"
    MOUNT = "mount"
    FILE_SYSTEM = "file system"
    EMERGENCY = "emergency mode"
    ROOT = "root file system"
    INITRAMFS = "initramfs"
    PANIC = "kernel panic"
    LOCKED_DISK = "locked disk"
    BOOT_LOADER = "boot loader"
    FIRMWARE = "firmware"
    START_JOB = "start job"
    RESTARTS = "restarts"
    POWERED_OFF = "powered off"
    SELINUX = "SELinux"
    SYSTEM = "system"
    NETWORK = "network"
    METADATA = "metadata"
    SILENT = "silent console"
    NO_MARKER = "no marker"
    UNKNOWN = "unknown"


class BootFailure(Frozen):
    """A cause in words."""

    cause: BootCause
    sentence: CleanText
    """Whole, such as `It did not boot: /data in /etc/fstab waits for a volume that is not there.`"""
    rule: CleanText = ""
    """The id of the rule whose finding is likely to name what has to be fixed; empty where no rule is about it."""


def boot_failure(verdict: Verdict | None) -> BootFailure | None:
    """Why the image is not proven to boot; None where it is, or where nothing was tested."""
    if verdict is None or verdict.word is VerdictWord.NOT_TESTED or verdict.has_proved_boot:
        return None
    if verdict.word is VerdictWord.BOOTED:
        return BootFailure(
            cause=BootCause.NETWORK, sentence="It booted, but says that it has no network address.", rule="NET-STATIC"
        )
    if verdict.word is VerdictWord.INCONCLUSIVE:
        return _undecided(verdict)
    if verdict.dead_end is None:
        return _as_said(verdict)
    find = _BY_LINES.get(verdict.dead_end)
    cause, what, rule = find(verdict.evidence) if find is not None else _BY_ITSELF[verdict.dead_end]
    return BootFailure(cause=cause, sentence=f"It did not boot: {what}.", rule=rule)


_Named = tuple[BootCause, str, str]
"""The cause, the words behind the colon, the rule."""


def _emergency(lines: tuple[str, ...]) -> _Named:
    """Nearly always a line of fstab: which one, systemd says on its way."""
    if any("UNEXPECTED INCONSISTENCY" in line for line in lines):
        return BootCause.FILE_SYSTEM, "a file system has errors that it does not repair by itself (fsck)", ""
    place = _first(_DEPENDS_ON_MOUNT, lines)
    device = _first(_TIMED_OUT, lines)
    if device:
        name = place or f"a line for {device}"
        return BootCause.MISSING_DEVICE, f"{name} in /etc/fstab waits for a volume that is not there", "VOL-FSTAB"
    failed = _first(_FAILED_MOUNT, lines) or place
    if failed:
        return BootCause.MOUNT, f"{failed} in /etc/fstab could not be mounted", "BOOT-FSTAB"
    return BootCause.EMERGENCY, "it ended in emergency mode, as a wrong line of /etc/fstab makes it do", "BOOT-FSTAB"


def _initramfs(lines: tuple[str, ...]) -> _Named:
    device = _first(_NO_ROOT_DEVICE, lines)
    if device or any(_WAITED_FOR_ROOT.search(line) for line in lines):
        named = f" ({device})" if device else ""
        return BootCause.ROOT, f"its root file system{named} was not found", "BOOT-ROOTREF"
    return BootCause.INITRAMFS, "it ended in the shell of its initramfs", "BOOT-INITRAMFS"


def _panic(lines: tuple[str, ...]) -> _Named:
    said = _first(_PANIC, lines)
    if "unable to mount root" in said.casefold() or "no working init" in said.casefold():
        return BootCause.ROOT, f"its kernel could not start from the root file system ({said})", "BOOT-INITRAMFS"
    return BootCause.PANIC, f"its kernel panicked{f' ({said})' if said else ''}", ""


def _start_job(lines: tuple[str, ...]) -> _Named:
    job = _first(_JOB, tuple(reversed(lines)))
    return BootCause.START_JOB, f"it waits without an end for {job or 'a start job'}", ""


def _locked(lines: tuple[str, ...]) -> _Named:
    disk = _first(_PASSPHRASE, lines)
    return BootCause.LOCKED_DISK, f"it waits for the passphrase of {disk or 'an encrypted disk'}", "FS-ROOT"


def _undecided(verdict: Verdict) -> BootFailure:
    """Nothing went wrong for sure: the sentence says what was not seen."""
    if verdict.stage is Stage.SILENT:
        cause, words, rule = BootCause.SILENT, "its console showed nothing", "BOOT-CONSOLE"
    elif verdict.stage is Stage.CLOUD_INIT:
        cause, words, rule = BootCause.METADATA, "cloud-init finished without reaching the cloud", "CI-DATASOURCE"
    elif verdict.stage in {Stage.KERNEL, Stage.SYSTEM} and verdict.reason:
        sentence = f"{verdict.reason} No login prompt was seen, and no sign of cloud-init."
        return BootFailure(cause=BootCause.NO_MARKER, sentence=sentence, rule="BOOT-CONSOLE")
    else:
        return _as_said(verdict)
    return BootFailure(cause=cause, sentence=f"It was not seen to boot: {words}.", rule=rule)


def _as_said(verdict: Verdict) -> BootFailure:
    return BootFailure(cause=BootCause.UNKNOWN, sentence=verdict.reason or f"The test launch: {verdict.word.value}.")


_LONGEST_NAME = 80
_SYSTEMD_STATUS = r"^\s{0,8}(?:\[[ A-Z]{4,8}\] )?"
_DEPENDS_ON_MOUNT = re.compile(
    _SYSTEMD_STATUS + r"Dependency failed for (?:[^\s]{1,200}\.mount - )?(/[^\s]{0,200}?|[Ss]wap[^\s]{0,20})\.?$"
)
_TIMED_OUT = re.compile(
    _SYSTEMD_STATUS + r"Timed out waiting for device (?:[^\s]{1,200}\.device - )?([^\s]{1,200}?)(?:\.device)?\.?$"
)
_FAILED_MOUNT = re.compile(_SYSTEMD_STATUS + r"Failed to mount (?:[^\s]{1,200}\.mount - )?(/[^\s]{0,200}?)\.?$")
_NO_ROOT_DEVICE = re.compile(r"^ALERT! {1,4}([^\s]{1,200}?)\.? {1,4}does not exist")
_WAITED_FOR_ROOT = re.compile(r"Gave up waiting for (?:the )?root|dracut-initqueue\[\d{1,7}\]: .{0,200}timeout")
_PANIC = re.compile(r"Kernel panic - not syncing: (.{1,200})")
_JOB = re.compile(r"A start job is running for (.{1,200}?) {0,4}\([^()]{1,40}\)$")
_PASSPHRASE = re.compile(r"(?:passphrase for|unlock) disk ([^\s:]{1,200})")

_IN_EMERGENCY = (DeadEnd.EMERGENCY, DeadEnd.EMERGENCY_LOCKED, DeadEnd.MAINTENANCE, DeadEnd.RESCUE)
_BY_LINES: Mapping[DeadEnd, Callable[[tuple[str, ...]], _Named]] = {
    **dict.fromkeys(_IN_EMERGENCY, _emergency),
    DeadEnd.INITRAMFS_EMERGENCY: _initramfs,
    DeadEnd.INITRAMFS: _initramfs,
    DeadEnd.KERNEL_PANIC: _panic,
    DeadEnd.START_JOB: _start_job,
    DeadEnd.LOCKED_DISK: _locked,
}
"""The ends of which a line of the console may name the thing."""
_NOTHING_TO_BOOT = (BootCause.FIRMWARE, "the firmware found nothing to boot", "BOOT-FIRMWARE")
_BY_ITSELF: Mapping[DeadEnd, _Named] = {
    DeadEnd.NO_ROOT: (BootCause.ROOT, "its kernel found no root file system", "BOOT-ROOTREF"),
    DeadEnd.SELINUX: (BootCause.SELINUX, "its SELinux policy could not be loaded", "BOOT-SELINUX"),
    DeadEnd.FROZEN: (BootCause.SYSTEM, "systemd could not start the system and stopped", ""),
    DeadEnd.HALTED: (BootCause.POWERED_OFF, "it powered itself off", ""),
    DeadEnd.BOOT_LOADER: (BootCause.BOOT_LOADER, "its boot loader found nothing to boot", "STOP-BOOTSPACE"),
    DeadEnd.BOOT_MENU: (BootCause.BOOT_LOADER, "its boot loader waits for somebody to choose from its menu", ""),
    DeadEnd.FIRMWARE: _NOTHING_TO_BOOT,
    DeadEnd.FIRMWARE_SHELL: _NOTHING_TO_BOOT,
    DeadEnd.RESTARTS: (BootCause.RESTARTS, "it restarted again and again", ""),
}
"""All others: the tests go through each dead end that there is."""


def _first(pattern: re.Pattern[str], lines: tuple[str, ...]) -> str:
    found = next((match[1] for line in lines if (match := pattern.search(line))), "")
    return cut(found.strip(), _LONGEST_NAME)

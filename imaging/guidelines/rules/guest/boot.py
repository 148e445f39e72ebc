"""Chapter *Boot*: whether a new instance finds its root disk, and tells about it on the console."""

from __future__ import annotations

import re

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import kernel_words, without_kernel_words
from imaging.guidelines.guest.facts import (
    all_disks_shown,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_disks_hidden,
    unless_incomplete,
    unless_root_unplaced,
)
from imaging.guidelines.guest.next_boot.kernel_line import Asked, Asks, asked_for, next_line, waits_for_ever
from imaging.guidelines.guest.storage import Where, is_below, where_device
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.boot import Boot
from models.guest.disks import Disks
from models.guest.mounts import BootMounts
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_LETTER = re.compile(r"^/dev/(?:[svx]v?d[a-z]+\d*|hd[a-z]+\d*|nvme\d+n\d+(?:p\d+)?)$")
"""A disk by its letter, which depends on the bus and on what else is attached."""
_CONSOLE = re.compile(r"(?:^|\s)console=(ttyS\d|ttyAMA\d|hvc\d|ttysclp\d)\b")
"""The consoles that a cloud records, by architecture."""
_ROOT_WORD = re.compile(r"(?:^|\s)root=(\S+)")
_LOST = frozenset({Where.ELSEWHERE, Where.MISSING})


@rule(
    "BOOT-ROOTREF",
    Chapter.BOOT,
    "Name of the root disk in the kernel line and fstab",
    Severity.BLOCK,
    by_hand="cat /proc/cmdline /etc/fstab",
)
def boot_rootref(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, mounts, disks = inside(facts, parts.boot), inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    complete = all_disks_shown(facts)
    asked = [each for each in asked_for(boot, disks, complete=complete) if not each.assembled]
    words = [each.text for each in asked if each.asks is Asks.LOST and not _is_attached_resume(each)]
    broken = [cut(each, _SHOWN) for each in words] + _lines_without_disk(mounts, disks, complete=complete)
    if broken:
        remedy = without_kernel_words(facts, tuple(words)) if len(words) == len(broken) else None
        ends = all(_only_delays(each, boot) for each in broken)
        endless = " systemd waits for it without end." if not ends and broken[0].startswith("resume=") else ""
        return guest_failed(
            f"Not on the root disk: {fitting(broken)}.{endless}",
            "Make it part of the root disk, or take the word out: a new instance has only that disk.",
            facts,
            parts.boot,
            parts.boot_mounts,
            severity=Severity.WARN if ends else None,
            command=remedy.shown if remedy else None,
        )
    letters = _by_letter(boot, mounts, disks)
    if letters:
        return guest_failed(
            f"By letter: {fitting(letters)}; that works while the bus stays the same.",
            "Name the file system by UUID; blkid tells it.",
            facts,
            parts.boot,
            parts.boot_mounts,
            severity=Severity.WARN,
            command="sudo blkid",
        )
    return _without_fault(facts, boot, [cut(each.text, _SHOWN) for each in asked if each.asks is Asks.UNTOLD])


def _without_fault(facts: InstanceFacts, boot: Boot, untold: list[str]) -> Answer:
    """Pass, if every word of the next kernel's line was understood."""
    line = next_line(boot)
    if not line:
        return guest_unknown("The kernel line could not be read.", "In the guest:", command="cat /proc/cmdline")
    if untold or not _ROOT_WORD.search(line):
        said = f"Not understood: {fitting(untold)}" if untold else "No root= stands there"
        return guest_unknown(f"{said}, on the line of the next kernel.", "In the guest:", command="cat /proc/cmdline")
    answer = guest_passed("Kernel line and fstab name no disk by letter, and no missing disk.", facts, parts.boot)
    answer = unless_disks_hidden(unless_incomplete(answer, facts, parts.boot, parts.boot_mounts), facts)
    return unless_root_unplaced(answer, facts)


def _lines_without_disk(mounts: BootMounts, disks: Disks, *, complete: bool) -> list[str]:
    """Lines of fstab that are needed before any other counts, and name no disk that a new instance has."""
    found = []
    for entry in mounts.fstab:
        early = entry.point == "/" or is_below(entry.point, "/boot") or entry.point == "/usr"
        if early and where_device(disks, entry.source, complete=complete) in _LOST and _is_named(entry.source):
            found.append(f"{cut(entry.point, _SHOWN)} from {cut(entry.source, _SHOWN)}")
    return found


def _only_delays(word: str, boot: Boot) -> bool:
    """Whether the boot waits for it, and then continues."""
    return word.startswith("systemd.swap-extra=") or (word.startswith("resume=") and not waits_for_ever(boot))


def _is_attached_resume(asked: Asked) -> bool:
    """`resume=` from what is attached now is another rule's."""
    return asked.text.startswith("resume=") and asked.where is Where.ELSEWHERE


def _is_named(source: str) -> bool:
    """Whether it names a block device in a way that can be looked up (root=/dev/root and root=ZFS=… do not)."""
    tags = ("UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=")
    return source.startswith(tags) or bool(_LETTER.match(source)) or source.startswith("/dev/mapper/")


def _by_letter(boot: Boot, mounts: BootMounts, disks: Disks) -> list[str]:
    words = _ROOT_WORD.findall(next_line(boot))
    found = [f"root={cut(word, _SHOWN)}" for word in dict.fromkeys(words) if _LETTER.match(word)]
    on_root = [
        each
        for each in mounts.fstab
        if _LETTER.match(each.source) and where_device(disks, each.source) is Where.ROOT_DISK
    ]
    return found + [f"line {each.line} of fstab ({cut(each.source, _SHOWN)})" for each in on_root]


@rule(
    "BOOT-CONSOLE",
    Chapter.BOOT,
    "Serial console of the kernel",
    Severity.WARN,
    by_hand="grep -o 'console=[^ ]*' /proc/cmdline",
)
def boot_console(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    line = boot.default_command_line or boot.command_line
    if not line:
        return guest_unknown("The kernel line could not be read.", "In the guest:", command="cat /proc/cmdline")
    if found := _CONSOLE.search(line):
        answer = guest_passed(f"console={found[1]} stands on the kernel line.", facts, parts.boot)
        return unless_incomplete(answer, facts, parts.boot)
    system = inside_or_none(facts, parts.system)
    arm = system is not None and system.architecture == "aarch64"
    remedy = kernel_words(facts, f"console=tty1 console={'ttyAMA0' if arm else 'ttyS0'}")
    return guest_failed(
        "No serial console on the kernel line: a test launch would see nothing of the kernel.",
        "Add it, so that the console log tells what happened.",
        facts,
        parts.boot,
        command=remedy.shown if remedy else None,
        actions=(remedy.action("Add the serial console to the kernel line.", "boot"),) if remedy else (),
    )

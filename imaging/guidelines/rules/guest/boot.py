"""Chapter *Boot*: whether a new instance finds its root disk, and tells of it on the console."""

from __future__ import annotations

import re

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import kernel_words, package_manager, root_commands
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
_DISK_WORDS = re.compile(r"(?:^|\s)((?:root|resume)=\S+)")
_ROOT_WORD = re.compile(r"(?:^|\s)root=(\S+)")
_LOST = frozenset({Where.ELSEWHERE, Where.MISSING})


def kernel_lines(boot: Boot) -> str:
    """The kernel line of this boot and that of the next one."""
    return f"{boot.command_line} {boot.default_command_line}"


@rule(
    "BOOT-ROOTREF",
    Chapter.BOOT,
    "Name of the root disk in the kernel line and fstab",
    Severity.BLOCK,
    by_hand="cat /proc/cmdline /etc/fstab",
)
def boot_rootref(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, mounts, disks = inside(facts, parts.boot), inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    broken = _without_disk(boot, mounts, disks, complete=all_disks_shown(facts))
    if broken:
        return guest_failed(
            f"Not on the root disk: {fitting(broken)}.",
            "Make it part of the root disk, or take the word out: a new instance has only that disk.",
            facts,
            parts.boot,
            parts.boot_mounts,
            severity=Severity.WARN if all(each.startswith("resume=") for each in broken) else None,
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
    if not boot.command_line and not boot.default_command_line:
        return guest_unknown("The kernel line could not be read.", "In the guest:", command="cat /proc/cmdline")
    answer = guest_passed("Kernel line and fstab name no disk by letter, and no missing disk.", facts, parts.boot)
    answer = unless_disks_hidden(unless_incomplete(answer, facts, parts.boot, parts.boot_mounts), facts)
    return unless_root_unplaced(answer, facts)


def _without_disk(boot: Boot, mounts: BootMounts, disks: Disks, *, complete: bool) -> list[str]:
    """What is needed before any fstab line counts, and lies on no disk that a new instance has."""
    words = dict.fromkeys(_DISK_WORDS.findall(kernel_lines(boot)))
    found = [cut(word, _SHOWN) for word in words if _is_lost(disks, word.partition("=")[2], word, complete=complete)]
    for entry in mounts.fstab:
        early = entry.point == "/" or is_below(entry.point, "/boot") or entry.point == "/usr"
        if early and where_device(disks, entry.source, complete=complete) in _LOST and _is_named(entry.source):
            found.append(f"{cut(entry.point, _SHOWN)} from {cut(entry.source, _SHOWN)}")
    return found


def _is_lost(disks: Disks, source: str, word: str, *, complete: bool) -> bool:
    """Whether a name of the kernel line leads to no disk of a new instance; what is attached now is another rule's."""
    if not _is_named(source):
        return False
    place = where_device(disks, source, complete=complete)
    return place is Where.MISSING or (place is Where.ELSEWHERE and word.startswith("root="))


def _is_named(source: str) -> bool:
    """Whether it names a block device in a way that can be looked up (root=/dev/root and root=ZFS=… do not)."""
    tags = ("UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=")
    return source.startswith(tags) or bool(_LETTER.match(source)) or source.startswith("/dev/mapper/")


def _by_letter(boot: Boot, mounts: BootMounts, disks: Disks) -> list[str]:
    words = _ROOT_WORD.findall(boot.default_command_line or boot.command_line)
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
        return guest_passed(f"console={found[1]} stands on the kernel line.", facts, parts.boot)
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


@rule(
    "BOOT-INITRAMFS",
    Chapter.BOOT,
    "virtio drivers in the initramfs",
    Severity.BLOCK,
    by_hand="sudo lsinitramfs /boot/initrd.img-$(uname -r) | grep virtio || sudo lsinitrd | grep virtio",
)
def boot_initramfs(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot), inside(facts, parts.disks)
    disk = min(disks.root_disks, default="")
    if not disk:
        return unless_root_unplaced(guest_passed("", facts, parts.disks), facts)
    if disk.startswith("/dev/vd"):
        return guest_passed(f"It booted from {cut(disk, _SHOWN)}, a virtio disk.", facts, parts.disks)
    modules = boot.virtio_modules
    if modules is None:
        return guest_unknown(
            "The initramfs could not be read.",
            "In the guest:",
            command="sudo lsinitramfs /boot/initrd.img-$(uname -r) | grep virtio || sudo lsinitrd | grep virtio",
        )
    missing = [each for each in ("virtio_blk", "virtio_scsi") if each not in modules]
    if not missing:
        answer = guest_passed("virtio_blk and virtio_scsi are in it, or built in.", facts, parts.boot)
        return unless_incomplete(answer, facts, parts.boot)
    rebuild = "update-initramfs -u" if package_manager(facts) == "apt" else "dracut -f --no-hostonly"
    return guest_failed(
        f"Without {' and '.join(missing)}; it boots here from {cut(disk, _SHOWN) or 'another disk'}.",
        "New instances on the same kind of disk boot too; for others, rebuild it for any machine.",
        facts,
        parts.boot,
        severity=Severity.INFO,
        command=root_commands(rebuild).shown,
    )

"""Chapter *Boot*: whether a child comes up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from shlex import quote

from imaging.guidelines import parts
from imaging.guidelines.guest_commands import doing, kernel_words, package_manager, without_kernel_words
from imaging.guidelines.guest_facts import (
    all_disks_shown,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_disks_hidden,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Judge
from imaging.guidelines.storage import Where, is_below, where_device
from imaging.guidelines.wording import fitting
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.boot import Boot
from models.guest.disks import Disks
from models.guest.mounts import BootMounts
from models.profile import Profile
from models.text import one_line

_SHOWN = 40
_LETTER = re.compile(r"^/dev/(?:[svx]v?d[a-z]+\d*|hd[a-z]+\d*|nvme\d+n\d+(?:p\d+)?)$")
"""A disk by its letter, which depends on the bus and on what else is attached."""
_CONSOLE = re.compile(r"(?:^|\s)console=(ttyS\d|ttyAMA\d|hvc\d|ttysclp\d)\b")
"""The consoles that a cloud records, by architecture."""
_LOST = frozenset({Where.ELSEWHERE, Where.MISSING})


def _lines(boot: Boot) -> str:
    return f"{boot.command_line} {boot.default_command_line}"


def _by_lasting_name(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, mounts, disks = inside(facts, parts.boot), inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    broken = _without_disk(boot, mounts, disks, complete=all_disks_shown(facts))
    if broken:
        return guest_failed(
            f"Not on the root disk: {fitting(broken)}.",
            "Make it part of the root disk, or take the word out: a child has only that disk.",
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
    answer = guest_passed("Kernel line and fstab name no disk by letter, and none that is missing.", facts, parts.boot)
    return unless_disks_hidden(unless_incomplete(answer, facts, parts.boot, parts.boot_mounts), facts)


def _without_disk(boot: Boot, mounts: BootMounts, disks: Disks, *, complete: bool) -> list[str]:
    """What is needed before any fstab line counts, and lies on no disk that a child has."""
    words = dict.fromkeys(re.findall(r"(?:^|\s)((?:root|resume)=\S+)", _lines(boot)))
    found = [
        one_line(word, _SHOWN) for word in words if _is_lost(disks, word.partition("=")[2], word, complete=complete)
    ]
    for entry in mounts.fstab:
        early = entry.point == "/" or is_below(entry.point, "/boot") or entry.point == "/usr"
        if early and where_device(disks, entry.source, complete=complete) in _LOST and _is_named(entry.source):
            found.append(f"{one_line(entry.point, _SHOWN)} from {one_line(entry.source, _SHOWN)}")
    return found


def _is_lost(disks: Disks, source: str, word: str, *, complete: bool) -> bool:
    """Whether a name of the kernel line leads to no disk that a child has; what is attached now is another rule's."""
    if not _is_named(source):
        return False
    place = where_device(disks, source, complete=complete)
    return place is Where.MISSING or (place is Where.ELSEWHERE and word.startswith("root="))


def _is_named(source: str) -> bool:
    """Whether it names a block device in a way that can be looked up (root=/dev/root and root=ZFS=… do not)."""
    tags = ("UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=")
    return source.startswith(tags) or bool(_LETTER.match(source)) or source.startswith("/dev/mapper/")


def _by_letter(boot: Boot, mounts: BootMounts, disks: Disks) -> list[str]:
    words = re.findall(r"(?:^|\s)root=(\S+)", boot.default_command_line or boot.command_line)
    found = [f"root={one_line(word, _SHOWN)}" for word in dict.fromkeys(words) if _LETTER.match(word)]
    on_root = [
        each
        for each in mounts.fstab
        if _LETTER.match(each.source) and where_device(disks, each.source) is Where.ROOT_DISK
    ]
    return found + [f"line {each.line} of fstab ({one_line(each.source, _SHOWN)})" for each in on_root]


def _console(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    line = boot.default_command_line or boot.command_line
    if not line:
        return guest_unknown("The kernel line could not be read.", "In the guest:", command="cat /proc/cmdline")
    if found := _CONSOLE.search(line):
        return guest_passed(f"console={found[1]} stands on the kernel line.", facts, parts.boot)
    system = inside_or_none(facts, parts.system)
    arm = system is not None and system.architecture == "aarch64"
    way = kernel_words(facts, f"console=tty1 console={'ttyAMA0' if arm else 'ttyS0'}")
    return guest_failed(
        "No serial console on the kernel line: a test launch would see nothing of the kernel.",
        "Add it, so that the console log tells what happened.",
        facts,
        parts.boot,
        command=way.shown if way else None,
        actions=(way.action("Add the serial console to the kernel line.", "boot"),) if way else (),
    )


def _initramfs(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot), inside(facts, parts.disks)
    disk = min(disks.root_disks, default="")
    if disk.startswith("/dev/vd"):
        return guest_passed(f"It booted from {one_line(disk, _SHOWN)}, a virtio disk.", facts, parts.disks)
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
        f"Without {' and '.join(missing)}; it boots here from {one_line(disk, _SHOWN) or 'another disk'}.",
        "Children on the same kind of disk boot too; for others build it anew for any machine.",
        facts,
        parts.boot,
        severity=Severity.INFO,
        command=doing(rebuild).shown,
    )


def _relabel(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    if not boot.autorelabel:
        said = f"SELinux is {one_line(boot.selinux, 20)}" if boot.selinux else "There is no SELinux"
        return unless_incomplete(guest_passed(f"{said}; no relabelling is due.", facts, parts.boot), facts, parts.boot)
    return guest_failed(
        "/.autorelabel is there: a child labels all files and boots once more, some minutes long.",
        "Restart this instance once before imaging.",
        facts,
        parts.boot,
        command="sudo reboot",
    )


_WORDS = re.compile(r"(?:^|\s)((?:hugepages|default_hugepagesz|hugepagesz|crashkernel|mem|isolcpus|nohz_full)=\S+)")


def _memory(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    words = [each for each in dict.fromkeys(_WORDS.findall(_lines(boot))) if not _scales(each)]
    found = [one_line(each, _SHOWN) for each in words]
    found += [f"{boot.huge_pages} huge pages"] if boot.huge_pages else []
    if not found:
        answer = guest_passed("No huge pages, no fixed memory or CPUs on the kernel line.", facts, parts.boot)
        return unless_incomplete(answer, facts, parts.boot)
    way = without_kernel_words(facts, tuple(words)) if words else None
    return guest_failed(
        f"Reserved: {fitting(found)}. A child on a small flavor may not come up.",
        "Take it out, or set it at boot by what the child has.",
        facts,
        parts.boot,
        command=way.shown if way else "sysctl vm.nr_hugepages; cat /proc/cmdline",
    )


def _scales(word: str) -> bool:
    """Whether `crashkernel` follows the memory of the machine, as it does by default on Enterprise Linux."""
    key, _, value = word.partition("=")
    return key == "crashkernel" and (value == "auto" or ":" in value)


def _kdump(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    if not boot.crash_dumps_kib:
        enabled = "kdump is enabled, but no dump is there" if boot.kdump_enabled else "No dump is there"
        return unless_incomplete(guest_passed(f"{enabled}.", facts, parts.boot), facts, parts.boot)
    return guest_failed(
        f"{boot.crash_dumps_kib / 1024:.0f} MiB of crash dumps in /var/crash: memory of this machine, secrets too.",
        "Remove them.",
        facts,
        parts.boot,
        command="sudo ls -lR /var/crash",
    )


_BIG_SWAP_KIB = 256 * 1024


def _swap(facts: InstanceFacts, _profile: Profile) -> Answer:
    disks, mounts = inside(facts, parts.disks), inside(facts, parts.mounts)
    areas = [each for each in mounts.swaps if not each.path.startswith("/dev/zram")]
    lost = [each for each in areas if where_device(disks, each.path) is Where.ELSEWHERE and each.kind != "file"]
    big = [each for each in areas if each.kind == "file" and (each.size_kib or 0) >= _BIG_SWAP_KIB]
    if lost:
        return guest_failed(
            f"Swap on another disk: {fitting([one_line(each.path, _SHOWN) for each in lost])}.",
            "Add nofail to its line in fstab; without it a child waits 90 s, then goes on.",
            facts,
            parts.mounts,
            command="\n".join(f"sudo swapoff {quote(each.path)}" for each in lost),
        )
    if big:
        files = [f"{one_line(each.path, _SHOWN)} ({(each.size_kib or 0) / 1024**2:.1f} GiB)" for each in big]
        return guest_failed(
            f"In the image, with what was swapped out: {fitting(files)}.",
            "Children need none: take it away, and its line in fstab.",
            facts,
            parts.mounts,
            severity=Severity.INFO,
            command="\n".join(f"sudo swapoff {quote(each.path)} && sudo rm {quote(each.path)}" for each in big),
        )
    used = f"Only {fitting([one_line(each.path, _SHOWN) for each in areas])}" if areas else "There is no swap"
    return unless_incomplete(guest_passed(f"{used}.", facts, parts.mounts), facts, parts.mounts)


JUDGES: Mapping[str, Judge] = {
    "BOOT-ROOTREF": _by_lasting_name,
    "BOOT-CONSOLE": _console,
    "BOOT-INITRAMFS": _initramfs,
    "BOOT-SELINUX": _relabel,
    "BOOT-MEMORY": _memory,
    "BOOT-KDUMP": _kdump,
    "BOOT-SWAP": _swap,
}

"""Chapter *Boot*: memory that is reserved, dumped or swapped out."""

from __future__ import annotations

import re
from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import without_kernel_words
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    unless_cut_short,
    unless_incomplete,
    unless_root_unplaced,
)
from imaging.guidelines.guest.next_boot.fstab import may_fail
from imaging.guidelines.guest.next_boot.kernel_line import next_line
from imaging.guidelines.guest.storage import Where, where_device
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import InspectionMethod, Severity
from models.formatting import size_kib
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_WORDS = re.compile(r"(?:^|\s)((?:hugepages|default_hugepagesz|hugepagesz|crashkernel|mem|isolcpus|nohz_full)=\S+)")
_BIG_SWAP_KIB = 256 * 1024
_LOST = frozenset({Where.ELSEWHERE, Where.MISSING})


@rule(
    "BOOT-MEMORY",
    Chapter.BOOT,
    "Memory and CPUs reserved at boot",
    Severity.WARN,
    by_hand="grep -E 'hugepages|crashkernel|mem=|isolcpus' /proc/cmdline; sysctl vm.nr_hugepages",
)
def boot_memory(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    words = [each for each in dict.fromkeys(_WORDS.findall(next_line(boot))) if not _scales(each)]
    found = [cut(each, _SHOWN) for each in words]
    found += [f"{boot.huge_pages} huge pages"] if boot.huge_pages else []
    if not found:
        answer = guest_passed("No huge pages, no fixed memory or CPUs on the kernel line.", facts, parts.boot)
        return unless_incomplete(answer, facts, parts.boot)
    remedy = without_kernel_words(facts, tuple(words)) if words else None
    return guest_failed(
        f"Reserved: {fitting(found)}. A new instance on a small flavor may not boot.",
        "Take it out, or set it at boot by what the new instance has.",
        facts,
        parts.boot,
        command=remedy.shown if remedy else "sysctl vm.nr_hugepages; cat /proc/cmdline",
    )


def _scales(word: str) -> bool:
    """Whether `crashkernel` follows the memory of the machine, as it does by default on Enterprise Linux."""
    key, _, value = word.partition("=")
    return key == "crashkernel" and (value == "auto" or ":" in value)


@rule("BOOT-KDUMP", Chapter.BOOT, "Crash dumps", Severity.INFO, by_hand="ls /var/crash; cat /etc/kdump.conf")
def boot_kdump(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    if not boot.crash_dumps_kib:
        enabled = "kdump is enabled, but no dump is there" if boot.kdump_enabled else "No dump is there"
        return unless_cut_short(guest_passed(f"{enabled}.", facts, parts.boot), facts, parts.boot)
    return guest_failed(
        f"{size_kib(boot.crash_dumps_kib)} of crash dumps in /var/crash: memory of this machine, secrets too.",
        "Remove them.",
        facts,
        parts.boot,
        command="sudo ls -lR /var/crash",
    )


@rule("BOOT-SWAP", Chapter.BOOT, "Swap", Severity.WARN, by_hand="swapon --show")
def boot_swap(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.guest.value is not None and facts.guest.value.method is InspectionMethod.IMAGE_FILE:
        return _swap_of_fstab(facts)
    disks, mounts = inside(facts, parts.disks), inside(facts, parts.mounts)
    areas = [each for each in mounts.swaps if not each.path.startswith("/dev/zram")]
    lost = [each for each in areas if where_device(disks, each.path) is Where.ELSEWHERE and each.kind != "file"]
    big = [each for each in areas if each.kind == "file" and (each.size_kib or 0) >= _BIG_SWAP_KIB]
    if lost:
        return guest_failed(
            f"Swap on another disk: {fitting([cut(each.path, _SHOWN) for each in lost])}.",
            "Add nofail to its line in fstab; without it a new instance waits 90 s, then continues.",
            facts,
            parts.mounts,
            command="\n".join(f"sudo swapoff {quote(each.path)}" for each in lost),
        )
    if big:
        files = [f"{cut(each.path, _SHOWN)} ({size_kib(each.size_kib)})" for each in big]
        return guest_failed(
            f"In the image, with what was swapped out: {fitting(files)}.",
            "Take it away, and its line in fstab: new instances need none.",
            facts,
            parts.mounts,
            severity=Severity.INFO,
            command="\n".join(f"sudo swapoff {quote(each.path)} && sudo rm {quote(each.path)}" for each in big),
        )
    used = f"Only {fitting([cut(each.path, _SHOWN) for each in areas])}" if areas else "There is no swap"
    answer = unless_incomplete(guest_passed(f"{used}.", facts, parts.mounts), facts, parts.mounts)
    return unless_root_unplaced(answer, facts) if areas else answer


def _swap_of_fstab(facts: InstanceFacts) -> Answer:
    """Of a disk that no machine runs: what its next start would use."""
    disks, lines = inside(facts, parts.disks), inside(facts, parts.boot_mounts).fstab
    used = [each for each in lines if each.fs_type == "swap" and each.mounts_itself]
    files = [each.source for each in used if each.source.startswith("/") and not each.source.startswith("/dev/")]
    devices = [each for each in used if each.source not in files and not may_fail(each)]
    lost = [each for each in devices if where_device(disks, each.source) in _LOST]
    if lost:
        return guest_failed(
            f"Swap that new instances lack: {fitting([cut(each.source, _SHOWN) for each in lost])}.",
            "Add nofail to its line in fstab; without it a new instance waits 90 s, then continues.",
            facts,
            parts.boot_mounts,
        )
    if files:
        return guest_unknown(f"How large it is was not read: {fitting([cut(each, _SHOWN) for each in files])}.")
    names = [cut(each.source, _SHOWN) for each in used]
    said = f"Only {fitting(names)}" if names else "fstab names no swap"
    return unless_incomplete(guest_passed(f"{said}.", facts, parts.boot_mounts), facts, parts.boot_mounts)

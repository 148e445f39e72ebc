"""Chapter *Volumes*: LUKS, LVM, md and resume entries that need a disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import RootCommands, without_kernel_words
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
from imaging.guidelines.guest.next_boot.fstab import Need, need_of
from imaging.guidelines.guest.next_boot.kernel_line import (
    INITRAMFS_TOOLS,
    Asked,
    Asks,
    asked_for,
    next_line,
    waits_for_ever,
    words_of,
)
from imaging.guidelines.guest.storage import Where, is_device, where_device
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.boot import Boot
from models.guest.disks import Disks
from models.guest.mounts import BootMounts, CryptEntry
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import ActionKind, RemedyAction
from models.text import cut

_LOST = frozenset({Where.ELSEWHERE, Where.MISSING})
_SHOWN = 32


@rule(
    "VOL-CRYPT-LVM",
    Chapter.VOLUMES,
    "LUKS, LVM, md and resume entries on detached disks",
    Severity.BLOCK,
    sentences=("S18",),
    by_hand="cat /etc/crypttab /etc/mdadm/mdadm.conf; sudo pvs; ls /etc/lvm/devices/system.devices; cat /proc/cmdline",
)
def vol_crypt_lvm(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    split = _root_on_several(boot, disks)
    complete = all_disks_shown(facts)
    crypt = [each for each in boot.crypttab if _is_lost(disks, each, complete=complete)]
    required = [each for each in crypt if _is_required(each, boot)]
    words = _kernel_words(facts, disks, complete=complete)
    stopping = [each.text for each in words if each.asks is Asks.LOST] + _endless(facts, disks)
    lost = [cut(each, _SHOWN) for each in stopping]
    if split or required or lost:
        remedy = without_kernel_words(facts, tuple(stopping))
        return _stops(facts, split + lost, required, remedy if not split and not required else None)
    waits = [f"crypttab line {each.line}: {cut(each.name, _SHOWN)}" for each in crypt]
    waits += _resumes(facts, disks, complete=complete)
    if waits:
        return guest_failed(
            f"New instances will time out waiting for: {fitting(waits)}.",
            "Add nofail, or take the entry out; then update-initramfs -u, or dracut -f.",
            facts,
            parts.boot_mounts,
            severity=Severity.WARN,
            actions=tuple(_actions(crypt)),
        )
    untold = [cut(each.text, _SHOWN) for each in words if each.asks is Asks.UNTOLD]
    if untold:
        return guest_unknown(f"On the line of the next kernel, and not understood: {fitting(untold)}.")
    inside(facts, parts.boot)
    answer = guest_passed("No crypttab, LVM, md or resume entry needs another disk.", facts, parts.boot_mounts)
    return unless_root_unplaced(
        unless_disks_hidden(unless_incomplete(answer, facts, parts.boot_mounts, parts.boot), facts), facts
    )


def _stops(facts: InstanceFacts, split: list[str], required: list[CryptEntry], remedy: RootCommands | None) -> Answer:
    """What keeps a new instance from coming up."""
    shown = split + [f"crypttab line {each.line} ({cut(each.name, _SHOWN)}), which fstab needs" for each in required]
    return guest_failed(
        f"Needs more than the root disk: {fitting(shown)}.",
        "Take out the other disk (vgreduce after pvmove, mdadm), the line of crypttab or the word of the kernel.",
        facts,
        parts.boot_mounts,
        parts.disks,
        command=remedy.shown if remedy else "sudo pvs; cat /proc/mdstat /etc/crypttab",
        actions=tuple(_actions(required)),
    )


def _root_on_several(boot: BootMounts, disks: Disks) -> list[str]:
    """Why the root file system would be torn: it lies on several disks, or its group or an array of it does."""
    if len(disks.root_disks) > 1:
        return [f"/ lies on {_and(disks.root_disks)}"]
    groups: dict[str, set[str]] = defaultdict(set)
    for volume in boot.physical_volumes:
        if not volume.group:  # not in use, and so of a group that nobody asked for
            continue
        groups[volume.group] |= disks.disks_below(volume.device)
    arrays = {array.name: set().union(*map(disks.disks_below, array.members)) for array in boot.arrays}
    torn = [f"LVM group {cut(name, _SHOWN)} on {_and(on)}" for name, on in groups.items() if _is_torn(on, disks)]
    return torn + [f"{cut(name, _SHOWN)} on {_and(on)}" for name, on in arrays.items() if _is_torn(on, disks)]


def _is_torn(on: set[str], disks: Disks) -> bool:
    """Whether something lies on the root disk and on another one: neither half works without the other."""
    return bool(on & disks.root_disks) and bool(on - disks.root_disks)


def _and(names: Iterable[str]) -> str:
    return " and ".join(cut(name, _SHOWN) for name in sorted(names))


def _is_lost(disks: Disks, entry: CryptEntry, *, complete: bool) -> bool:
    if {"nofail", "noauto", "_netdev"} & set(entry.options):
        return False
    return where_device(disks, entry.source, complete=complete) in _LOST


def _is_required(entry: CryptEntry, boot: BootMounts) -> bool:
    """Whether a line of fstab cannot do without what the entry opens."""
    return any(each.source == f"/dev/mapper/{entry.name}" and need_of(each) is Need.REQUIRED for each in boot.fstab)


def _kernel_words(facts: InstanceFacts, disks: Disks, *, complete: bool) -> list[Asked]:
    """LVM, LUKS and RAID on the line of the next kernel: dracut opens its emergency shell where one does not come."""
    boot = inside_or_none(facts, parts.boot)
    asked = asked_for(boot, disks, complete=complete) if boot is not None else ()
    return [each for each in asked if each.assembled]


def _endless(facts: InstanceFacts, disks: Disks) -> list[str]:
    """Words that name an attached disk to wake up from, for which a new instance would wait without an end."""
    boot = inside_or_none(facts, parts.boot)
    return _resume_words(boot, disks) if boot is not None and waits_for_ever(boot) else []


def _resume_words(boot: Boot, disks: Disks) -> list[str]:
    words = words_of(next_line(boot))
    named = [] if "noresume" in words else [each for each in words if each.startswith("resume=")]
    return [each for each in named if where_device(disks, each.removeprefix("resume=")) is Where.ELSEWHERE]


def _resumes(facts: InstanceFacts, disks: Disks, *, complete: bool) -> list[str]:
    """What the next kernel would wake up from, where a new instance has not that disk."""
    boot = inside_or_none(facts, parts.boot)
    if boot is None:
        return []
    waits = [cut(each, _SHOWN) for each in _resume_words(boot, disks)]
    kept = [each for each in boot.resume_from if is_device(each)] if boot.initramfs_tool == INITRAMFS_TOOLS else []
    lost = [each for each in kept if where_device(disks, each, complete=complete) in _LOST]
    return waits + [f"RESUME={cut(each, _SHOWN)} of initramfs-tools" for each in lost]


def _actions(entries: list[CryptEntry]) -> list[RemedyAction]:
    """For each line the mild way first."""
    return [
        RemedyAction(
            kind=kind,
            summary=f"{words} line {each.line} of /etc/crypttab ({cut(each.name, _SHOWN)}), keeping a copy.",
            file="/etc/crypttab",
            line=each.line,
            line_text=each.text,
            touches=("boot_mounts",),
        )
        for kind, words in ((ActionKind.ADD_NOFAIL, "Add nofail to"), (ActionKind.COMMENT_LINE, "Comment out"))
        for each in entries
    ]

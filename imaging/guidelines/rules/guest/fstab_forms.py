"""Chapter *Boot*: whether the lines of fstab can be mounted at all: their types and their options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_disks_hidden,
    unless_incomplete,
)
from imaging.guidelines.guest.next_boot.fstab import Need, need_of
from imaging.guidelines.guest.next_boot.mount_options import Strange, is_other_type, strange_options
from imaging.guidelines.guest.storage import device_of, is_device
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import counted
from models.guest.disks import Disks
from models.guest.mounts import FstabEntry
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 24
_JUDGED = frozenset({Need.REQUIRED, Need.WANTED, Need.AUTOMOUNT, Need.OTHER_UNIT})
"""What is mounted from a disk at a boot, or by it."""
_PLAIN = re.compile(r"[a-z0-9_=-]+")
_VERIFY = "findmnt --verify"


@dataclass(frozen=True)
class _Fault:
    entry: FstabEntry
    text: str
    stops: bool
    """Whether the boot ends with it: in emergency mode, or with a root file system that stays read-only."""
    option: Strange | None = None


@rule(
    "BOOT-FSTAB",
    Chapter.BOOT,
    "Types and options in /etc/fstab",
    Severity.BLOCK,
    by_hand=f"{_VERIFY}; lsblk -f",
)
def boot_fstab(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    system = inside_or_none(facts, parts.system)
    lines = [each for each in boot.fstab if need_of(each) in _JUDGED and is_device(each.source)]
    kernel = system.kernel if system is not None else ""
    faults = [fault for each in lines for fault in _faults(each, disks, kernel)]
    sure = [each for each in faults if each.option is None or each.option.refused]
    if sure:
        return guest_failed(
            f"Cannot be mounted so: {fitting([each.text for each in sure], 110)}.",
            "Correct the line: a new instance stops in emergency mode, or goes without it."
            if any(each.stops for each in sure)
            else "Correct the line: what it names is not mounted.",
            facts,
            parts.boot_mounts,
            parts.disks,
            severity=None if any(each.stops for each in sure) else Severity.WARN,
            command=_correction(sure) or f"sudo {_VERIFY}",
        )
    if untold := [each.text for each in faults if each.stops]:
        return guest_unknown(f"Not understood: {fitting(untold, 110)}.", "In the guest:", command=f"sudo {_VERIFY}")
    answer = guest_passed(
        f"{counted(len(lines), 'line')} of disks, with types and options that can be mounted.",
        facts,
        parts.boot_mounts,
        parts.disks,
    )
    return unless_disks_hidden(unless_incomplete(answer, facts, parts.boot_mounts), facts)


def _faults(entry: FstabEntry, disks: Disks, kernel: str) -> Iterator[_Fault]:
    device = device_of(disks, entry.source)
    lying = device.fs_type if device is not None else ""
    is_root = entry.point == "/"
    required = need_of(entry) is Need.REQUIRED
    if is_other_type(entry, lying):
        # The root file system is mounted by the kernel line; its line of fstab only remounts it.
        text = f"line {entry.line} ({cut(entry.point, _SHOWN)}) says {cut(entry.fs_type, _SHOWN)}, it is {lying}"
        yield _Fault(entry, text, stops=required and not is_root)
    for option in strange_options(entry, lying, kernel):
        meant = f", not {cut(option.instead, _SHOWN)}" if option.instead else ""
        text = f"line {entry.line} ({cut(entry.point, _SHOWN)}) has the option {cut(option.option, _SHOWN)}{meant}"
        yield _Fault(entry, text, stops=required, option=option)


def _correction(faults: Iterable[_Fault]) -> str | None:
    """One sed that writes what was meant, where that is known of all of them; it keeps a copy of the file."""
    changes = []
    for each in faults:
        if each.option is None or not each.option.instead:
            return None
        if not (_PLAIN.fullmatch(each.option.option) and _PLAIN.fullmatch(each.option.instead)):
            return None
        changes.append(
            rf"-e '{each.entry.line}s/([[:space:],]){each.option.option}([[:space:],]|$)/\1{each.option.instead}\2/'"
        )
    return f"sudo sed -i.bak -E {' '.join(changes)} /etc/fstab"

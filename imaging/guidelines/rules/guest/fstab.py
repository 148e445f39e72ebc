"""Chapter *Volumes*: what the next boot will search for, in fstab and mount units."""

from __future__ import annotations

from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    all_disks_shown,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
    unless_root_unplaced,
)
from imaging.guidelines.guest.next_boot.fstab import Need, Table, device_timeout, may_fail, need_of
from imaging.guidelines.guest.storage import Where, device_of, is_device, mounts_elsewhere
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import counted
from models.guest.mounts import BootMounts, FstabEntry, MountUnit
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import ActionKind, RemedyAction
from models.text import cut

_LOST = frozenset({Where.ELSEWHERE, Where.MISSING, Where.REMOTE})
_SHORT_SECONDS = 30
"""A volume that takes longer than this to appear is common on a busy host; systemd's own patience is 90 s."""
_SPECIFICATION_SHOWN = 24
_STOPS = (
    "Add nofail, or take it out: else new instances stop in emergency mode, "
    "and so does this one if started while detached."
)


@rule(
    "VOL-FSTAB",
    Chapter.VOLUMES,
    "fstab entries on disks other than the root disk",
    Severity.BLOCK,
    sentences=("S18", "S36"),
    by_hand="findmnt --fstab -no TARGET,SOURCE,FSTYPE,OPTIONS",
)
def vol_fstab(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot_mounts)
    disks = inside(facts, parts.disks)
    mounts = inside_or_none(facts, parts.mounts)
    table = Table(
        boot.fstab,
        disks,
        complete=all_disks_shown(facts),
        units=boot.units,
        points_elsewhere=tuple(each.point for each in mounts_elsewhere(disks, mounts.mounts)) if mounts else (),
    )
    required = [each for each in boot.fstab if need_of(each) is Need.REQUIRED and each.point != "/"]
    stopping = [each for each in required if table.where(each) in _LOST]
    demanded = [each for each in boot.units if each.required and not each.is_swap]
    units = [each for each in demanded if table.where_unit(each) in {Where.ELSEWHERE, Where.MISSING}]
    if stopping or units:
        return _stops(facts, stopping, units, table)
    untold = [_named(each) for each in required if table.where(each) is Where.UNTOLD]
    untold += [_unit_named(each) for each in demanded if table.where_unit(each) is Where.UNTOLD]
    if untold:
        return guest_unknown(f"Where it lies could not be told: {fitting(untold)}.")
    delayed = _delays(boot, table)
    if delayed:
        return guest_failed(
            f"Each boot of a new instance waits 90 s for: {fitting(delayed)}.",
            "Take the entry out, or add nofail to it; new instances do not have that disk.",
            facts,
            parts.boot_mounts,
            severity=Severity.WARN,
            actions=tuple(_actions([each for each in boot.fstab if _delays_boot(each, table)])),
        )
    return _patient(facts, boot, table)


def _stops(facts: InstanceFacts, stopping: list[FstabEntry], units: list[MountUnit], table: Table) -> Answer:
    """Lines and units without which systemd gives up."""
    needed = [_needs(each, table) for each in stopping] + [_unit_named(each) for each in units]
    return guest_failed(
        f"Required at boot: {fitting(needed)}.{_proof(facts)}",
        _STOPS,
        facts,
        parts.boot_mounts,
        parts.disks,
        command=_nofail_command(stopping) if stopping else _disabled(units),
        actions=tuple(_actions(stopping)),
    )


def _proof(facts: InstanceFacts) -> str:
    """What became of the temporary instance of a deep check, which lacks the same disks as every new instance will."""
    verdict = facts.guest.value.boot_verdict if facts.guest.value is not None else None
    fell = verdict is not None and verdict.dead_end is not None and verdict.dead_end.is_emergency_mode
    return " A test instance stopped in emergency mode." if fell else ""


def _patient(facts: InstanceFacts, boot: BootMounts, table: Table) -> Answer:
    """Lines that may be missing, but are given up too soon to be there again on this instance."""
    hasty = [
        each
        for each in boot.fstab
        if need_of(each) is Need.WANTED
        and (device_timeout(each) or _SHORT_SECONDS) < _SHORT_SECONDS
        and table.where(each) in {Where.ELSEWHERE, Where.MISSING}
    ]
    if hasty:
        shown = [f"{_named(each)} only {device_timeout(each):g} s" for each in hasty]
        return guest_failed(
            f"Waits for its disk: {fitting(shown)}; a slow start leaves it unmounted here.",
            "Leave the time-out out, or make it 90 s: nofail alone lets the boot continue.",
            facts,
            parts.boot_mounts,
            severity=Severity.WARN,
            command=_edit(hasty, r"s/(x-systemd\.device-timeout=)[^,[:space:]]*/\190s/"),
        )
    harmless = sum(table.where(each) in _LOST and need_of(each) is not Need.IGNORED for each in boot.fstab)
    beside = f", {harmless} of them not needed for a boot" if harmless else ""
    answer = guest_passed(
        f"{counted(len(boot.fstab), 'line')}{beside}; none needs another disk.", facts, parts.boot_mounts, parts.disks
    )
    return unless_root_unplaced(unless_incomplete(answer, facts, parts.boot_mounts), facts)


def _delays(boot: BootMounts, table: Table) -> list[str]:
    """Swap, and mount units that somebody wrote: the boot waits for them until a time-out, then continues."""
    swaps = [_named(each) for each in boot.fstab if _delays_boot(each, table)]
    units = [each for each in boot.units if each.enabled and not each.automount and _delays_unit(each, table)]
    return swaps + [_unit_named(each) for each in units]


def _delays_boot(entry: FstabEntry, table: Table) -> bool:
    return need_of(entry) is Need.SWAP and table.where(entry) in {Where.ELSEWHERE, Where.MISSING}


def _unit_named(unit: MountUnit) -> str:
    return cut(unit.file.rpartition("/")[2], _SPECIFICATION_SHOWN)


def _disabled(units: list[MountUnit]) -> str:
    """How they are kept from starting: those of packages have to be masked."""
    verb = "disable" if all(each.file.startswith("/etc/") for each in units) else "mask"
    return f"sudo systemctl {verb} {' '.join(quote(each.file.rpartition('/')[2]) for each in units)}"


def _delays_unit(unit: MountUnit, table: Table) -> bool:
    return "nofail" not in unit.options and table.where_unit(unit) in {Where.ELSEWHERE, Where.MISSING}


def _needs(entry: FstabEntry, table: Table) -> str:
    """`line 3: /data from UUID=data-uuid (/dev/vdb)`."""
    source = cut(entry.source, _SPECIFICATION_SHOWN)
    device = device_of(table.disks, entry.source)
    if device is not None and device.name != entry.source:
        source += f" ({cut(device.name, _SPECIFICATION_SHOWN)})"
    elif is_device(entry.source) and device is None:
        source += " (not here)"
    return f"{_named(entry)} from {source}"


def _named(entry: FstabEntry) -> str:
    point = entry.point if entry.point.startswith("/") else f"swap {entry.source}"
    return f"line {entry.line}: {cut(point, _SPECIFICATION_SHOWN)}"


def _nofail_command(entries: list[FstabEntry]) -> str:
    """One sed that adds nofail to the lines, keeping a copy of the file."""
    with_options = [each for each in entries if each.options]
    bare = [each for each in entries if not each.options]
    added = [_at(each, r"s/^(\s*\S+\s+\S+\s+\S+\s+\S+)/\1,nofail/") for each in with_options]
    added += [_at(each, r"s/\s*$/ defaults,nofail/") for each in bare]
    return f"sudo sed -i.bak -E {' '.join(added)} /etc/fstab && sudo systemctl daemon-reload"


def _edit(entries: list[FstabEntry], change: str) -> str:
    return f"sudo sed -i.bak -E {' '.join(_at(each, change) for each in entries)} /etc/fstab"


def _at(entry: FstabEntry, change: str) -> str:
    return f"-e '{entry.line}{change}'"


def _actions(entries: list[FstabEntry]) -> list[RemedyAction]:
    """For each line the mild way first: nofail keeps the mount where the disk is there."""
    return [
        RemedyAction(
            kind=kind,
            summary=f"{words} line {each.line} of /etc/fstab ({cut(each.point, 40)}), keeping a copy.",
            file="/etc/fstab",
            line=each.line,
            line_text=each.text,
            touches=("boot_mounts", "system_files"),
        )
        for kind, words in ((ActionKind.ADD_NOFAIL, "Add nofail to"), (ActionKind.COMMENT_LINE, "Comment out"))
        for each in entries
        if kind is ActionKind.COMMENT_LINE or not may_fail(each)
    ]

"""Chapter *Volumes*: who uses the volumes, and what leads onto them."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote

from imaging.guidelines import parts
from imaging.guidelines.fstab import Table
from imaging.guidelines.guest_facts import (
    Part,
    all_disks_shown,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_disks_hidden,
    unless_incomplete,
)
from imaging.guidelines.guest_volumes import DiskUse, disk_of, unmount_action, use_of
from imaging.guidelines.root_volume import data_attachments
from imaging.guidelines.rule import Answer, Judge, need, not_applicable
from imaging.guidelines.storage import Where, is_below, mounts_elsewhere
from imaging.guidelines.wording import commands, fitting
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.services import PathUse
from models.instance import VolumeAttachment
from models.profile import Profile
from models.steps import StepName
from models.text import one_line

_SHOWN = 32
_SYSTEM_POINTS = ("/home", "/opt", "/usr", "/var", "/srv", "/root", "/etc", "/boot")
"""Where the system and its services expect something; below them a volume's absence is felt."""


def _unused(facts: InstanceFacts, _profile: Profile) -> Answer:
    mounts, disks = inside(facts, parts.mounts), inside(facts, parts.disks)
    attachments = need(facts.attachments)
    attached = data_attachments(need(facts.instance), attachments, facts.volumes.value)
    if not attached:
        return not_applicable("No data volume is attached.")
    if need(facts.instance).status == "SHUTOFF":
        return not_applicable("It is stopped: nothing uses them.")
    found = {each.volume_id: disk_of(each, disks) for each in attached}
    uses = {volume: use_of(disk, disks, mounts) for volume, disk in found.items() if disk is not None}
    busy = {volume: use for volume, use in uses.items() if not use.free}
    if busy:
        return _busy(facts, busy)
    missing = [_volume_name(facts, each) for each in attached if found[each.volume_id] is None]
    if missing:
        return guest_unknown(f"Not found among the disks of the guest: {fitting(missing)}.")
    free = [f"{_volume_name(facts, each)} ({uses[each.volume_id].disk.name})" for each in attached]
    answer = guest_passed(f"Neither mounted nor used: {fitting(free)}.", facts, parts.mounts, parts.disks)
    return unless_incomplete(answer, facts, parts.mounts, parts.disks)


def _busy(facts: InstanceFacts, busy: Mapping[str, DiskUse]) -> Answer:
    """What a detach would tear from under the guest."""
    names = {each.volume_id: _volume_name(facts, each) for each in need(facts.attachments)}
    mounted = {volume: use for volume, use in busy.items() if use.points}
    return guest_failed(
        f"{fitting([_described(use, names[volume]) for volume, use in busy.items()], 145)}.",
        "Stop what uses it, then unmount; a run stops the instance first and detaches then.",
        facts,
        parts.mounts,
        parts.disks,
        command=commands(_let_go(use, point) for use in mounted.values() for point in use.points) or None,
        actions=tuple(unmount_action(use, names[volume]) for volume, use in mounted.items()),
        mended_by=StepName.STOP if need(facts.instance).is_running else None,
    )


def _let_go(use: DiskUse, point: str) -> str:
    return f"sudo {'swapoff' if point in use.swaps else 'umount'} {quote(point)}"


def _described(use: DiskUse, name: str) -> str:
    """`pgdata at /data: postgres (812, alice)`; what holds it without a mount is named, too."""
    if use.mounts:
        where = f"at {fitting([one_line(mount.point, _SHOWN) for mount in reversed(use.mounts)], 45)}"
    elif use.swaps:
        where = "swapped to"
    else:
        where = f"held by {fitting([one_line(each, _SHOWN) for each in use.assembled], 45)}"
    users = [f"{one_line(user.process, 20)} ({user.pid}{_by(user.user)})" for user in use.users]
    return f"{name} {where}" + (f", used by {fitting(users, 50)}" if users else "")


def _by(user: str) -> str:
    return f", {one_line(user, 16)}" if user else ""


def _volume_name(facts: InstanceFacts, attachment: VolumeAttachment) -> str:
    """A volume's name, without Cinder the beginning of its id."""
    volume = next((each for each in facts.volumes.value or () if each.id == attachment.volume_id), None)
    return one_line(volume.name if volume is not None and volume.name else attachment.volume_id, _SHOWN)


def _no_system_path(facts: InstanceFacts, _profile: Profile) -> Answer:
    uses = inside(facts, parts.path_uses)
    points = _points_elsewhere(facts)
    if not points:
        answer = guest_passed("Nothing is mounted from another disk than the root disk.", facts, parts.disks)
        return unless_disks_hidden(unless_incomplete(answer, facts, *_read_here(facts)), facts)
    found = [each for each in uses if any(is_below(each.path, point) for point in points)]
    mounted = [point for point in points if any(is_below(point, system) for system in _SYSTEM_POINTS)]
    if not found and not mounted:
        answer = guest_passed(f"Nothing of the system leads to {fitting(points)}.", facts, parts.path_uses)
        return unless_incomplete(answer, facts, parts.path_uses)
    started = [each for each in found if each.enabled]
    shown = [_leading(each) for each in started] or [f"{one_line(point, _SHOWN)} is a volume" for point in mounted]
    shown += [_leading(each) for each in found if not each.enabled]
    return guest_failed(
        f"On another disk than the root disk: {fitting(shown)}.",
        "Move the data to the root disk, or disable the service.",
        facts,
        parts.path_uses,
        severity=None if started else Severity.WARN,
        command=_disable(started),
    )


def _points_elsewhere(facts: InstanceFacts) -> tuple[str, ...]:
    """Mount points on other disks: those of now, and those of the next boot, which a child's first boot lacks."""
    disks = inside(facts, parts.disks)
    mounts, boot = inside_or_none(facts, parts.mounts), inside_or_none(facts, parts.boot_mounts)
    if mounts is None and boot is None:
        inside(facts, parts.mounts)
    now = [each.point for each in mounts_elsewhere(disks, mounts.mounts)] if mounts is not None else []
    table = Table(boot.fstab if boot is not None else (), disks, complete=all_disks_shown(facts))
    lost = {Where.ELSEWHERE, Where.MISSING}
    later = [each.point for each in table.entries if table.where(each) in lost]
    return tuple(sorted({point for point in (*now, *later) if point.startswith("/") and point != "/"}))


def _read_here(facts: InstanceFacts) -> tuple[Part, ...]:
    guest = facts.guest.value
    if guest is not None and guest.mounts.known:
        return (parts.mounts,)
    return (parts.boot_mounts,)


def _leading(use: PathUse) -> str:
    """`survey.service (ExecStart) → /data/bin/survey`."""
    return f"{one_line(use.user.rpartition('/')[2], _SHOWN)} ({one_line(use.how, 20)}) → {one_line(use.path, _SHOWN)}"


def _disable(started: list[PathUse]) -> str | None:
    """How the units that need the place are kept from starting."""
    names = dict.fromkeys(each.user.rpartition("/")[2] for each in started)
    units = [name for name in names if name.endswith((".service", ".timer", ".socket"))]
    return f"sudo systemctl disable {' '.join(quote(each) for each in units)}" if units else None


JUDGES: Mapping[str, Judge] = {"VOL-BUSY": _unused, "VOL-SYMLINK": _no_system_path}

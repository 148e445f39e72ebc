"""Chapter *Volumes*: who uses the volumes."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.guest.volumes import DiskUse, disk_of, unmount_action, use_of
from imaging.guidelines.instance.root_volume import data_attachments
from imaging.guidelines.rule import Answer, Chapter, need, not_applicable
from imaging.guidelines.wording import commands, fitting
from models.cloud.instance import VolumeAttachment
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.steps import StepName
from models.text import cut

_SHOWN = 32


@rule(
    "VOL-BUSY",
    Chapter.VOLUMES,
    "Volumes in use",
    Severity.BLOCK,
    sentences=("S17",),
    by_hand="findmnt -t ext4,xfs,btrfs; swapon --show; sudo lsof +f -- /MOUNT_POINT",
    of_what_runs=True,
    settled_by=StepName.STOP,
)
def vol_busy(facts: InstanceFacts, _profile: Profile) -> Answer:
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


def points_in_use(facts: InstanceFacts) -> frozenset[str]:
    """The mount points that VOL-BUSY names: those of attached volumes, while the instance is not stopped."""
    mounts, disks = inside_or_none(facts, parts.mounts), inside_or_none(facts, parts.disks)
    instance, attachments = facts.instance.value, facts.attachments.value
    if mounts is None or disks is None or instance is None or not attachments or instance.status == "SHUTOFF":
        return frozenset()
    data = data_attachments(instance, attachments, facts.volumes.value)
    found = [disk for each in data if (disk := disk_of(each, disks)) is not None]
    return frozenset(point for disk in found for point in use_of(disk, disks, mounts).points)


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
        fixed_by=StepName.STOP if need(facts.instance).is_running else None,
    )


def _let_go(use: DiskUse, point: str) -> str:
    return f"sudo {'swapoff' if point in use.swaps else 'umount'} {quote(point)}"


def _described(use: DiskUse, name: str) -> str:
    """`pgdata at /data: postgres (812, alice)`; what holds it without a mount is named, too."""
    if use.mounts:
        where = f"at {fitting([cut(mount.point, _SHOWN) for mount in reversed(use.mounts)], 45)}"
    elif use.swaps:
        where = "swapped to"
    else:
        where = f"held by {fitting([cut(each, _SHOWN) for each in use.assembled], 45)}"
    users = [f"{cut(user.process, 20)} ({user.pid}{_by(user.user)})" for user in use.users]
    return f"{name} {where}" + (f", used by {fitting(users, 50)}" if users else "")


def _by(user: str) -> str:
    return f", {cut(user, 16)}" if user else ""


def _volume_name(facts: InstanceFacts, attachment: VolumeAttachment) -> str:
    """A volume's name, without Cinder the beginning of its id."""
    volume = next((each for each in facts.volumes.value or () if each.id == attachment.volume_id), None)
    return cut(volume.name if volume is not None and volume.name else attachment.volume_id, _SHOWN)

"""Which disk of the guest a volume is, and what uses it there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside_or_none, is_complete
from imaging.guidelines.guest.storage import is_below, is_device, mounts_elsewhere
from models.cloud.instance import VolumeAttachment
from models.formatting import size_kib
from models.guest.disks import BlockDevice, Disks
from models.guest.mounts import Mount, Mounts, MountUser
from models.guidelines.facts import InstanceFacts
from models.remedy_action import ActionKind, RemedyAction
from models.text import cut

_SERIAL_CHARACTERS = 20
"""A virtio disk's serial is the first 20 characters of the volume's id; a SCSI disk's is all of it."""
_EMPTY_KIB = 1024
"""A new ext4 tells some dozen KiB of use; xfs more, for which the count of files speaks."""
_ASSEMBLED = frozenset({"LVM2_member", "crypto_LUKS", "linux_raid_member", "zfs_member", "bcache"})


def disk_of(attachment: VolumeAttachment, disks: Disks) -> BlockDevice | None:
    """The guest's disk of an attached volume: told by its serial, else by Nova's device where that has no serial."""
    wanted = attachment.volume_id
    for device in disks.devices:
        if not device.parents and device.serial and _is_serial_of(device.serial, wanted):
            return device
    named = disks.device(attachment.device) if attachment.device else None
    return named if named is not None and not named.serial and named.name not in disks.root_disks else None


def _is_serial_of(serial: str, volume_id: str) -> bool:
    if len(serial) >= _SERIAL_CHARACTERS:
        return volume_id.startswith(serial[:_SERIAL_CHARACTERS])
    return serial == volume_id


@dataclass(frozen=True)
class DiskUse:
    """What of a disk is in use in the guest."""

    disk: BlockDevice
    mounts: tuple[Mount, ...]
    """Those of the disk and those below them, innermost first."""
    swaps: tuple[str, ...]
    assembled: tuple[str, ...]
    """Devices made of it (LVM, LUKS, md), or their members: they hold the disk though nothing is mounted."""
    users: tuple[MountUser, ...]

    @property
    def free(self) -> bool:
        """Whether nothing was seen to use it."""
        return not (self.mounts or self.swaps or self.assembled)

    @property
    def points(self) -> tuple[str, ...]:
        """What is to be released, in this order: swap areas, then mount points, innermost first."""
        return (*self.swaps, *(mount.point for mount in self.mounts))


def use_of(disk: BlockDevice, disks: Disks, mounts: Mounts) -> DiskUse:
    """What uses a disk."""

    def on_it(name: str) -> bool:
        return disk.name in disks.disks_below(name)

    own = [mount for mount in mounts.mounts if is_device(mount.source) and on_it(mount.source)]
    below = [mount for mount in mounts.mounts if mount in own or any(is_below(mount.point, each.point) for each in own)]
    above = [each for each in disks.devices if each.name != disk.name and on_it(each.name)]
    assembled = [each.name for each in above if each.kind not in {"part", "disk", ""}]
    assembled += [each.name for each in (disk, *above) if each.fs_type in _ASSEMBLED]
    points = {mount.point for mount in below}
    return DiskUse(
        disk=disk,
        mounts=tuple(sorted(_once(below), key=lambda mount: (-mount.point.count("/"), -len(mount.point)))),
        swaps=tuple(swap.path for swap in mounts.swaps if on_it(swap.path) or _lies_on(swap.path, own)),
        assembled=tuple(dict.fromkeys(assembled)),
        users=tuple(user for user in mounts.users if user.point in points),
    )


def used_beside_volumes(facts: InstanceFacts) -> tuple[str, ...] | None:
    """What is mounted, and holds something, from a disk that is neither the root disk nor an attached volume.

    Returns:
        `/mnt (12.0 GiB)` and the like; None if the guest's disks and mounts are not known whole.
    """
    disks, mounts = inside_or_none(facts, parts.disks), inside_or_none(facts, parts.mounts)
    if disks is None or mounts is None or facts.attachments.value is None or not disks.root_disks:
        return None
    volumes = {disk.name for each in facts.attachments.value if (disk := disk_of(each, disks)) is not None}
    own = [each for each in mounts_elsewhere(disks, mounts.mounts) if not disks.disks_below(each.source) & volumes]
    used = [(each.point, _used_kib(facts, disks, each.point)) for each in own]
    if not used and not (is_complete(facts, parts.disks) and is_complete(facts, parts.mounts)):
        return None
    return tuple(f"{cut(point, 32)} ({size_kib(kib)})" for point, kib in used if kib)


def _used_kib(facts: InstanceFacts, disks: Disks, point: str) -> int:
    """What people put there: of a file system that is new but for its own tables, nothing."""
    directories = inside_or_none(facts, parts.directories)
    summed = directories.at(point) if directories is not None else None
    if summed is not None and summed.files == 0 and not summed.incomplete:
        return 0
    use = next((each for each in disks.file_systems if each.mount_point == point), None)
    used = use.used_kib if use is not None else None
    if used is None:
        return 1
    return used if used > _EMPTY_KIB else 0


def _lies_on(path: str, mounts: Iterable[Mount]) -> bool:
    """Whether a file lies below one of the mounts."""
    return not is_device(path) and any(is_below(path, mount.point) for mount in mounts)


def _once(mounts: Iterable[Mount]) -> list[Mount]:
    """The last mount of each point, which hides those below it."""
    return list({mount.point: mount for mount in mounts}.values())


def unmount_action(use: DiskUse, volume: str) -> RemedyAction:
    """Unmount all of a volume."""
    return RemedyAction(
        kind=ActionKind.UNMOUNT,
        summary=f"Unmount {volume}: {', '.join(use.points)}.",
        mount_points=use.points,
        touches=("mounts", "disks"),
    )


def detach_action(use: DiskUse, volume_id: str, volume: str) -> RemedyAction:
    """Unmount all of a volume, check again, and detach it from the running instance."""
    points = f"Unmount {', '.join(use.points)}, then detach {volume}." if use.points else f"Detach {volume}: unmounted."
    return RemedyAction(
        kind=ActionKind.UNMOUNT_AND_DETACH,
        summary=points,
        mount_points=use.points,
        volume_id=volume_id,
        touches=("mounts", "disks", "boot_mounts"),
    )

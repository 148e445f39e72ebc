"""Freeing a volume inside the guest, so that it can be detached although the instance runs."""

from __future__ import annotations

from imaging.guest.interface import GuestShell, Progress, Telling
from imaging.guest.remedies.current_mounts import read_tables, shown
from imaging.guest.remedies.disk_use import Devices, read_disk_use
from imaging.guest.remedies.result import FixResult
from imaging.guest.remedies.unmount import unmount
from models.errors import GuestError
from models.remedy_action import RemedyAction

_SWAP = "[SWAP]"
"""What lsblk shows as the mount point of a swap area."""
_STOP = "Let a run stop the instance first: then nothing is in use."


async def free_volume(shell: GuestShell, action: RemedyAction, *, tell: Telling) -> FixResult:
    """Unmount what is mounted from a volume, and see that nothing uses its disk any more.

    The disk is told by its serial number alone, which is the beginning of the volume's id. Where a hypervisor shows
    none, nothing is detached: device names say little, for a guest gives them in an order of its own.

    Raises:
        GuestError: it is not clear which disk it is, or the disk is in use beyond the agreed mount points.
    """
    tell(Progress("Reading the disks"))
    devices = await read_disk_use(shell)
    disk = _disk(devices, action.volume_id)
    agreed = _agreed(devices, disk, action.mount_points)
    await _refuse_automount(shell, agreed)
    result = await unmount(shell, action.model_copy(update={"mount_points": agreed}), tell=tell)
    tell(Progress(f"Checking that nothing uses /dev/{disk}"))
    after = await read_disk_use(shell)
    reasons = after.reasons(disk)
    if reasons or disk not in after.serials:
        raise GuestError(
            f"/dev/{disk} is still in use: {_first_few(reasons) or 'it no longer exists'}.",
            meaning=f"The volume stays attached. {result.done} To undo: {result.undo}",
            remedy=_STOP,
        )
    return FixResult(f"{result.done} Nothing uses /dev/{disk} any more.", result.undo)


def _disk(devices: Devices, volume_id: str) -> str:
    found = devices.disks_of_volume(volume_id)
    if len(found) != 1:
        many = f"{len(found)} disks show" if found else "no disk shows"
        raise GuestError(
            f"Cannot find the disk of volume {volume_id}: {many} its id as a serial number.",
            meaning="Nothing was unmounted or detached.",
            remedy=_STOP,
        )
    if any(row.point == "/" for _, row in devices.mounted(found[0])):
        raise GuestError(f"/dev/{found[0]} holds the root file system.", meaning="Nothing was unmounted or detached.")
    return found[0]


def _agreed(devices: Devices, disk: str, points: tuple[str, ...]) -> tuple[str, ...]:
    """The mount points and swap areas of the disk that may be released; all must have been agreed to."""
    made = devices.made_of(disk)
    if made:
        raise GuestError(
            f"/dev/{disk} is part of {_first_few(tuple(shown(each) for each in made))}.",
            meaning="Nothing was unmounted or detached.",
            remedy=f"Stop that first (vgchange -an, mdadm --stop, cryptsetup close). {_STOP}",
        )
    allowed = set(points)
    paths = devices.paths(disk)
    swaps = tuple(path for path in devices.swaps if path in paths)
    more = [shown(row.point) for _, row in devices.mounted(disk) if not row.names & allowed]
    more += [shown(path) for path in swaps if not {shown(path), _SWAP} & allowed]
    if more:
        raise GuestError(
            f"More of /dev/{disk} is in use than was shown: {_first_few(tuple(dict.fromkeys(more)))}.",
            meaning="Nothing was unmounted or detached.",
            remedy="Inspect again, and choose again.",
        )
    return (*(point for point in points if point != _SWAP), *(path for path in swaps if shown(path) not in allowed))


async def _refuse_automount(shell: GuestShell, points: tuple[str, ...]) -> None:
    tables = await read_tables(shell)
    waiting = tuple(point for point in points if tables.waits_at(point))
    if waiting:
        raise GuestError(
            f"There is an automount unit at {_first_few(waiting)}: any access there would mount the volume again.",
            meaning="Nothing was unmounted or detached.",
            remedy="Stop the automount unit first (systemctl list-units --type=automount).",
        )


def _first_few(texts: tuple[str, ...]) -> str:
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")  # noqa: PLR2004  # a line

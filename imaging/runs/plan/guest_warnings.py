"""What an inspection says about a run beforehand: volumes in use, fstab, and what will be published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from imaging.guidelines.guest.next_boot.fstab import Need, Table, need_of
from imaging.guidelines.guest.storage import Where
from imaging.guidelines.guest.volumes import DiskUse, disk_of, use_of
from imaging.guidelines.wording import fitting
from imaging.runs.source.instance import has_device_gap
from models.cloud.instance import VolumeAttachment
from models.formatting import counted, minute, size_kib
from models.guest.facts import GuestFacts
from models.guest.mounts import FstabEntry
from models.run.plan import Plan
from models.run.request import Visibility
from models.seal.plan import OperationId
from models.text import cut

_OLD = timedelta(hours=1)
_SHOWN = 60
_DEVICES = ("/dev/vd", "/dev/sd", "/dev/xvd")


def volume_in_guest(attachment: VolumeAttachment, guest: GuestFacts | None) -> str:
    """What the guest says about an attached volume, in a few words; empty if it was not inspected or says nothing."""
    if guest is None or guest.disks.value is None or guest.mounts.value is None:
        return ""
    disks, mounts = guest.disks.value, guest.mounts.value
    disk = disk_of(attachment, disks)
    if disk is None:
        return "not found among the guest's disks"
    use = use_of(disk, disks, mounts)
    weak = "" if disk.serial else ", told by its device name alone"
    if use.free:
        sure = not (guest.disks.incomplete_because or guest.mounts.incomplete_because)
        return f"{'not mounted' if sure else 'not seen mounted'}{weak}"
    return f"{_in_use(use)}{weak} - released when it stops"


def _in_use(use: DiskUse) -> str:
    if use.mounts:
        said = f"mounted at {fitting([cut(mount.point, _SHOWN) for mount in reversed(use.mounts)])}"
    elif use.swaps:
        said = "swapped to"
    else:
        said = f"part of {fitting([cut(each, _SHOWN) for each in use.assembled])}"
    users = [f"{cut(user.process, _SHOWN)} (pid {user.pid})" for user in use.users]
    return f"{said}, used by {fitting(users)}" if users else said


def guest_warnings(plan: Plan, now: datetime) -> tuple[str, ...]:
    """The warnings that only an inspection can give; none without one."""
    guest = plan.guest.value if plan.guest is not None else None
    if guest is None:
        return ()
    published = () if plan.kind.spec.seals else _published(plan, guest)  # a sealed image loses these
    return (*_age(guest, now), *_boot(plan, guest), *_letters(plan, guest), *published)


def _age(guest: GuestFacts, now: datetime) -> Iterator[str]:
    if now - guest.read_at > _OLD:
        yield (
            f"The inspection of the instance is from {minute(guest.read_at)}: what was changed there since "
            "is not in it. Inspect it again to be sure."
        )


def _boot(plan: Plan, guest: GuestFacts) -> Iterator[str]:
    """Lines of fstab without whose source a boot ends in emergency mode."""
    if guest.boot_mounts.value is None or guest.disks.value is None:
        return
    boot = guest.boot_mounts.value
    table = Table(boot.fstab, guest.disks.value, complete=not guest.disks.incomplete_because, units=boot.units)
    required = [each for each in table.entries if need_of(each) is Need.REQUIRED and each.point != "/"]
    elsewhere = [_line(each) for each in required if table.where(each) is Where.ELSEWHERE]
    missing = [_line(each) for each in required if table.where(each) is Where.MISSING]
    seal = plan.seal if plan.kind.spec.seals else None
    is_commented_out = seal is not None and seal.operation(OperationId.FSTAB) is not None
    if elsewhere and plan.volumes:
        yield (
            f"The guest needs its volumes to boot: {fitting(elsewhere)} of /etc/fstab without nofail. Do not start the "
            "instance while they are detached: it would stop in emergency mode."
            f"{'' if is_commented_out else ' Every instance launched from the image will.'}"
        )
    elif elsewhere and not is_commented_out:
        yield (
            f"Instances launched from the image will stop in emergency mode: {fitting(elsewhere)} of /etc/fstab "
            "without nofail."
        )
    if missing:
        stop = " The run stops it, and it will not come up again by itself." if plan.will_stop else ""
        yield (
            f"/etc/fstab asks for what is not there: {fitting(missing)}, without nofail. The instance itself stops in "
            f"emergency mode at its next start.{stop} Fix that first."
        )


def _line(entry: FstabEntry) -> str:
    return f"line {entry.line} ({cut(entry.point, _SHOWN)})"


def _letters(plan: Plan, guest: GuestFacts) -> Iterator[str]:
    """Lines that name a volume by a letter which will change."""
    attachments = tuple(planned.attachment for planned in plan.volumes)
    root = plan.source.root_device if plan.source else None
    if guest.boot_mounts.value is None or not has_device_gap(attachments, root):
        return
    named = [each for each in guest.boot_mounts.value.fstab if each.source.startswith(_DEVICES) and each.point != "/"]
    if named:
        yield f"/etc/fstab names disks by letter, which will change: {fitting([_line(each) for each in named])}."


def _published(plan: Plan, guest: GuestFacts) -> Iterator[str]:
    """A plain image holds the files of everybody who worked on the instance."""
    if guest.directories.value is None:
        return
    found = guest.directories.value
    places = (*found.homes, *(each for path in ("/root", "/mnt") if (each := found.at(path)) is not None))
    kept = [each for each in places if each.own_files and not each.separate]
    if not kept:
        return
    unsure = any(each.incomplete for each in places) or bool(guest.directories.incomplete_because)
    files = sum(each.own_files for each in kept)
    size = size_kib(sum(each.size_kib for each in kept))
    private = plan.request.visibility is Visibility.PRIVATE
    who = "everybody in this project who launches the image" if private else "everybody who launches the image"
    users = counted(len({each.owner or each.path for each in kept}), "user")
    where = fitting([f"{cut(each.path, _SHOWN)} ({size_kib(each.size_kib)})" for each in kept])
    least = "At least " if unsure else ""
    yield f"{least}{counted(files, 'file')}, {size} of {users} will be readable by {who}: {where}."

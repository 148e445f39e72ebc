"""Chapter *File system*: on what the root disk's files lie."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_disks_hidden,
)
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import size_kib
from models.guest.disks import Disks, FileSystemUse
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_LAYERED = frozenset({"overlay", "overlayfs", "aufs"})
_LOWER_POINTS = ("/media/root-ro", "/run/rootfs", "/media/root")
"""Where overlayroot and its like mount the real root file system."""
_UNWANTED = {
    "btrfs": "btrfs",
    "zfs_member": "zfs",
    "crypto_LUKS": "LUKS",
    "linux_raid_member": "md",
}
"""What lsblk calls it, and how it is shown; ESP, /boot, BIOS-boot and swap partitions are as they should be."""
_USUAL = frozenset({"vfat", "swap", "LVM2_member", "iso9660", "squashfs"})
"""What a further disk may hold without anybody having chosen a file system for data."""


@rule(
    "FS-ROOT",
    Chapter.FILE_SYSTEM,
    "Root file system",
    Severity.BLOCK,
    sentences=("S6",),
    by_hand="findmnt -no FSTYPE,SOURCE /",
)
def fs_root(facts: InstanceFacts, profile: Profile) -> Answer:
    disks = inside(facts, parts.disks)
    if not profile.file_systems:
        return not_applicable("This profile asks for no file system.")
    root = disks.root
    if root is not None and root.fs_type in _LAYERED:
        root = _lower(facts, disks.file_systems)
    if root is None or not root.fs_type:
        return guest_unknown("What lies at / could not be told.", "In the guest:", command="findmnt -A /")
    wanted = " or ".join(profile.file_systems)
    if root.fs_type in profile.file_systems:
        return guest_passed(f"{_described(root)}.", facts, parts.disks)
    return guest_failed(
        f"{_described(root)}, not {wanted}.",
        f"Start again from an image on {wanted}: it cannot be changed in place.",
        facts,
        parts.disks,
    )


def _lower(facts: InstanceFacts, file_systems: tuple[FileSystemUse, ...]) -> FileSystemUse | None:
    """The real root file system below a writable layer (overlayroot)."""
    mounts = inside_or_none(facts, parts.mounts)
    for point in _LOWER_POINTS:
        found = next((each for each in file_systems if each.mount_point == point), None)
        if found is not None:
            return found
        mount = next((each for each in mounts.mounts if each.point == point), None) if mounts is not None else None
        if mount is not None:
            return FileSystemUse(mount_point=point, device=mount.source, fs_type=mount.fs_type)
    return None


def _described(root: FileSystemUse) -> str:
    """`ext4 on /dev/vda1, 19.1 GiB, 4.0 used`."""
    text = f"{cut(root.fs_type, 20)} on {cut(root.device, 40) or 'an unknown device'}"
    if root.size_kib is None:
        return text
    used = f", {size_kib(root.used_kib)} used" if root.used_kib is not None else ""
    return f"{text}, {size_kib(root.size_kib)}{used}"


@rule(
    "FS-OTHER",
    Chapter.FILE_SYSTEM,
    "Other file systems, LUKS and md",
    Severity.WARN,
    sentences=("S6",),
    by_hand="lsblk -o NAME,FSTYPE,SIZE,MOUNTPOINT",
)
def fs_other(facts: InstanceFacts, profile: Profile) -> Answer:
    disks = inside(facts, parts.disks)
    if not disks.root_disks:
        return guest_unknown("Which disk is the root disk could not be told.", "In the guest:", command="lsblk -f")
    root = disks.root.device if disks.root is not None else ""
    found = [
        f"{_UNWANTED[each.fs_type]} on {cut(each.name, 40)}"
        for each in disks.devices
        if each.fs_type in _UNWANTED and each.name != root and disks.disks_below(each.name) & disks.root_disks
    ]
    if found:
        return guest_failed(
            f"On the root disk: {fitting(found)}.",
            "Move the data to ext4 or xfs; an encrypted image has the same key in every new instance.",
            facts,
            parts.disks,
            command="lsblk -f",
        )
    elsewhere = _odd_elsewhere(disks, profile)
    if elsewhere:
        return guest_failed(
            f"Beside the root disk: {fitting(elsewhere)}; a new instance does not have it, and may lack tools for it.",
            "Nothing to do for the image. To use it in new instances, keep it on ext4 or xfs.",
            facts,
            parts.disks,
            command="lsblk -f",
            severity=Severity.INFO,
        )
    kinds = sorted({cut(each.fs_type, 20) for each in disks.devices if each.fs_type})
    there = f" There is {fitting(kinds)}." if kinds else ""
    answer = guest_passed(f"None of them lies on the root disk.{there}", facts, parts.disks)
    return unless_disks_hidden(answer, facts)


def _odd_elsewhere(disks: Disks, profile: Profile) -> list[str]:
    """`btrfs on /dev/vdc`: file systems on other disks that neither the profile allows nor every disk may hold."""
    if not profile.file_systems:
        return []
    return [
        f"{cut(each.fs_type, 20)} on {cut(each.name, 40)}"
        for each in disks.devices
        if each.fs_type
        and each.fs_type not in {*profile.file_systems, *_USUAL}
        and not disks.disks_below(each.name) & disks.root_disks
        and each.kind not in {"rom", "loop"}
    ]

"""Chapter *Disk*: how full, how clean, how large."""

from __future__ import annotations

from collections import defaultdict

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import on_paths
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import install, package_manager, root_commands
from imaging.guidelines.guest.facts import (
    all_disks_shown,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import size_kib
from models.guest.disks import FileSystemUse
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_KIB_PER_GIB = 1024**2
_FULL, _TOO_FULL = 90, 97
"""Percent: a first boot writes logs, keys and caches."""
_SMALL_CACHE_KIB = 50 * 1024
_LITTLE_FREE_KIB = 1024**2
_CLEANING = {
    "apt": "apt-get clean",
    "dnf": "dnf clean all",
    "yum": "yum clean all",
    "journal": "journalctl --vacuum-size=50M",
}


@rule("DISK-FREE", Chapter.DISK, "Free space on the root disk", Severity.BLOCK, by_hand="df -h / && df -i /")
def disk_free(facts: InstanceFacts, _profile: Profile) -> Answer:
    root = inside(facts, parts.disks).root
    space, inodes = (_space_percent(root), _inode_percent(root)) if root is not None else (None, None)
    if space is None:
        return guest_unknown("How full / is could not be told.", "In the guest:", command="df -h / && df -i /")
    free = f"{(root.free_kib or 0) / _KIB_PER_GIB:.1f} GiB free" if root is not None else ""
    said = f"/ is {space} % full, {free}" + (f"; inodes {inodes} %" if inodes is not None else "")
    worst = max(space, inodes or 0)
    if worst < _FULL:
        return guest_passed(f"{said}.", facts, parts.disks)
    return guest_failed(
        f"{said}.",
        "Make room: a first boot writes logs, keys and caches. What takes most, in MiB:",
        facts,
        parts.disks,
        severity=None if worst >= _TOO_FULL else Severity.WARN,
        command="sudo du -xm / | sort -rn | head -20",
    )


def _space_percent(root: FileSystemUse) -> int | None:
    """As df counts it: of what ordinary users may fill."""
    if root.used_kib is None or root.free_kib is None or root.used_kib + root.free_kib <= 0:
        return None
    return round(100 * root.used_kib / (root.used_kib + root.free_kib))


def _inode_percent(root: FileSystemUse) -> int | None:
    """None for a file system that makes inodes as it needs them."""
    if not root.inodes or root.inodes_free is None:
        return None
    return round(100 * (root.inodes - root.inodes_free) / root.inodes)


@rule("DISK-SLACK", Chapter.DISK, "Unused space in the image", Severity.INFO, by_hand="sudo fstrim --dry-run -v /")
def disk_slack(facts: InstanceFacts, _profile: Profile) -> Answer:
    root = inside(facts, parts.disks).root
    if root is None or root.free_kib is None or root.used_kib is None:
        return guest_unknown("How much of / is free could not be told.", "In the guest:", command="df -h /")
    if root.free_kib < _LITTLE_FREE_KIB:
        return guest_passed(f"Only {root.free_kib / _KIB_PER_GIB:.1f} GiB are free.", facts, parts.disks)
    given_back = _given_back(facts)
    if given_back:
        return guest_passed(f"Free space is given back by {given_back}.", facts, parts.disks)
    remedy = root_commands("fstrim -av")
    return guest_failed(
        f"{root.free_kib / _KIB_PER_GIB:.1f} GiB free beside {root.used_kib / _KIB_PER_GIB:.1f} GiB used; "
        "what was deleted may still fill the image.",
        "Give free space back before the stop. Raw images on Ceph are sparse anyway.",
        facts,
        parts.disks,
        command=remedy.shown,
        actions=(remedy.action("Give the free space of all disks back (fstrim).", "disks"),),
    )


def _given_back(facts: InstanceFacts) -> str:
    """What gives free space back already: the mount option at once, the timer every week."""
    boot, services = inside_or_none(facts, parts.boot_mounts), inside_or_none(facts, parts.services)
    if boot is not None and any(each.point == "/" and "discard" in each.options for each in boot.fstab):
        return "the mount option discard"
    timer = services.unit("fstrim.timer") if services is not None else None
    return "fstrim.timer every week" if timer is not None and timer.enabled == "enabled" else ""


@rule(
    "DISK-CACHE",
    Chapter.DISK,
    "Caches",
    Severity.INFO,
    by_hand="sudo du -xsh /var/cache/apt /var/cache/dnf /home/*/.cache /var/lib/docker",
)
def disk_cache(facts: InstanceFacts, _profile: Profile) -> Answer:
    directories = inside(facts, parts.directories)
    boot = inside_or_none(facts, parts.boot)
    by_kind: dict[str, int] = defaultdict(int)
    for cache in directories.caches:
        by_kind[cache.kind] += cache.size_kib
    large = sorted(((kib, kind) for kind, kib in by_kind.items() if kib >= _SMALL_CACHE_KIB), reverse=True)
    kernels = boot.old_kernels if boot is not None else ()
    if not large and not kernels:
        answer = guest_passed("No cache is larger than 50 MiB.", facts, parts.directories)
        return unless_incomplete(answer, facts, parts.directories)
    shown = [f"{cut(kind, 20)} {size_kib(kib)}" for kib, kind in large]
    shown += [f"old kernels ({len(kernels)})"] if kernels else []
    lines = [_CLEANING[kind] for _kib, kind in large if kind in _CLEANING]
    if kernels and package_manager(facts) == "apt":
        lines.append("apt-get autoremove --purge -y")
    remedy = root_commands(*lines) if lines else None
    return guest_failed(
        f"Can be made again: {fitting(shown)}.",
        "Clean them; the image is smaller then.",
        facts,
        parts.directories,
        command=remedy.shown if remedy else None,
        actions=(remedy.action("Clean the caches of the system.", "directories", "disks", "boot"),) if remedy else (),
    )


@rule("DISK-GROW", Chapter.DISK, "Growth of the root file system", Severity.WARN, by_hand="command -v growpart; lsblk")
def disk_grow(facts: InstanceFacts, _profile: Profile) -> Answer:
    disks = inside(facts, parts.disks)
    root = disks.device(disks.root.device) if disks.root is not None else None
    if disks.grow_tool and root is not None and root.kind == "lvm":
        return guest_failed(
            f"{cut(disks.grow_tool, 40)} grows the partition, but / lies on LVM ({cut(root.name, 40)}).",
            "Grow it with lvextend -r by user data, on a larger disk.",
            facts,
            parts.disks,
            command="sudo lvextend -r -l +100%FREE /dev/VG/ROOT",
        )
    if disks.grow_tool:
        return guest_passed(f"{cut(disks.grow_tool, 40)} grows it.", facts, parts.disks)
    if not all_disks_shown(facts):
        return guest_unknown("Whether anything grows it was not read.", "In the guest:", command="command -v growpart")
    remedy = install(facts, "cloud-guest-utils", "cloud-utils-growpart")
    return guest_failed(
        "Nothing grows the root partition: a new instance on a larger flavor keeps this size.",
        "Install growpart; cloud-init then uses it.",
        facts,
        parts.disks,
        command=remedy.shown if remedy else None,
        actions=(remedy.action("Install growpart.", "disks", "packages"),) if remedy else (),
    )


@rule(
    "DISK-DIRTY",
    Chapter.DISK,
    "State of the root file system",
    Severity.BLOCK,
    by_hand="sudo tune2fs -l $(findmnt -no SOURCE /) | grep state",
)
def disk_dirty(facts: InstanceFacts, _profile: Profile) -> Answer:
    disks = inside(facts, parts.disks)
    device = disks.root.device if disks.root is not None else ""
    health = next((each for each in disks.health if each.device == device), None)
    if disks.root is not None and disks.root.fs_type == "xfs":
        return not_applicable("xfs keeps no such note; xfs_repair -n tells while it is not mounted.")
    if health is None or health.has_errors is None:
        return guest_unknown(
            "Its superblock was not read: only root may.",
            "In the guest:",
            command=on_paths(["sudo", "dumpe2fs", "-h"], [device]),
        )
    said = f"{cut(health.device, 40)}: {cut(health.state, 60) or 'no errors'}"
    if not health.has_errors:
        return guest_passed(f"{said}; a journal that is replayed at the next start is normal.", facts, parts.disks)
    return guest_failed(
        f"{said}: the file system noted errors.",
        "Check it while it is not mounted: from a rescue, or at the next start with fsck.mode=force.",
        facts,
        parts.disks,
        command="sudo dmesg | grep -iE 'ext4|xfs|i/o error'",
    )

"""Chapter *Mounts*: iRODS, FUSE and network mounts."""

from __future__ import annotations

from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, inside, inside_or_none, unless_incomplete
from imaging.guidelines.guest.next_boot.fstab import NETWORK_TYPES, Need, may_fail, need_of
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.mounts import FstabEntry, Mount, MountUnit
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import ActionKind, RemedyAction
from models.steps import StepName
from models.text import cut

_SHOWN = 32
_NETWORK_TYPES = NETWORK_TYPES | {
    "beegfs",
    "9p",
    "virtiofs",
    "irodsfs",
    "s3fs",
    "rclone",
    "goofys",
    "gcsfuse",
    "cvmfs2",
}
_OF_THE_DESKTOP = frozenset({
    "fusectl", "fuse.snapfuse", "fuse.lxcfs", "fuse.portal", "fuse.gvfsd-fuse", "fuse.gvfs-fuse-daemon",
    "fuse.xdg-document-portal", "fuse.vmware-vmblock", "fuse.fuse-overlayfs", "fuseblk",
})  # fmt: skip
"""FUSE mounts of snapd, containers and desktops, and disks of other systems: nothing remote."""
_CLOUDS_OWN = frozenset({"/software"})
"""Jetstream2's software collection, which the cloud itself puts into its images; it waits for the network alone."""
_SECRET_OPTIONS = (
    "password=", "pass=", "passwd=", "secret=", "secretfile=", "credentials=", "cred=", "passwd_file=", "identityfile=",
    "keyring=",
)  # fmt: skip
_PATIENT = frozenset({Need.AUTOMOUNT, Need.NOT_AT_BOOT, Need.OTHER_UNIT, Need.IGNORED})


@rule(
    "MNT-FUSE",
    Chapter.MOUNTS,
    "iRODS, FUSE and network mounts",
    Severity.BLOCK,
    sentences=("S28",),
    settled_by=StepName.STOP,
    by_hand="findmnt -t fuse,fuse.irodsfs,fuse.sshfs,fuse.rclone,nfs,nfs4,cifs,ceph,lustre",
)
def mnt_fuse(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot_mounts)
    lines = [each for each in boot.fstab if is_remote(each.fs_type, each.source)]
    units = [each for each in boot.units if is_remote(each.fs_type, each.source)]
    entries: list[FstabEntry | MountUnit] = [*lines, *units]
    with_secret = [each for each in entries if _names_secret(each)]
    if with_secret:
        return _secret(facts, with_secret)
    waited = [each for each in lines if _is_waited_for(each)]
    waiting_units = [each for each in units if each.enabled and not each.automount and "nofail" not in each.options]
    mounts = inside_or_none(facts, parts.mounts)
    now = [each for each in mounts.mounts if is_remote(each.fs_type, each.source)] if mounts is not None else []
    if waited or waiting_units:
        return _expected(facts, waited, waiting_units)
    if entries or now:
        return _mounted(facts, now, entries)
    inside(facts, parts.mounts)
    answer = guest_passed(
        "Nothing remote is mounted, and fstab lists nothing remote.", facts, parts.mounts, parts.boot_mounts
    )
    return unless_incomplete(answer, facts, parts.mounts, parts.boot_mounts)


def is_remote(fs_type: str, source: str) -> bool:
    """Whether a mount is one of another machine, or of a program of somebody (FUSE)."""
    if fs_type in _OF_THE_DESKTOP:
        return False
    if fs_type == "autofs":
        return "cvmfs" in source
    return fs_type.startswith("fuse") or fs_type in _NETWORK_TYPES


def _names_secret(entry: FstabEntry | MountUnit) -> bool:
    """Whether the password itself, or the file that holds it, stands in the entry: both go into the image."""
    in_source = "@" in entry.source and ":***@" in entry.source
    return in_source or any(option.casefold().startswith(_SECRET_OPTIONS) for option in entry.options)


def _is_waited_for(entry: FstabEntry) -> bool:
    """Whether a boot waits for it until its time is up."""
    return not may_fail(entry) and need_of(entry) not in _PATIENT and entry.point not in _CLOUDS_OWN


def _secret(facts: InstanceFacts, found: list[FstabEntry | MountUnit]) -> Answer:
    return guest_failed(
        f"With credentials beside it: {fitting([_entry(each) for each in found])}.",
        "Take the entry and its credentials out; mount it by user data at launch.",
        facts,
        parts.boot_mounts,
        actions=tuple(_line_actions(found, ActionKind.COMMENT_LINE, "Comment out")),
    )


def _expected(facts: InstanceFacts, lines: list[FstabEntry], units: list[MountUnit]) -> Answer:
    found: list[FstabEntry | MountUnit] = [*lines, *units]
    return guest_failed(
        f"Waited for at each boot: {fitting([_entry(each) for each in found])}.",
        "Add nofail, or mount it by user data; what lies there is not in the image.",
        facts,
        parts.boot_mounts,
        severity=Severity.WARN,
        actions=(
            *_line_actions(found, ActionKind.ADD_NOFAIL, "Add nofail to"),
            *_line_actions(found, ActionKind.COMMENT_LINE, "Comment out"),
        ),
    )


def _mounted(facts: InstanceFacts, now: list[Mount], entries: list[FstabEntry | MountUnit]) -> Answer:
    """Mounts that no boot waits for: what lies there is simply not in the image."""
    shown = [f"{cut(each.point, _SHOWN)} ({cut(each.fs_type, 20)})" for each in now]
    points = {each.point for each in now}
    shown += [_entry(each) for each in entries if each.point not in points]
    lines = [quote(each.point) for each in now if each.fs_type != "autofs"]
    return guest_failed(
        f"Not in the image: {fitting(shown)}.",
        "Nothing to do if new instances do not need it; else mount it by user data.",
        facts,
        *([parts.mounts] if now else [parts.boot_mounts]),
        severity=Severity.INFO,
        command="\n".join(f"sudo umount {point}" for point in lines) or None,
    )


def _entry(entry: FstabEntry | MountUnit) -> str:
    where = f"line {entry.line}" if isinstance(entry, FstabEntry) else cut(entry.file.rpartition("/")[2], _SHOWN)
    return f"{where}: {cut(entry.point, _SHOWN)} ({cut(entry.fs_type, 20)})"


def _line_actions(found: list[FstabEntry | MountUnit], kind: ActionKind, words: str) -> list[RemedyAction]:
    return [
        RemedyAction(
            kind=kind,
            summary=f"{words} line {each.line} of /etc/fstab ({cut(each.point, 40)}), keeping a copy.",
            file="/etc/fstab",
            line=each.line,
            line_text=each.text,
            touches=("boot_mounts", "system_files"),
        )
        for each in found
        if isinstance(each, FstabEntry)
    ]

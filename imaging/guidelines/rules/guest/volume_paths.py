"""Chapter *Volumes*: what of the system leads onto them."""

from __future__ import annotations

from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    Part,
    all_disks_shown,
    guest_failed,
    guest_passed,
    inside,
    inside_or_none,
    unless_disks_hidden,
    unless_incomplete,
    unless_root_unplaced,
)
from imaging.guidelines.guest.next_boot.fstab import Table
from imaging.guidelines.guest.storage import Where, is_below, mounts_elsewhere
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.volumes import points_in_use
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.services import PathUse
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 32
_SYSTEM_POINTS = ("/home", "/opt", "/usr", "/var", "/srv", "/root", "/etc", "/boot")
"""Where the system and its services expect something; below them a volume's absence is felt."""


@rule(
    "VOL-SYMLINK",
    Chapter.VOLUMES,
    "System paths on volumes",
    Severity.BLOCK,
    sentences=("S18",),
    by_hand="readlink -f /home /var/lib/docker /var/lib/mysql /var/lib/postgresql /opt/*",
)
def vol_symlink(facts: InstanceFacts, _profile: Profile) -> Answer:
    uses = inside(facts, parts.path_uses)
    points = _points_elsewhere(facts)
    if not points:
        answer = guest_passed("Nothing is mounted from another disk than the root disk.", facts, parts.disks)
        answer = unless_disks_hidden(unless_incomplete(answer, facts, *_read_here(facts)), facts)
        return unless_root_unplaced(answer, facts)
    found = [each for each in uses if any(is_below(each.path, point) for point in points)]
    named = points_in_use(facts)
    mounted = [
        point for point in points if point not in named and any(is_below(point, each) for each in _SYSTEM_POINTS)
    ]
    if not found and not mounted:
        answer = guest_passed(f"Nothing of the system leads to {fitting(points)}.", facts, parts.path_uses)
        return unless_incomplete(answer, facts, parts.path_uses)
    started = [each for each in found if each.enabled]
    shown = [_leading(each) for each in started] or [f"{cut(point, _SHOWN)} is a volume" for point in mounted]
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
    """Mount points on other disks: those of now, and those of the next boot, which a new instance lacks."""
    disks = inside(facts, parts.disks)
    mounts, boot = inside_or_none(facts, parts.mounts), inside_or_none(facts, parts.boot_mounts)
    if mounts is None and boot is None:
        inside(facts, parts.mounts)
    now = [each.point for each in mounts_elsewhere(disks, mounts.mounts)] if mounts is not None else []
    fstab, units = (boot.fstab, boot.units) if boot is not None else ((), ())
    table = Table(fstab, disks, complete=all_disks_shown(facts), units=units)
    lost = {Where.ELSEWHERE, Where.MISSING}
    later = [each.point for each in table.entries if table.where(each) in lost]
    later += [each.point for each in units if table.where_unit(each) in lost]
    return tuple(sorted({point for point in (*now, *later) if point.startswith("/") and point != "/"}))


def _read_here(facts: InstanceFacts) -> tuple[Part, ...]:
    guest = facts.guest.value
    if guest is not None and guest.mounts.known:
        return (parts.mounts,)
    return (parts.boot_mounts,)


def _leading(use: PathUse) -> str:
    """`survey.service (ExecStart) → /data/bin/survey`."""
    return f"{cut(use.user.rpartition('/')[2], _SHOWN)} ({cut(use.how, 20)}) → {cut(use.path, _SHOWN)}"


def _disable(started: list[PathUse]) -> str | None:
    """How the units that need the place are kept from starting."""
    names = dict.fromkeys(each.user.rpartition("/")[2] for each in started)
    units = [name for name in names if name.endswith((".service", ".timer", ".socket"))]
    return f"sudo systemctl disable {' '.join(quote(each) for each in units)}" if units else None

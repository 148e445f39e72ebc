"""What a run's report says about the inspection of its instance: how old it was, how complete, and what it counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.fact import Fact
from models.formatting import counted, second
from models.guest.facts import GuestFacts
from models.run.plan import Plan

_MINUTE = 60
_HOUR = 3600


def guest_lines(plan: Plan) -> Iterator[str]:
    """The lines of the report, one fact each; names in them are untrusted and not yet made fit for Markdown."""
    guest = plan.guest.value if plan.guest is not None else None
    if guest is None:
        why = plan.guest.unknown_because if plan.guest is not None else None
        yield f"The instance was not inspected{f' ({why})' if why else ''}: what only the guest can tell is unknown."
        return
    root = "as root" if guest.as_root else "without root"
    who = f", as {guest.user}" if guest.user else ""
    yield (
        f"Inspected by {guest.method.value} on {second(guest.read_at)}{who}, {root}, "
        f"{_age(guest.read_at, plan.made_at)} before the plan was made."
    )
    yield from _completeness(guest)
    counts = [counted(number, noun) for number, noun in _counts(guest) if number is not None]
    if counts:
        yield f"Found: {', '.join(counts)}."
    for volume in plan.volumes:
        if volume.in_guest:
            yield f"Volume {volume.attachment.volume_id}: {volume.in_guest}."


def _age(read_at: datetime, planned_at: datetime) -> str:
    seconds = max(0, int((planned_at - read_at).total_seconds()))
    if seconds < _HOUR:
        return counted(seconds // _MINUTE, "minute")
    return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"


def _completeness(guest: GuestFacts) -> Iterator[str]:
    """Which parts were read, and why others were not."""
    parts = {name: part for name in GuestFacts.model_fields if isinstance(part := getattr(guest, name), Fact)}
    known = sum(part.known for part in parts.values())
    yield f"{known} of {len(parts)} parts were read."
    for name, part in parts.items():
        title = name.replace("_", " ")
        if not part.known:
            yield f"Not read: {title} ({part.unknown_because})."
        elif part.incomplete_because:
            yield f"Perhaps not all of: {title} ({part.incomplete_because})."


def _counts(guest: GuestFacts) -> Iterator[tuple[int | None, str]]:
    packages, directories = guest.packages.value, guest.directories.value
    yield (packages.count if packages else None), "package"
    yield (len(guest.mounts.value.mounts) if guest.mounts.value else None), "mount"
    yield (len(guest.boot_mounts.value.fstab) if guest.boot_mounts.value else None), "fstab line"
    yield (len(guest.accounts.value.people) if guest.accounts.value else None), "account"
    yield (len(directories.homes) if directories else None), "home"
    yield (sum(each.own_files for each in directories.homes) if directories else None), "file"

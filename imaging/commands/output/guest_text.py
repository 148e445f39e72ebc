"""The facts of a guest as lines for a person; the whole of it is in `--json`."""

from __future__ import annotations

from collections.abc import Iterator

from models.cloud.instance import Instance
from models.formatting import clock_time, counted, size_kib
from models.guest.directories import Directory
from models.guest.facts import GuestFacts

_LABEL_WIDTH = 10


def guest_lines(instance: Instance, facts: GuestFacts) -> Iterator[str]:
    """What was found, part by part, and what could not be told."""
    power = "as root" if facts.as_root else "without root, so much is unknown"
    took = f", {facts.seconds:.0f} s" if facts.seconds is not None else ""
    how = f"by {facts.method} as {facts.user or '?'} {power}, {clock_time(facts.read_at)}{took}"
    yield f"{instance.name} ({instance.id}), {how}"
    for label, lines in (
        ("System", _system(facts)),
        ("Root disk", _root(facts)),
        ("Mounts", _mounts(facts)),
        ("fstab", _fstab(facts)),
        ("Updates", _updates(facts)),
        ("People", _people(facts)),
        ("Data", _data(facts)),
        ("Found", _found(facts)),
    ):
        for place, line in enumerate(lines):
            yield f"{label if not place else '':<{_LABEL_WIDTH}} {line}"
    yield from _unknown_parts(facts)


def _system(facts: GuestFacts) -> Iterator[str]:
    if (system := facts.system.value) is not None:
        yield f"{system.pretty_name or system.id}, kernel {system.kernel}, {system.architecture}"


def _root(facts: GuestFacts) -> Iterator[str]:
    root = facts.disks.value.root if facts.disks.value else None
    if root is not None:
        yield f"{root.device} ({root.fs_type}), {size_kib(root.used_kib)} of {size_kib(root.size_kib)} used"


def _mounts(facts: GuestFacts) -> Iterator[str]:
    if facts.mounts.value is None:
        return
    for mount in facts.mounts.value.mounts:
        if mount.point == "/" or mount.point.startswith(("/boot", "/snap")):
            continue
        users = sorted({f"{one.process} ({one.pid})" for one in facts.mounts.value.users if one.point == mount.point})
        yield f"{mount.point} from {mount.source} ({mount.fs_type})" + (
            f", used by {', '.join(users)}" if users else ""
        )


def _fstab(facts: GuestFacts) -> Iterator[str]:
    for entry in facts.boot_mounts.value.fstab if facts.boot_mounts.value else ():
        yield f"{entry.line}: {entry.text}"


def _updates(facts: GuestFacts) -> Iterator[str]:
    updates = facts.updates.value
    if updates is None or updates.pending is None:
        return
    security = sum(1 for update in updates.pending if update.security)
    yield f"{len(updates.pending)} pending, {security} of them for security"


def _people(facts: GuestFacts) -> Iterator[str]:
    if facts.accounts.value is not None:
        people = facts.accounts.value.people
        yield ", ".join(f"{person.name} ({person.password})" for person in people) or "nobody"


def _data(facts: GuestFacts) -> Iterator[str]:
    if (found := facts.directories.value) is not None:
        yield from (_directory(each) for each in (*found.homes, *found.others) if each.files)


def _directory(each: Directory) -> str:
    cut = f" (at least: {each.incomplete})" if each.incomplete else ""
    return f"{each.path}: {size_kib(each.size_kib)} in {counted(each.files, 'file')}{cut}"


def _found(facts: GuestFacts) -> Iterator[str]:
    for sighting in facts.sightings.value or ():
        marks = f" ({', '.join(sighting.marks)})" if sighting.marks else ""
        yield f"{sighting.path}: {sighting.search}{marks}"


def _unknown_parts(facts: GuestFacts) -> Iterator[str]:
    for name in GuestFacts.model_fields:
        part = getattr(facts, name)
        why = getattr(part, "unknown_because", None) or getattr(part, "incomplete_because", None)
        if why:
            yield f"{'Unknown' if part.value is None else 'Partial':<{_LABEL_WIDTH}} {name.replace('_', ' ')}: {why}"

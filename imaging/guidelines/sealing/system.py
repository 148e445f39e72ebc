"""Operations on the system itself: what every machine has of its own, and the directories that the page names."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside, inside_or_none
from imaging.guidelines.rules.guest.fstab import vol_fstab
from imaging.guidelines.sealing.keeping import Keeping
from imaging.guidelines.tables import matches, seal_operations_of_the_system, seal_staying_ids
from models.findings import Finding
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import ActionKind
from models.seal.plan import OperationId, SealOperation, SealTarget, TargetAction

_WITH_OPERATIONS_OF_THEIR_OWN = ("/home", "/root")
_ALWAYS = ("/mnt", "/tmp", "/var/tmp")  # noqa: S108  # folders in the guest
"""What no image for others holds, whether a page names it or not: the proofs ask for it under every profile."""
_FIELDS_THAT_TELL = 2
ENABLED = frozenset({"enabled", "enabled-runtime"})
"""systemd's words for a unit that starts by itself."""


def fstab_operations(facts: InstanceFacts, profile: Profile) -> Iterator[SealOperation]:
    """Entries that a new instance waits for: commented out, so that the file still tells about them.

    Raises:
        UnreadError: fstab could not be read.
    """
    finding: Finding = vol_fstab.find(facts, profile)
    actions = finding.remedy.actions if finding.remedy else ()
    targets = tuple(
        SealTarget(
            action=TargetAction.COMMENT,
            name=each.file,
            lines=(each.line,),
            must_read=" ".join(each.line_text.split()[:_FIELDS_THAT_TELL]),
        )
        for each in actions
        if each.kind is ActionKind.COMMENT_LINE and each.line is not None
    )
    if targets:
        yield SealOperation(
            id=OperationId.FSTAB,
            title="Entries of /etc/fstab that a new instance would wait for: commented out",
            reasons=("S36", "S18", "VOL-FSTAB"),
            targets=targets,
        )


def directory_operations(facts: InstanceFacts, profile: Profile, keeping: Keeping) -> Iterator[SealOperation]:
    """The directories that the page names, and those for passing things, emptied.

    What is a mount of its own is no part of the image.

    Raises:
        UnreadError: the directories could not be read.
    """
    directories = inside(facts, parts.directories)
    named = (path.rstrip("/") for path in (*profile.deleted_directories, *_ALWAYS))
    paths = [path for path in dict.fromkeys(named) if path and path not in _WITH_OPERATIONS_OF_THEIR_OWN]
    found = {path: directories.at(path) for path in paths if not keeping.keeps(path)}
    there = {path: each for path, each in found.items() if each is None or not each.separate}
    if there:
        yield SealOperation(
            id=OperationId.DIRECTORIES,
            title=f"What lies in {', '.join(there)}",
            reasons=("S30", "S32", "S33", "DATA-MNT", "DATA-TMP"),
            targets=tuple(SealTarget(action=TargetAction.EMPTY, name=path) for path in there),
            files=sum(each.files for each in there.values() if each is not None),
            size_kib=sum(each.size_kib for each in there.values() if each is not None),
        )


def system_operations(facts: InstanceFacts) -> Iterator[SealOperation]:
    """What the clone finds by itself, with the sizes that the inspection told.

    Raises:
        UnreadError: the directories could not be read.
    """
    sizes = _sizes(facts)
    for row in seal_operations_of_the_system():
        yield SealOperation(
            id=OperationId(row.id), title=row.title, reasons=row.reasons, size_kib=sizes.get(OperationId(row.id))
        )


def staying_ids(facts: InstanceFacts) -> Iterator[str]:
    """Ids that stay in data, a sentence each, as far as the inspection told what starts by itself."""
    services = inside_or_none(facts, parts.services)
    starting = [each.name for each in services.units if each.enabled in ENABLED] if services is not None else []
    for row in seal_staying_ids():
        if any(matches(name, row.units) for name in starting):
            yield row.text


def _sizes(facts: InstanceFacts) -> dict[OperationId, int]:
    directories = inside(facts, parts.directories)
    logs = directories.at("/var/log")
    cloud_init = inside_or_none(facts, parts.cloud_init)
    sizes = {
        OperationId.CACHES: sum(each.size_kib for each in directories.caches if each.path.startswith("/var/cache"))
    }
    if logs is not None:
        sizes[OperationId.LOGS] = logs.size_kib
    if cloud_init is not None and cloud_init.instances_kib is not None:
        sizes[OperationId.CLOUD_INIT] = cloud_init.instances_kib
    return sizes

"""From the bytes of an image file to the facts of its disk and of the system on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from imaging.files.content import Content
from imaging.files.disk.assembly.assembled import AssembledDisk, assemble
from imaging.files.disk.assembly.mounting import Mounted
from imaging.files.disk.containers.opening import open_container
from imaging.files.disk.partition import Partition
from imaging.guest.disk_reading.messages import DiskReading, DiskRequest
from imaging.guest.disk_reading.parts_reading import read_parts
from imaging.guest.file_probe.disk import Disk
from imaging.guest.inventory.disk_inventory import read_disk_inventory
from imaging.guest.report.envelope import Envelope
from imaging.guest.report.readers.parts import PARTS, Part
from imaging.guest.report.report_reader import facts_in
from imaging.runtime.deadline import Deadline, TimeUpError
from models.errors import DiskFault, DiskUnreadableError
from models.fact import Fact, UnknownCode
from models.findings import InspectionMethod, Source
from models.guest.facts import NOT_RUNNING, GuestFacts
from models.image_file.disk_facts import DiskFacts, PartitionFacts, UnreadPlace
from models.works.inventory import Inventory

_MOST_PARTITIONS: Final = 256
_LEAST_SECONDS: Final = 10.0
"""For what is installed, where the parts of the probe took all the time; the process is ended only later."""


def read_disk(content: Content, request: DiskRequest, *, monotonic: Callable[[], float]) -> DiskReading:
    """Read as much as can be read in the time that the request gives."""
    deadline = Deadline(request.seconds, monotonic)
    begun = monotonic()
    try:
        disk = open_container(content, request.format)
        found = assemble(disk, check=deadline.check)
    except DiskUnreadableError as error:
        return DiskReading(fault=error.fault)
    except TimeUpError:
        return DiskReading(fault=DiskFault.TOO_LARGE)
    facts = _facts(found, request, request.seconds - (monotonic() - begun), monotonic) if request.facts else None
    left = Deadline(max(_LEAST_SECONDS, request.seconds - (monotonic() - begun)), monotonic)
    inventory = _inventory(found, request, left) if request.inventory else None
    return DiskReading(disk=_disk_facts(found), facts=facts, inventory=inventory)


def _inventory(found: AssembledDisk, request: DiskRequest, deadline: Deadline) -> Inventory | None:
    if found.tree is None:
        return None
    found.tree.check = deadline.check
    return read_disk_inventory(found.tree, now=request.now, missing="; ".join(dict.fromkeys(_notes(found))))


def _facts(
    found: AssembledDisk, request: DiskRequest, seconds: float, monotonic: Callable[[], float]
) -> GuestFacts | None:
    if found.tree is None:
        return None
    disk = Disk(
        tree=found.tree,
        questions=request.questions,
        size_bytes=found.size_bytes,
        table=found.table.kind,
        partitions=found.partitions,
        firmware=found.firmware,
        architecture=found.architecture.name,
    )
    parts = read_parts(disk, lambda: _notes(found), seconds=seconds, monotonic=monotonic)
    at = int(request.now.timestamp())
    fields: dict[str, Any] = {"schema": "imaging-probe", "version": 1, "nonce": "", "parts": parts}
    envelope = Envelope(**fields, user="root", uid=0, started=at, ended=at)
    told = facts_in(envelope, method=InspectionMethod.IMAGE_FILE, now=request.now, monotonic=monotonic)
    hidden = {name: _untold(part) for name, part in PARTS.items() if name not in parts}
    return told.model_copy(update={**hidden, "seconds": None, "clock_off_seconds": None})


def _untold(part: Part) -> Fact[Any]:
    if part.running_only:
        return Fact[Any](unknown_because=NOT_RUNNING, unknown_code=UnknownCode.NOT_RUNNING, source=Source.GUEST)
    return Fact[Any](unknown_because="it is not read from a disk", source=Source.GUEST)


def _notes(found: AssembledDisk) -> Iterator[str]:
    """What may be missing in every part; nothing in it is the stranger's text."""
    for each in found.partitions:
        if each.mount_point and each.needs_recovery and not each.replayed:
            yield f"{each.name} was not unmounted, so its last changes may be missing"
    for lost in found.unmounted:
        yield f"the file system of {lost.part.partition.name} could not be read"
    if _lost_names(found):
        yield "names on the disk lead to nothing"


def _lost_names(found: AssembledDisk) -> int:
    return found.tree.lost_names if found.tree is not None else 0


def _disk_facts(found: AssembledDisk) -> DiskFacts:
    root = found.root.part
    return DiskFacts(
        size_bytes=found.size_bytes,
        table=found.table.kind,
        flaws=tuple(sorted(found.table.flaws)),
        partitions=tuple(_partition_facts(each) for each in found.partitions[:_MOST_PARTITIONS]),
        firmware=found.firmware,
        architecture=found.architecture.name,
        architecture_seen_in=_text(found.architecture.seen_in),
        root=root.partition.name if root is not None else "",
        root_evidence=found.root.evidence,
        other_roots=found.root.others,
        root_fault=found.root.fault,
        unread=tuple(_unread(each) for each in found.unmounted),
        lost_names=_lost_names(found),
    )


def _partition_facts(each: Partition) -> PartitionFacts:
    return PartitionFacts(
        name=each.name,
        size_bytes=each.size_bytes,
        file_system=each.file_system,
        uuid=_text(each.uuid),
        label=_text(each.label),
        type=each.partition_type,
        used_bytes=each.used_bytes,
        total_bytes=each.total_bytes,
        state=each.state,
        needs_recovery=each.needs_recovery,
        replayed=each.replayed,
        mount_point=_text(each.mount_point),
    )


def _unread(each: Mounted) -> UnreadPlace:
    return UnreadPlace(
        point=_text(each.point), partition=each.part.partition.name, fault=each.fault or DiskFault.DAMAGED
    )


def _text(raw: str) -> str:
    """A text with a character for each byte, for people."""
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")

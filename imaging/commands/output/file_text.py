"""An image file for a person: what it is, what lies on its disk, and the checklist of the system in it."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.commands.output.checklist_text import unanswered_line, write_checklist
from imaging.commands.output.streams import Line, write_page
from imaging.guest.file_inspection import InspectedFile
from models.findings import Checklist
from models.formatting import size
from models.image_file.disk_facts import DiskFacts, DiskFirmware, PartitionFacts, PartitionTable
from models.text import sentence

_TABLES = {PartitionTable.GPT: "GPT", PartitionTable.MBR: "MBR", PartitionTable.NONE: "no partition table"}
_FIRMWARE = {
    DiskFirmware.BIOS: "starts by BIOS",
    DiskFirmware.UEFI: "starts by UEFI",
    DiskFirmware.BOTH: "starts by BIOS and UEFI",
    DiskFirmware.UNKNOWN: "how it starts is unknown",
}


def write_file(found: InspectedFile, checklist: Checklist, *, everything: bool) -> None:
    """Write to standard output what was found in a file."""
    write_page([Line(line) for line in (*file_lines(found), "")])
    heading = f"{found.file.path}; guidelines: {checklist.profile}"
    write_checklist(checklist, heading, _hints(found, checklist), everything=everything)


def file_lines(found: InspectedFile) -> Iterator[str]:
    """The file, its disk and its partitions, a line each."""
    file, header = found.file, found.file.header
    packed = f", packed as {', in '.join(each.value for each in reversed(file.wrappers))}" if file.wrappers else ""
    kind = header.format.in_words if header.format is not None else "Unknown format"
    yield f"{kind}, disk of {size(header.disk_size_bytes)}, file of {size(file.file_size_bytes)}{packed}"
    if found.disk is not None:
        yield from _disk_lines(found.disk)


def _disk_lines(disk: DiskFacts) -> Iterator[str]:
    machine = f", {disk.architecture}" if disk.architecture else ""
    yield f"{_TABLES[disk.table]}, {_FIRMWARE[disk.firmware]}{machine}"
    for partition in disk.partitions:
        yield f"  {_partition(partition)}"


def _partition(partition: PartitionFacts) -> str:
    used = f", {size(partition.used_bytes)} used" if partition.used_bytes is not None else ""
    point = f" at {partition.mount_point}" if partition.mount_point else ""
    last = (
        ", with what its journal holds" if partition.replayed else ", not unmounted" if partition.needs_recovery else ""
    )
    return f"{partition.name} {size(partition.size_bytes)} {partition.file_system or 'unknown'}{point}{used}{last}"


def _hints(found: InspectedFile, checklist: Checklist) -> list[str]:
    if found.unread_because:
        return [f"Not inspected: {sentence(found.unread_because)}"]
    unanswered = unanswered_line(checklist)
    return [f"{unanswered} A file cannot tell what only a running system knows."] if unanswered else []

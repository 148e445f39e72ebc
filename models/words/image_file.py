"""An image file in words: what it is, and what lies on its disk."""

from __future__ import annotations

from collections.abc import Iterator

from models.formatting import size
from models.image_file.disk_facts import DiskFacts, DiskFirmware, PartitionFacts, PartitionTable
from models.image_file.file_facts import FileFacts
from models.image_file.partition_types import BIOS_BOOT_TYPE

_TABLES = {PartitionTable.GPT: "GPT", PartitionTable.MBR: "MBR", PartitionTable.NONE: "no partition table"}
_FIRMWARE = {
    DiskFirmware.BIOS: "starts by BIOS",
    DiskFirmware.UEFI: "starts by UEFI",
    DiskFirmware.BOTH: "starts by BIOS and UEFI",
    DiskFirmware.UNKNOWN: "how it starts is unknown",
}


def file_lines(file: FileFacts) -> Iterator[str]:
    """The file, its disk and its partitions, a line each."""
    header = file.header
    packed = f", packed as {', '.join(each.value for each in reversed(file.wrappers))}" if file.wrappers else ""
    kind = header.format.in_words if header.format is not None else "Unknown format"
    what = "image" if file.image_id else "file"
    yield f"{kind}, disk of {size(header.disk_size_bytes)}, {what} of {size(file.file_size_bytes)}{packed}"
    if file.disk is not None:
        yield from _disk_lines(file.disk)


def _disk_lines(disk: DiskFacts) -> Iterator[str]:
    machine = f", {disk.architecture}" if disk.architecture else ""
    yield f"{_TABLES[disk.table]}, {_FIRMWARE[disk.firmware]}{machine}"
    for partition in disk.partitions:
        yield f"  {_partition(partition)}"


def _content(partition: PartitionFacts) -> str:
    return partition.file_system or ("BIOS boot" if partition.type == BIOS_BOOT_TYPE else "unknown")


def _partition(partition: PartitionFacts) -> str:
    used = f", {size(partition.used_bytes)} used" if partition.used_bytes is not None else ""
    point = f" at {partition.mount_point}" if partition.mount_point else ""
    last = (
        ", with what its journal holds" if partition.replayed else ", not unmounted" if partition.needs_recovery else ""
    )
    return f"{partition.name} {size(partition.size_bytes)} {_content(partition)}{point}{used}{last}"

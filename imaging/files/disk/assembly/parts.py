"""The partitions of a disk with what lies on each, and their file systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

from imaging.files.content import Content, Window
from imaging.files.disk.blocks import CachedBlocks
from imaging.files.disk.ext.ext_file_system import ExtFileSystem
from imaging.files.disk.fat.fat_file_system import FatFileSystem
from imaging.files.disk.file_system import FileSystem
from imaging.files.disk.partition import Partition
from imaging.files.disk.superblocks.sniffing import sniff
from imaging.files.disk.tables.entry import Entry, Table
from imaging.files.disk.xfs.xfs_file_system import XfsFileSystem
from models.errors import DiskFault, DiskUnreadableError
from models.image_file.disk_facts import PartitionTable

DISK: Final = "vda"
"""How Linux calls the first disk of an instance."""
_READERS: Final[Mapping[str, Callable[[Content], FileSystem]]] = {
    "ext2": ExtFileSystem,
    "ext3": ExtFileSystem,
    "ext4": ExtFileSystem,
    "vfat": FatFileSystem,
    "xfs": XfsFileSystem,
}
_FAULTS: Final[Mapping[str, DiskFault]] = {
    "LVM2_member": DiskFault.ON_LVM,
    "linux_raid_member": DiskFault.ON_RAID,
    "crypto_LUKS": DiskFault.ENCRYPTED,
    "BitLocker": DiskFault.ENCRYPTED,
    "btrfs": DiskFault.ON_BTRFS,
    "zfs_member": DiskFault.ON_ZFS,
}
"""What is recognised, may hold a system, and is not read here."""
LINUX: Final = frozenset({"ext2", "ext3", "ext4", "xfs"})
"""What is read here and can be the root of a Linux system."""


@dataclass(frozen=True, slots=True)
class Part:
    """A partition and its bytes."""

    partition: Partition
    content: Content

    @property
    def fault(self) -> DiskFault | None:
        """Why no file can ever be read in it, in any state; None where a reader knows it, or nothing is there."""
        return _FAULTS.get(self.partition.file_system)

    def open(self) -> FileSystem:
        """Its file system.

        Raises:
            DiskUnreadableError: it is damaged, or of a kind that is not read here.
        """
        reader = _READERS.get(self.partition.file_system)
        if reader is None:
            raise DiskUnreadableError(
                f"What lies on {self.partition.name} is not read here.", fault=self.fault or DiskFault.UNKNOWN_FORM
            )
        return reader(CachedBlocks(self.content))


def parts_of(disk: Content, table: Table) -> tuple[Part, ...]:
    """All partitions, in the order of their numbers; of a disk without a table the disk itself."""
    if table.kind is PartitionTable.NONE:
        return (_sniffed(Partition(name=DISK, size_bytes=disk.size_bytes), disk),)
    return tuple(_parts(disk, table))


def _parts(disk: Content, table: Table) -> Iterator[Part]:
    for entry in table.entries:
        content = Window(disk, entry.start_bytes, entry.size_bytes)
        partition = _partition(entry)
        yield Part(partition, content) if entry.holds_others else _sniffed(partition, content)


def _partition(entry: Entry) -> Partition:
    return Partition(
        name=f"{DISK}{entry.number}",
        size_bytes=entry.size_bytes,
        start_bytes=entry.start_bytes,
        is_active=entry.is_active,
        partition_uuid=entry.uuid,
        partition_label=entry.label,
        partition_type=entry.type,
    )


def _sniffed(partition: Partition, content: Content) -> Part:
    """With its superblock; one whose place cannot be read is left without."""
    try:
        found = sniff(CachedBlocks(content, pieces=64))
    except DiskUnreadableError:
        return Part(partition, content)
    return Part(replace(partition, **asdict(found)), content)

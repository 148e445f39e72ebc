"""What a part of this probe is given: the files of the machine, and what else is known of its disk."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.files.disk.partition import DiskFirmware, Partition, PartitionTable
from imaging.files.disk.tree import Tree
from models.guest.files import Questions


@dataclass(frozen=True)
class Disk:
    """A disk that no machine runs."""

    tree: Tree
    questions: Questions = field(default_factory=Questions)
    size_bytes: int = 0
    """Of the whole disk, as its machine sees it."""
    table: PartitionTable = PartitionTable.NONE
    partitions: tuple[Partition, ...] = ()
    """In the order of their numbers; of a disk without a table the one that is the whole disk."""
    firmware: DiskFirmware = DiskFirmware.UNKNOWN
    """What can start a machine from it, which is not always what did."""
    architecture: str = ""
    """`x86_64`, `aarch64`, `ppc64le` …, as `uname -m` would say; empty where nothing told."""

"""What is known of a partition without reading its files: its entry in the table, and the superblock on it."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.files.disk.superblocks.superblock import Superblock
from models.image_file.disk_facts import DiskFirmware, PartitionTable

__all__ = ["DiskFirmware", "Partition", "PartitionTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(Superblock):
    """A partition, or a whole disk without a table, and what its superblock says."""

    name: str
    """As Linux would call it if this were its first disk: `vda1`; `vda` where there is no table."""
    size_bytes: int
    start_bytes: int = 0
    """Where it begins on the disk."""
    is_active: bool = False
    """The boot flag of an MBR entry, or the legacy one of GPT."""
    partition_uuid: str = ""
    """Of an MBR entry, as the kernel makes it: the disk's signature and the number (`1b2c3d4e-01`)."""
    partition_label: str = ""
    partition_type: str = ""
    """The GUID of a GPT entry in small letters, or the type of an MBR entry as `0x83`."""
    mount_point: str = ""
    """Where the tree has it; empty where it is not in the tree."""
    replayed: bool = False
    """Whether the tree has it as it is after its journal."""

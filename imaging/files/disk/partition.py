"""What is known of a partition without reading its files: its entry in the table, and the superblock on it."""

from __future__ import annotations

from dataclasses import dataclass

from models.image_file.disk_facts import DiskFirmware, PartitionTable

__all__ = ["DiskFirmware", "Partition", "PartitionTable"]


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition, or a whole disk without a table, and what its superblock says."""

    name: str
    """As Linux would call it if this were its first disk: `vda1`; `vda` where there is no table."""
    size_bytes: int
    start_bytes: int = 0
    """Where it begins on the disk."""
    is_active: bool = False
    """The boot flag of an MBR entry, or the legacy one of GPT."""
    file_system: str = ""
    """`ext4`, `xfs`, `vfat`, `swap`, `LVM2_member`, `crypto_LUKS` …, as blkid says it; empty where none is known."""
    uuid: str = ""
    label: str = ""
    partition_uuid: str = ""
    """Of an MBR entry, as the kernel makes it: the disk's signature and the number (`1b2c3d4e-01`)."""
    partition_label: str = ""
    partition_type: str = ""
    """The GUID of a GPT entry in small letters, or the type of an MBR entry as `0x83`."""
    used_bytes: int | None = None
    total_bytes: int | None = None
    """Of the file system, as df would say."""
    free_bytes: int | None = None
    """What an ordinary user may still write; less than the rest, for some is reserved for root."""
    inodes: int | None = None
    inodes_free: int | None = None
    state: str = ""
    """Of ext, in the words of dumpe2fs: `clean`, `not clean`, `clean with errors`, `not clean with errors`."""
    error_count: int | None = None
    """How many errors ext has counted; None where it does not count them."""
    needs_recovery: bool = False
    """Whether its journal holds changes that were not carried out: what is read may be older than what was written."""
    mount_point: str = ""
    """Where the tree has it; empty where it is not in the tree."""

"""What a part of this probe is given: the files of the machine, and what else is known of its disk."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.files.disk.tree import Tree
from models.guest.files import Questions


@dataclass(frozen=True)
class Partition:
    """A partition or a whole disk, with the file system that lies on it."""

    name: str
    """As Linux would call it if this were its first disk: `vda1`."""
    size_bytes: int
    file_system: str = ""
    """`ext4`, `xfs`, `vfat`, `swap`, `LVM2_member`, `crypto_LUKS` …, as blkid says it; empty where none is known."""
    uuid: str = ""
    label: str = ""
    partition_uuid: str = ""
    partition_label: str = ""
    partition_type: str = ""
    """The GUID of a GPT entry in small letters, or the type of an MBR entry as `0x83`."""
    used_bytes: int | None = None
    total_bytes: int | None = None
    """Of the file system, as df would say."""
    mount_point: str = ""
    """Where the tree has it; empty where it is not in the tree."""


@dataclass(frozen=True)
class Disk:
    """A disk that no machine runs."""

    tree: Tree
    questions: Questions = field(default_factory=Questions)
    size_bytes: int = 0
    """Of the whole disk, as its machine sees it."""
    table: str = ""
    """`gpt`, `dos`, or empty where the file system has the whole disk."""
    partitions: tuple[Partition, ...] = ()

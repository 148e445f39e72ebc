"""What is known of the disk in an image file beside the files on it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from models.base import Frozen
from models.errors import DiskFault
from models.text import CleanText


class PartitionTable(StrEnum):
    """How a disk is divided, as blkid says it."""

    GPT = "gpt"
    MBR = "dos"
    NONE = ""
    """The file system has the whole disk, or nothing was recognised."""


class TableFlaw(StrEnum):
    """What is wrong with a table that can be read all the same, or not at all."""

    UNREADABLE = "unreadable"
    """It is damaged, and so is its copy: what lies on the disk is not known."""
    FIRST_COPY_DAMAGED = "first copy damaged"
    """A GPT, read from its copy at the end of the disk."""
    BEYOND_END = "beyond the end"
    """A partition ends, or lies, behind the end of the disk: the file was cut, or the disk was made smaller."""
    OVERLAPPING = "overlapping"
    CHAIN_BROKEN = "chain broken"
    """The chain of logical partitions leads in a circle, out of the disk, or to something else."""
    TOO_MANY = "too many"
    """Partitions beyond those that are read."""


class DiskFirmware(StrEnum):
    """What can start a machine from a disk."""

    BIOS = "bios"
    UEFI = "uefi"
    BOTH = "both"
    UNKNOWN = ""


class RootEvidence(StrEnum):
    """By what the root was chosen."""

    PARTITION_TYPE = "partition type"
    OS_RELEASE = "os-release"
    SIZE = "size"
    """It is the largest with a Linux file system; nothing in it says which system it is."""


_SENTENCES: Final[Mapping[DiskFault, str]] = {
    DiskFault.DAMAGED: "What lies there is damaged.",
    DiskFault.ENDS_EARLY: "The file ends before it.",
    DiskFault.CONVERT_FIRST: "This form of image file is not read directly: convert it first.",
    DiskFault.OTHER_FILE: "It needs another file, which is never opened.",
    DiskFault.ENCRYPTED: "It is encrypted.",
    DiskFault.UNKNOWN_FORM: "It has a form or a feature that is not known.",
    DiskFault.TOO_LARGE: "It is larger than is read.",
    DiskFault.NO_MOUNT_POINT: "The directory where fstab mounts it does not exist.",
    DiskFault.NO_SYSTEM: "No file system on the disk holds a Linux system.",
    DiskFault.ON_LVM: "The system lies on LVM, which is not read.",
    DiskFault.ON_RAID: "The system lies on a RAID array, which is not read.",
    DiskFault.ON_BTRFS: "The system lies on Btrfs, which is not read.",
    DiskFault.ON_ZFS: "The system lies on ZFS, which is not read.",
}


def fault_sentence(fault: DiskFault) -> str:
    """A fault in words."""
    return _SENTENCES[fault]


class PartitionFacts(Frozen):
    """A partition, or the whole disk where there is no table."""

    name: CleanText
    """As Linux would call it on an instance's first disk: `vda1`."""
    size_bytes: int
    file_system: CleanText = ""
    """As blkid says it; empty where nothing was recognised."""
    uuid: CleanText = ""
    label: CleanText = ""
    type: CleanText = ""
    """The GUID of a GPT entry, or `0x83`."""
    used_bytes: int | None = None
    total_bytes: int | None = None
    """Of the file system."""
    state: CleanText = ""
    """Of ext: `clean`, `not clean with errors` …"""
    needs_recovery: bool = False
    """Whether its journal holds changes that were not carried out: it was not unmounted."""
    replayed: bool = False
    """Whether they were taken into account, in memory, as the kernel does it at the next mount."""
    mount_point: CleanText = ""
    """Where its files were read; empty where they were not."""


class UnreadPlace(Frozen):
    """Something that belongs to the system and could not be read."""

    point: CleanText
    """Where it would be mounted."""
    partition: CleanText
    fault: DiskFault


class DiskFacts(Frozen):
    """A disk, as far as it could be read without its files."""

    size_bytes: int
    """As its machine sees it."""
    table: PartitionTable = PartitionTable.NONE
    flaws: tuple[TableFlaw, ...] = ()
    partitions: tuple[PartitionFacts, ...] = ()
    firmware: DiskFirmware = DiskFirmware.UNKNOWN
    architecture: CleanText = ""
    """`x86_64`, `aarch64` …; empty where nothing told."""
    architecture_seen_in: CleanText = ""
    """What told: `/usr/bin/bash`, `the type of vda1`, `EFI/BOOT/bootaa64.efi on vda15`."""
    root: CleanText = ""
    """The name of the partition with the system; empty where it cannot be read, and `root_fault` says why."""
    root_evidence: RootEvidence | None = None
    other_roots: tuple[CleanText, ...] = ()
    """Further partitions that hold a system: which one starts is the boot loader's affair."""
    root_fault: DiskFault | None = None
    unread: tuple[UnreadPlace, ...] = ()
    lost_names: int = 0
    """Names in directories that led to nothing."""
    bytes_read: int = 0
    """Of the file."""
    without_network: bool = False
    """Whether the process that read it had no network; some kernels do not let a user give it up."""

    @property
    def root_unread_because(self) -> str:
        """Why the system on it was not read; empty where it was."""
        return fault_sentence(self.root_fault) if self.root_fault is not None else ""

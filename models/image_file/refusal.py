"""Why a file is not used: a code for what is decided, and its sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from models.base import Frozen
from models.text import CleanText


class RefusalCode(StrEnum):
    """What is wrong with a file; each has its sentence in `Refusal.sentence` and its way out in `Refusal.remedy`."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOT_A_FILE = "not-a-file"
    LEADS_ELSEWHERE = "leads-elsewhere"
    EMPTY = "empty"
    NOT_A_DISK = "not-a-disk"
    SEVERAL_FORMATS = "several-formats"
    FORMAT_DIFFERS = "format-differs"
    HEADER_IN_RAW = "header-in-raw"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    BACKING_FILE = "backing-file"
    DATA_FILE = "data-file"
    UNKNOWN_FEATURES = "unknown-features"
    ENCRYPTED = "encrypted"
    VMDK_KIND = "vmdk-kind"
    VMDK_EXTENT = "vmdk-extent"
    VMDK_DESCRIPTOR = "vmdk-descriptor"
    VMDK_FOOTER = "vmdk-footer"
    BANNED_FORMAT = "banned-format"
    ISO = "iso"
    PARTITION_TABLE = "partition-table"
    UNKNOWN_WRAPPER = "unknown-wrapper"
    WRAPPED_TOO_DEEP = "wrapped-too-deep"
    UNPACKS_TOO_LARGE = "unpacks-too-large"
    BROKEN_WRAPPER = "broken-wrapper"
    ODD_MEMBERS = "odd-members"
    NOT_ONE_DISK = "not-one-disk"
    PARTS_MISSING = "parts-missing"


_TEXTS: Final[Mapping[RefusalCode, tuple[str, str]]] = {
    RefusalCode.MISSING: ("There is no such file.", "Check the path."),
    RefusalCode.UNREADABLE: ("The file cannot be read.", "Check who may read it: ls -l FILE."),
    RefusalCode.NOT_A_FILE: (
        "It is a device, a directory, a pipe or a socket, not a file.",
        "Copy the disk into a file first, then give that file.",
    ),
    RefusalCode.LEADS_ELSEWHERE: (
        "It is a link to a file in another directory.",
        "If that file is meant, give its own path.",
    ),
    RefusalCode.EMPTY: ("It holds nothing.", "Download or copy it again."),
    RefusalCode.NOT_A_DISK: (
        "It is no image of a disk: it has no partition table and no known file system.",
        "If it is split, give the directory of its parts; else check that it is the right file.",
    ),
    RefusalCode.SEVERAL_FORMATS: (
        "Its content fits several formats at once, as a file does that was made to deceive.",
        "Ask who made it for the image in one format.",
    ),
    RefusalCode.FORMAT_DIFFERS: (
        "Its content is of another format than the one that it is said to have; Glance would refuse it.",
        "Say the format that its content has, or leave the format out.",
    ),
    RefusalCode.HEADER_IN_RAW: (
        "It is said to be RAW, but begins like another format, as a guest can write on its own disk to deceive.",
        "Do not convert it. If it really is of that format, say so with --format.",
    ),
    RefusalCode.DAMAGED: ("Its header is damaged.", "Download or copy it again, and compare its checksum."),
    RefusalCode.TRUNCATED: (
        "It ends before its header says so.",
        "Download or copy it again, and compare its checksum.",
    ),
    RefusalCode.TOO_LARGE: (
        "Its disk is larger than this program works on.",
        "Make the disk smaller before it is exported.",
    ),
    RefusalCode.BACKING_FILE: (
        "It names another file as its base, which would be read in its place from the machine that opens it.",
        "On the machine where both files are, make one whole file: qemu-img convert -O qcow2 FILE WHOLE.",
    ),
    RefusalCode.DATA_FILE: (
        "It keeps its data in another file, which would be read from the machine that opens it.",
        "On the machine where both files are, make one whole file: qemu-img convert -O qcow2 FILE WHOLE.",
    ),
    RefusalCode.UNKNOWN_FEATURES: (
        "It uses features of its format that are not known.",
        "Make it again without them: qemu-img convert -O qcow2 FILE NEW.",
    ),
    RefusalCode.ENCRYPTED: (
        "It is encrypted: nobody else could boot it.",
        "Make an image that is not encrypted, where its key is known.",
    ),
    RefusalCode.VMDK_KIND: (
        "It is a VMDK of a kind that is not one whole file.",
        "Export it again as one file (streamOptimized), or as an OVA.",
    ),
    RefusalCode.VMDK_EXTENT: (
        "Its VMDK descriptor names files by their paths, which would be read from the machine that opens it.",
        "Export it again as one file (streamOptimized), or as an OVA.",
    ),
    RefusalCode.VMDK_DESCRIPTOR: (
        "Its VMDK descriptor holds lines that are not known.",
        "Export it again as one file (streamOptimized), or as an OVA.",
    ),
    RefusalCode.VMDK_FOOTER: (
        "The header at the end of this VMDK differs from the one at its beginning.",
        "Export it again as one file (streamOptimized), or as an OVA.",
    ),
    RefusalCode.BANNED_FORMAT: (
        "It is a QED image, a format that OpenStack refuses.",
        "Convert it where it was made: qemu-img convert -f qed -O qcow2 FILE NEW.",
    ),
    RefusalCode.ISO: (
        "It is the image of a CD or DVD, not of a disk with a system on it.",
        "Install from it into an instance, then make an image of that instance.",
    ),
    RefusalCode.PARTITION_TABLE: (
        "Its partition table is one that Glance refuses.",
        "Write a plain GPT or MBR: gdisk shows and repairs it. A hybrid of both is refused.",
    ),
    RefusalCode.UNKNOWN_WRAPPER: (
        "It is packed in a way that is not known.",
        "Unpack it by hand, then give the file that was in it.",
    ),
    RefusalCode.WRAPPED_TOO_DEEP: (
        "It is packed more than twice.",
        "Unpack it by hand, then give the file that was in it.",
    ),
    RefusalCode.UNPACKS_TOO_LARGE: (
        "What is packed in it is larger than allowed, as in a file that was made to fill the disk.",
        "If it is right, unpack it by hand, then give the file that was in it.",
    ),
    RefusalCode.BROKEN_WRAPPER: (
        "What is packed in it cannot be unpacked to its end.",
        "Download or copy it again, and compare its checksum.",
    ),
    RefusalCode.ODD_MEMBERS: (
        "It holds files whose names or kinds an OVA does not have.",
        "Export the machine again as an OVA.",
    ),
    RefusalCode.NOT_ONE_DISK: (
        "It does not hold exactly one disk.",
        "Export the disk with the system alone, then give that file.",
    ),
    RefusalCode.PARTS_MISSING: (
        "The files in this directory are not the parts of one file in an unbroken row.",
        "Put all parts, and nothing else, into one directory; their names count up: image.000, image.001.",
    ),
}


class Refusal(Frozen):
    """One reason not to use a file."""

    code: RefusalCode
    detail: CleanText = ""
    """What exactly, in words: the other file's name, the kind, the formats."""

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        said = _TEXTS[self.code][0]
        return f"{said[:-1]}: {self.detail}." if self.detail else said

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _TEXTS[self.code][1]


class WarningCode(StrEnum):
    """What is told about a file that can be used."""

    INTERNAL_SNAPSHOTS = "internal-snapshots"
    DIRTY = "dirty"
    NO_PARTITIONS = "no-partitions"


_WARNINGS: Final[Mapping[WarningCode, str]] = {
    WarningCode.INTERNAL_SNAPSHOTS: (
        "It holds snapshots of earlier states, with all that was deleted since; converting it leaves them out."
    ),
    WarningCode.DIRTY: "It was not closed properly: what was written last may be missing.",
    WarningCode.NO_PARTITIONS: "It has no partition table: its file system takes the whole disk.",
}


class FileWarning(Frozen):
    """One thing to know of a file."""

    code: WarningCode
    detail: CleanText = ""

    @property
    def sentence(self) -> str:
        """For people."""
        return f"{_WARNINGS[self.code]} ({self.detail})" if self.detail else _WARNINGS[self.code]

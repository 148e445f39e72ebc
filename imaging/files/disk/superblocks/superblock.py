"""What every kind of superblock comes to."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.files.disk.file_system import NAMES


@dataclass(frozen=True, slots=True)
class Superblock:
    """What lies in a partition."""

    file_system: str = ""
    """`ext4`, `xfs`, `vfat`, `swap`, `LVM2_member`, `crypto_LUKS` …, as blkid says it; empty where none is known."""
    uuid: str = ""
    label: str = ""
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


def text_until_nul(raw: bytes) -> str:
    """A label: what stands before the first zero."""
    return raw.partition(b"\0")[0].decode(NAMES)


def hyphened(raw: bytes) -> str:
    """Sixteen bytes as a UUID in small letters, or nothing where they are all zero."""
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if any(raw) else ""

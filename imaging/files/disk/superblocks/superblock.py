"""What every kind of superblock comes to."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.files.disk.file_system import NAMES


@dataclass(frozen=True, slots=True)
class Superblock:
    """What lies in a partition; the fields are those of `imaging.files.disk.partition.Partition`."""

    file_system: str = ""
    uuid: str = ""
    label: str = ""
    used_bytes: int | None = None
    total_bytes: int | None = None
    free_bytes: int | None = None
    inodes: int | None = None
    inodes_free: int | None = None
    state: str = ""
    error_count: int | None = None
    needs_recovery: bool = False


def text_until_nul(raw: bytes) -> str:
    """A label: what stands before the first zero."""
    return raw.partition(b"\0")[0].decode(NAMES)


def hyphened(raw: bytes) -> str:
    """Sixteen bytes as a UUID in small letters, or nothing where they are all zero."""
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if any(raw) else ""

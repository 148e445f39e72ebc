"""The boot sector of a FAT.

Source: FAT: General Overview of On-Disk Format, 1.03.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

FIRST_SECTOR_BYTES: Final = 512
DIRECTORY_ENTRY_BYTES: Final = 32
FAT12_CLUSTERS: Final = 4085
FAT16_CLUSTERS: Final = 65525
_FORM: Final = struct.Struct("<HBHBHHBH")
_FORM_AT: Final = 11
_LONG: Final = struct.Struct("<II")
_LONG_AT: Final = 32
_ROOT_AT: Final = 44


@dataclass(frozen=True, slots=True)
class Form:
    """The numbers that everything else is computed from."""

    sector: int
    cluster: int
    """In bytes."""
    reserved: int
    fats: int
    root_entries: int
    """Of FAT12 and FAT16, whose root has a place of its own; 0 of FAT32."""
    sectors: int
    fat_sectors: int
    root_cluster: int

    @property
    def is_32(self) -> bool:
        """Whether it is a FAT32."""
        return self.root_entries == 0

    @property
    def table_at(self) -> int:
        """Where the first table begins."""
        return self.reserved * self.sector

    @property
    def root_at(self) -> int:
        """Where the root of a FAT12 or FAT16 lies."""
        return (self.reserved + self.fats * self.fat_sectors) * self.sector

    @property
    def data_at(self) -> int:
        """Where the cluster with the number 2 begins."""
        return self.root_at + self.root_entries * DIRECTORY_ENTRY_BYTES

    @property
    def clusters(self) -> int:
        """How many there are."""
        return max(0, self.sectors * self.sector - self.data_at) // self.cluster

    @property
    def bits(self) -> int:
        """Of one entry of the table."""
        if self.is_32:
            return 32
        return 12 if self.clusters < FAT12_CLUSTERS else 16


def read_form(raw: bytes) -> Form | None:
    """The form in a first sector; None where it is no FAT's."""
    if len(raw) < FIRST_SECTOR_BYTES:
        return None
    sector, per_cluster, reserved, fats, root_entries, short, media, fat_short = _FORM.unpack_from(raw, _FORM_AT)
    long, fat_long = _LONG.unpack_from(raw, _LONG_AT)
    is_right = (
        raw[510:512] == b"\x55\xaa"
        and raw[0] in {0xEB, 0xE9}
        and sector in {512, 1024, 2048, 4096}
        and per_cluster in {1, 2, 4, 8, 16, 32, 64, 128}
        and reserved
        and fats in {1, 2}
        and media >= 0xF0  # noqa: PLR2004  # of the format
        and (short or long)
        and (fat_short or fat_long)
        and bool(root_entries) == bool(fat_short)
    )
    if not is_right:
        return None
    root = int.from_bytes(raw[_ROOT_AT : _ROOT_AT + 4], "little") if not root_entries else 0
    cluster = per_cluster * sector
    form = Form(sector, cluster, reserved, fats, root_entries, short or long, fat_short or fat_long, root)
    return form if form.clusters > 0 and (form.is_32 or form.clusters < FAT16_CLUSTERS) else None

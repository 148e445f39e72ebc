"""FAT12, FAT16 and FAT32, which EFI system partitions are.

Source: FAT: General Overview of On-Disk Format, 1.03.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.file_system import NAMES
from imaging.files.disk.superblocks.superblock import Superblock

_FORM: Final = struct.Struct("<HBHBHHBH")
_FORM_AT: Final = 11
_LONG: Final = struct.Struct("<II")
_LONG_AT: Final = 32
_SECTOR: Final = 512
_FAT12_CLUSTERS, _FAT16_CLUSTERS = 4085, 65525
_DIRECTORY_ENTRY: Final = 32
_LABEL, _LONG_NAME = 0x08, 0x0F
_MOST_LABEL_BYTES: Final = 2**16


@dataclass(frozen=True, slots=True)
class _Fat:
    sector: int
    cluster: int
    reserved: int
    fats: int
    root_entries: int
    sectors: int
    fat_sectors: int

    @property
    def is_32(self) -> bool:
        return self.root_entries == 0

    @property
    def data_at(self) -> int:
        return (self.reserved + self.fats * self.fat_sectors) * self.sector + self.root_entries * _DIRECTORY_ENTRY

    @property
    def clusters(self) -> int:
        return max(0, self.sectors * self.sector - self.data_at) // self.cluster


def sniff_fat(blocks: Content) -> Superblock | None:
    """What the boot sector says; None where there is none."""
    raw = blocks.read(0, _SECTOR)
    form = _form(raw) if len(raw) == _SECTOR else None
    if form is None:
        return None
    at = 0x43 if form.is_32 else 0x27
    serial = int.from_bytes(raw[at : at + 4], "little")
    used = _used_clusters(blocks, form, raw)
    return Superblock(
        file_system="vfat",
        uuid=f"{serial >> 16:04X}-{serial & 0xFFFF:04X}",
        label=_root_label(blocks, form, raw) or _own_label(raw[at + 4 : at + 15]),
        used_bytes=used * form.cluster if used is not None else None,
        total_bytes=form.clusters * form.cluster,
        free_bytes=(form.clusters - used) * form.cluster if used is not None else None,
    )


def _form(raw: bytes) -> _Fat | None:
    sector, per_cluster, reserved, fats, root_entries, short, media, fat_short = _FORM.unpack_from(raw, _FORM_AT)
    long, fat_long = _LONG.unpack_from(raw, _LONG_AT)
    is_right = (
        raw[510:] == b"\x55\xaa"
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
    form = _Fat(sector, per_cluster * sector, reserved, fats, root_entries, short or long, fat_short or fat_long)
    return form if form.clusters else None


def _used_clusters(blocks: Content, form: _Fat, raw: bytes) -> int | None:
    """FAT32 keeps the number; the others are small enough to be counted."""
    if form.is_32:
        said = blocks.read(int.from_bytes(raw[48:50], "little") * form.sector, _SECTOR)
        free = int.from_bytes(said[488:492], "little") if said[484:488] == b"rrAa" else form.clusters + 1
        return form.clusters - free if free <= form.clusters else None
    table = blocks.read(form.reserved * form.sector, form.fat_sectors * form.sector)
    if form.clusters < _FAT12_CLUSTERS:
        triples = (int.from_bytes(table[at : at + 3].ljust(3, b"\0"), "little") for at in range(0, len(table), 3))
        entries = [entry for triple in triples for entry in (triple & 0xFFF, triple >> 12)]
    elif form.clusters < _FAT16_CLUSTERS:
        entries = list(struct.unpack(f"<{len(table) // 2}H", table[: len(table) // 2 * 2]))
    else:
        return None
    return sum(1 for entry in entries[2 : 2 + form.clusters] if entry)


def _root_label(blocks: Content, form: _Fat, raw: bytes) -> str:
    """The label is an entry of the root directory; the boot sector's own is often out of date."""
    if form.is_32:
        at = form.data_at + (int.from_bytes(raw[44:48], "little") - 2) * form.cluster
        size = form.cluster
    else:
        at, size = form.data_at - form.root_entries * _DIRECTORY_ENTRY, form.root_entries * _DIRECTORY_ENTRY
    if at < 0:
        return ""
    directory = blocks.read(at, min(size, _MOST_LABEL_BYTES))
    for place in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        kind = directory[place + 11]
        if not directory[place]:
            return ""
        if kind & _LABEL and kind & _LONG_NAME != _LONG_NAME and directory[place] != 0xE5:  # noqa: PLR2004  # removed
            return _own_label(directory[place : place + 11])
    return ""


def _own_label(raw: bytes) -> str:
    text = raw.rstrip(b" \0").decode(NAMES)
    return "" if text == "NO NAME" else text

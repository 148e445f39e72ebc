"""FAT: its serial number, its label and how full it is."""

from __future__ import annotations

import struct
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.fat.form import DIRECTORY_ENTRY_BYTES, FIRST_SECTOR_BYTES, Form, read_form
from imaging.files.disk.file_system import NAMES
from imaging.files.disk.superblocks.superblock import Superblock

_LABEL, _LONG_NAME = 0x08, 0x0F
_REMOVED: Final = 0xE5
_MOST_LABEL_BYTES: Final = 2**16


def sniff_fat(blocks: Content) -> Superblock | None:
    """What the boot sector says; None where there is none."""
    raw = blocks.read(0, FIRST_SECTOR_BYTES)
    form = read_form(raw)
    if form is None:
        return None
    at = 0x43 if form.is_32 else 0x27
    serial = int.from_bytes(raw[at : at + 4], "little")
    used = _used_clusters(blocks, form, raw)
    return Superblock(
        file_system="vfat",
        uuid=f"{serial >> 16:04X}-{serial & 0xFFFF:04X}",
        label=_root_label(blocks, form) or _own_label(raw[at + 4 : at + 15]),
        used_bytes=used * form.cluster if used is not None else None,
        total_bytes=form.clusters * form.cluster,
        free_bytes=(form.clusters - used) * form.cluster if used is not None else None,
    )


def _used_clusters(blocks: Content, form: Form, raw: bytes) -> int | None:
    """FAT32 keeps the number; the others are small enough to be counted."""
    if form.is_32:
        said = blocks.read(int.from_bytes(raw[48:50], "little") * form.sector, FIRST_SECTOR_BYTES)
        free = int.from_bytes(said[488:492], "little") if said[484:488] == b"rrAa" else form.clusters + 1
        return form.clusters - free if free <= form.clusters else None
    table = blocks.read(form.table_at, form.fat_sectors * form.sector)
    if form.bits == 12:  # noqa: PLR2004  # two entries in three bytes
        triples = (int.from_bytes(table[at : at + 3].ljust(3, b"\0"), "little") for at in range(0, len(table), 3))
        entries = [entry for triple in triples for entry in (triple & 0xFFF, triple >> 12)]
    else:
        entries = list(struct.unpack(f"<{len(table) // 2}H", table[: len(table) // 2 * 2]))
    return sum(1 for entry in entries[2 : 2 + form.clusters] if entry)


def _root_label(blocks: Content, form: Form) -> str:
    """The label is an entry of the root directory; the boot sector's own is often out of date."""
    if form.is_32:
        at, size = form.data_at + (form.root_cluster - 2) * form.cluster, form.cluster
    else:
        at, size = form.root_at, form.data_at - form.root_at
    directory = blocks.read(at, min(size, _MOST_LABEL_BYTES)) if at >= form.table_at else b""
    for place in range(0, len(directory) - DIRECTORY_ENTRY_BYTES + 1, DIRECTORY_ENTRY_BYTES):
        kind = directory[place + 11]
        if not directory[place]:
            return ""
        if kind & _LABEL and kind & _LONG_NAME != _LONG_NAME and directory[place] != _REMOVED:
            return _own_label(directory[place : place + 11])
    return ""


def _own_label(raw: bytes) -> str:
    text = raw.rstrip(b" \0").decode(NAMES)
    return "" if text == "NO NAME" else text

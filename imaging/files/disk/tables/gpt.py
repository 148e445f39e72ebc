"""GPT: two headers with checksums, one at each end of the disk.

Source: UEFI Specification 2.10, chapter 5.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from dataclasses import dataclass
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tables.entry import Entry, Table, overlap, placed
from models.image_file.disk_facts import PartitionTable, TableFlaw

_MARK: Final = b"EFI PART"
_HEADER: Final = struct.Struct("<8sIIIIQQQQ16sQIII")
_ENTRY: Final = struct.Struct("<16s16sQQQ72s")
_CHECKSUM_AT: Final = 16
_LEGACY_BOOT: Final = 4
_MOST_ENTRIES: Final = 1024
_SECTORS: Final = (512, 4096)


@dataclass(frozen=True, slots=True)
class _Header:
    sector: int
    entries: bytes
    entry_bytes: int


def read_gpt(disk: Content) -> Table:
    """The table of a disk whose first sector says that it has one: from its second sector, else from its end."""
    first = _first(disk)
    header = first or _last(disk)
    if header is None:
        return Table(PartitionTable.GPT, flaws=frozenset({TableFlaw.UNREADABLE}))
    flaws = set() if first else {TableFlaw.FIRST_COPY_DAMAGED}
    entries = tuple(_entries(header, disk.size_bytes, flaws))
    if overlap(entries):
        flaws.add(TableFlaw.OVERLAPPING)
    return Table(PartitionTable.GPT, entries, frozenset(flaws))


def _first(disk: Content) -> _Header | None:
    return next((header for sector in _SECTORS if (header := _header(disk, sector, sector)) is not None), None)


def _last(disk: Content) -> _Header | None:
    ends = ((sector, disk.size_bytes // sector * sector - sector) for sector in _SECTORS)
    return next((header for sector, at in ends if (header := _header(disk, sector, at)) is not None), None)


def _header(disk: Content, sector: int, at: int) -> _Header | None:
    """A header whose checksums are right, and what it leads to."""
    raw = disk.read(at, sector) if at > 0 else b""
    if len(raw) < sector or not raw.startswith(_MARK):
        return None
    _, _, size, checksum, _, here, _, _, _, _, entries_at, count, entry_bytes, entries_sum = _HEADER.unpack_from(raw)
    cleared = raw[:_CHECKSUM_AT] + bytes(4) + raw[_CHECKSUM_AT + 4 : size]
    if not _HEADER.size <= size <= sector or zlib.crc32(cleared) != checksum or here * sector != at:
        return None
    if not 0 < count <= _MOST_ENTRIES or entry_bytes % _ENTRY.size or not 0 < entry_bytes <= sector:
        return None
    entries = disk.read(entries_at * sector, count * entry_bytes)
    return _Header(sector, entries, entry_bytes) if zlib.crc32(entries) == entries_sum else None


def _entries(header: _Header, disk_bytes: int, flaws: set[TableFlaw]) -> list[Entry]:
    found = []
    for number, at in enumerate(range(0, len(header.entries) - _ENTRY.size + 1, header.entry_bytes), start=1):
        kind, own, first, last, attributes, label = _ENTRY.unpack_from(header.entries, at)
        if not any(kind):
            continue
        start = first * header.sector
        size, is_whole = placed(start, (last + 1 - first) * header.sector, disk_bytes)
        if not is_whole or not size:
            flaws.add(TableFlaw.BEYOND_END)
        if size:
            found.append(
                Entry(
                    number=number,
                    start_bytes=start,
                    size_bytes=size,
                    type=str(uuid.UUID(bytes_le=kind)),
                    uuid=str(uuid.UUID(bytes_le=own)),
                    label=_label(label),
                    is_active=bool(attributes & _LEGACY_BOOT),
                )
            )
    return found


def _label(raw: bytes) -> str:
    text = raw.decode("utf-16-le", "replace").partition("\0")[0]
    return text.encode("utf-8", "replace").decode(NAMES)

"""MBR: four entries in the first sector, and a chain of further ones in an extended partition."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.tables.entry import Entry, Table, overlap, placed
from models.image_file.disk_facts import PartitionTable, TableFlaw

SECTOR: Final = 512
_SIGNATURE: Final = b"\x55\xaa"
_ENTRY: Final = struct.Struct("<B3xB3xII")
_ENTRIES_AT: Final = 446
_DISK_ID_AT: Final = 440
_STATES: Final = frozenset({0x00, 0x80})
_PROTECTIVE: Final = 0xEE
_EXTENDED: Final = frozenset({0x05, 0x0F, 0x85})
_EXTENDED_BYTES: Final = 2 * SECTOR
"""As large as Linux lets an extended partition seem."""
_FIRST_LOGICAL: Final = 5
_MOST_LOGICAL: Final = 100


@dataclass(frozen=True, slots=True)
class _Slot:
    """One of the four entries of a sector."""

    state: int
    type: int
    first: int
    count: int


def is_table(sector: bytes) -> bool:
    """Whether a first sector holds a table: a boot sector of a file system ends alike, but has other things there."""
    slots = _slots(sector)
    return any(slot.type and slot.count for slot in slots) and all(slot.state in _STATES for slot in slots)


def is_protective(sector: bytes) -> bool:
    """Whether it says that there is a GPT."""
    return is_table(sector) and any(slot.type == _PROTECTIVE for slot in _slots(sector))


def has_boot_code(sector: bytes) -> bool:
    """Whether it begins with a program; the strings of one alone would do for nothing."""
    return any(sector[:_DISK_ID_AT])


def read_mbr(disk: Content, sector: bytes) -> Table:
    """The table of a disk with this first sector."""
    reader = _Reader(disk, f"{struct.unpack_from('<I', sector, _DISK_ID_AT)[0]:08x}")
    reader.read(sector)
    if overlap(tuple(reader.entries)):
        reader.flaws.add(TableFlaw.OVERLAPPING)
    return Table(PartitionTable.MBR, tuple(reader.entries), frozenset(reader.flaws), has_boot_code(sector))


class _Reader:
    def __init__(self, disk: Content, disk_id: str) -> None:
        self._disk = disk
        self._disk_id = disk_id
        self.entries: list[Entry] = []
        self.flaws: set[TableFlaw] = set()

    def read(self, sector: bytes) -> None:
        """The four entries, then the chain of the first extended one among them."""
        chain = 0
        for number, slot in enumerate(_slots(sector), start=1):
            if not slot.type or not slot.count:
                continue
            self._add(number, slot, 0)
            if slot.type in _EXTENDED and not chain:
                chain = slot.first
        if chain:
            self._read_chain(chain)

    def _read_chain(self, extended: int) -> None:
        """Each link has a logical partition, placed from itself, and the next link, placed from the first."""
        seen: set[int] = set()
        here = extended
        number = _FIRST_LOGICAL
        while here not in seen:
            seen.add(here)
            if len(seen) > _MOST_LOGICAL:
                self.flaws.add(TableFlaw.TOO_MANY)
                return
            sector = self._disk.read(here * SECTOR, SECTOR)
            slots = _slots(sector)
            if not slots:
                break
            for slot in slots[:2]:
                if slot.type and slot.count and slot.type not in _EXTENDED:
                    self._add(number, slot, here)
                    number += 1
            following = next((slot.first for slot in slots[:2] if slot.type in _EXTENDED and slot.count), 0)
            if not following:
                return
            here = extended + following
        self.flaws.add(TableFlaw.CHAIN_BROKEN)

    def _add(self, number: int, slot: _Slot, base: int) -> None:
        start = (base + slot.first) * SECTOR
        size, is_whole = placed(start, slot.count * SECTOR, self._disk.size_bytes)
        if not is_whole:
            self.flaws.add(TableFlaw.BEYOND_END)
        if not size:
            return
        holds_others = slot.type in _EXTENDED
        self.entries.append(
            Entry(
                number=number,
                start_bytes=start,
                size_bytes=min(size, _EXTENDED_BYTES) if holds_others else size,
                type=f"{slot.type:#x}",
                uuid=f"{self._disk_id}-{number:02x}",
                is_active=bool(slot.state),
                holds_others=holds_others,
            )
        )


def _slots(sector: bytes) -> tuple[_Slot, ...]:
    """The four entries; none where the sector does not end like one with entries."""
    if len(sector) < SECTOR or sector[SECTOR - 2 : SECTOR] != _SIGNATURE:
        return ()
    return tuple(_Slot(*_ENTRY.unpack_from(sector, _ENTRIES_AT + 16 * place)) for place in range(4))

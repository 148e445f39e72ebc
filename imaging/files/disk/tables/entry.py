"""What both kinds of tables come to."""

from __future__ import annotations

from dataclasses import dataclass

from models.image_file.disk_facts import PartitionTable, TableFlaw


@dataclass(frozen=True, slots=True)
class Entry:
    """A partition, as its table has it; it lies on the disk, or its part that does."""

    number: int
    start_bytes: int
    size_bytes: int
    type: str
    uuid: str = ""
    label: str = ""
    is_active: bool = False
    holds_others: bool = False
    """An extended partition of an MBR: no file system lies on it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A partition table, or that there is none."""

    kind: PartitionTable = PartitionTable.NONE
    entries: tuple[Entry, ...] = ()
    flaws: frozenset[TableFlaw] = frozenset()
    has_boot_code: bool = False
    """Whether the first sector holds a program for a BIOS."""


def overlap(entries: tuple[Entry, ...]) -> bool:
    """Whether two of them share a place; an extended partition does with its own."""
    end = 0
    for entry in sorted((each for each in entries if not each.holds_others), key=lambda each: each.start_bytes):
        if entry.start_bytes < end:
            return True
        end = entry.start_bytes + entry.size_bytes
    return False


def placed(start: int, size: int, disk_bytes: int) -> tuple[int, bool]:
    """How much of a part lies on the disk, and whether that is all of it; nothing where it begins beyond the end."""
    there = max(0, min(size, disk_bytes - start))
    return there, there == size

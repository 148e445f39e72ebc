"""Finds the partition table of a disk, as Linux would."""

from __future__ import annotations

from dataclasses import replace

from imaging.files.content import Content
from imaging.files.disk.tables import mbr
from imaging.files.disk.tables.entry import Table
from imaging.files.disk.tables.gpt import read_gpt


def read_table(disk: Content) -> Table:
    """The table of a disk; Linux takes a GPT only where the MBR before it says that there is one."""
    sector = disk.read(0, mbr.SECTOR)
    if mbr.is_protective(sector):
        return replace(read_gpt(disk), has_boot_code=mbr.has_boot_code(sector))
    if mbr.is_table(sector):
        return mbr.read_mbr(disk, sector)
    return Table()

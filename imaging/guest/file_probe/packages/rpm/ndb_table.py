"""Reads all packages of rpm's own database (`Packages.db`), which SUSE's systems have: each slot leads to one."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.packages.rpm.pages import PagedFile
from imaging.guest.file_probe.packages.rpm.rpm_header import damaged

_PAGE_BYTES, _SLOT_BYTES, _BLOCK_BYTES, _BLOB_HEAD_BYTES = 4_096, 16, 16, 16
_FIRST_SLOT: Final = 2
"""The header of the file takes the place of two."""
_MOST_SLOT_PAGES: Final = 4_096
_LONGEST_BLOB: Final = 64_000_000


def ndb_packages(file: PagedFile) -> Iterator[tuple[int, bytes]]:
    """The number and the header of each package.

    Raises:
        DiskUnreadableError: it is no such database, or damaged.
    """
    magic, version, _generation, slot_pages = struct.unpack("<4sIII", file.read(0, 16))
    if magic != b"RpmP" or version != 0 or slot_pages > _MOST_SLOT_PAGES:
        raise damaged()
    slots = file.read(0, slot_pages * _PAGE_BYTES)
    for place in range(_FIRST_SLOT * _SLOT_BYTES, len(slots), _SLOT_BYTES):
        slot, number, offset, _blocks = struct.unpack_from("<4sIII", slots, place)
        if slot != b"Slot":
            raise damaged()
        if offset:
            yield number, _blob(file, number, offset * _BLOCK_BYTES)


def _blob(file: PagedFile, number: int, place: int) -> bytes:
    magic, own_number, _generation, length = struct.unpack("<4sIII", file.read(place, _BLOB_HEAD_BYTES))
    if magic != b"BlbS" or own_number != number or length > _LONGEST_BLOB:
        raise damaged()
    return file.read(place + _BLOB_HEAD_BYTES, length) if length else b""

"""Reads all records of a hash table of Berkeley DB: what rpm kept its packages in until 2020 (EL 6 to 8).

Pages of the table hold keys and values in turn; a long value lies on a chain of pages of its own. The table is read
page after page: which bucket a page belongs to does not matter to somebody who wants all records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.packages.rpm.pages import PagedFile
from imaging.guest.file_probe.packages.rpm.rpm_header import damaged

_MAGIC: Final = 0x061561
_HEAD_BYTES: Final = 26
_UNSORTED, _OVERFLOW, _SORTED = 2, 7, 13
"""Kinds of pages."""
_INLINE, _OFF_PAGE = 1, 3
"""Kinds of items."""
_SMALLEST_PAGE, _LARGEST_PAGE = 512, 65_536
_LONGEST_VALUE: Final = 64_000_000
_CHECKSUMS: Final = 1


class HashTable:
    """A table that is only read."""

    def __init__(self, file: PagedFile) -> None:
        """Open it.

        Raises:
            DiskUnreadableError: it is not a hash table, or of a kind that rpm never wrote.
        """
        self._file = file
        head = file.read(0, 72)
        self._order = next((order for order in "<>" if struct.unpack_from(f"{order}I", head, 12)[0] == _MAGIC), "")
        if not self._order:
            raise damaged()
        (self._page_bytes,) = struct.unpack_from(f"{self._order}I", head, 20)
        is_page = _SMALLEST_PAGE <= self._page_bytes <= _LARGEST_PAGE and self._page_bytes & (self._page_bytes - 1) == 0
        is_plain = head[24] == 0 and not head[26] & _CHECKSUMS
        if not is_page or not is_plain:
            raise damaged()

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        """Each key with its value.

        Raises:
            DiskUnreadableError: it is damaged.
        """
        for number in range(1, self._file.size_bytes // self._page_bytes):
            head = self._file.read(number * self._page_bytes, _HEAD_BYTES)
            if head[25] in {_UNSORTED, _SORTED}:
                items = list(self._items(self._file.read(number * self._page_bytes, self._page_bytes)))
                yield from zip(items[::2], items[1::2], strict=False)

    def _items(self, page: bytes) -> Iterator[bytes]:
        (entries,) = struct.unpack_from(f"{self._order}H", page, 20)
        if _HEAD_BYTES + 2 * entries > len(page):
            raise damaged()
        end = len(page)
        for place in struct.unpack_from(f"{self._order}{entries}H", page, _HEAD_BYTES):
            if not _HEAD_BYTES <= place < end:
                raise damaged()
            yield self._item(page[place:end])
            end = place

    def _item(self, item: bytes) -> bytes:
        if item[0] == _INLINE:
            return item[1:]
        if item[0] != _OFF_PAGE or len(item) < 12:  # noqa: PLR2004  # kind, three unused bytes, two numbers
            raise damaged()
        number, length = struct.unpack_from(f"{self._order}II", item, 4)
        return self._chain(number, length)

    def _chain(self, number: int, length: int) -> bytes:
        if length > min(_LONGEST_VALUE, self._file.size_bytes):
            raise damaged()
        pieces: list[bytes] = []
        missing = length
        while missing > 0:
            page = self._file.read(number * self._page_bytes, self._page_bytes)
            (following,) = struct.unpack_from(f"{self._order}I", page, 16)
            (used,) = struct.unpack_from(f"{self._order}H", page, 22)
            if page[25] != _OVERFLOW or not 0 < used <= len(page) - _HEAD_BYTES:
                raise damaged()
            pieces.append(page[_HEAD_BYTES : _HEAD_BYTES + min(used, missing)])
            missing -= len(pieces[-1])
            number = following
        return b"".join(pieces)

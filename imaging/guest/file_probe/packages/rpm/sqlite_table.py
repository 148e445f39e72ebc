"""Reads one table of a SQLite database, with what stands in its write-ahead log and was not merged yet.

Not by SQLite itself: it wants the whole file in memory and the log on a disk, and it would be a large program in C that
reads what a stranger wrote. A table is a tree of pages: those within lead down, those at the end hold the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.packages.rpm.pages import PagedFile
from imaging.guest.file_probe.packages.rpm.rpm_header import damaged

_MAGIC: Final = b"SQLite format 3\0"
_SCHEMA: Final = 1
"""The page of the table that lists the tables."""
_INNER, _LEAF = 0x05, 0x0D
_HEADER_BYTES: Final = 100
_MOST_PAGES: Final = 2_000_000
_LONGEST_RECORD: Final = 64_000_000
_LONGEST_VARINT: Final = 9
_WHOLE_NUMBERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes by the type of a value."""
_FLOAT, _FIRST_BLOB, _FIRST_TEXT = 7, 12, 13
_LOG_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
"""With the order of the bytes in which it sums up."""
_LOG_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24

Value = int | bytes | None


class SqliteFile:
    """A database that is only read."""

    def __init__(self, tree: Tree, path: str) -> None:
        """Open a database and its log.

        Raises:
            DiskUnreadableError: it is not a database, or cannot be read.
        """
        found = tree.find(path)
        if found is None or not found.is_file:
            raise damaged()
        self._file = PagedFile(tree, found)
        head = self._file.read(0, _HEADER_BYTES)
        size = int.from_bytes(head[16:18], "big")
        self._page_bytes = 65_536 if size == 1 else size
        self._usable = self._page_bytes - head[20]
        if not head.startswith(_MAGIC) or self._page_bytes & (self._page_bytes - 1) or self._usable < 480:  # noqa: PLR2004  # the least that SQLite takes
            raise damaged()
        self._logged: dict[int, int] = {}
        log = tree.find(f"{path}-wal")
        if log is not None and log.is_file and log.node.size_bytes > _LOG_HEADER_BYTES:
            self._log = PagedFile(tree, log)
            self._logged = _committed(self._log, self._page_bytes)

    def table(self, name: str) -> Iterator[tuple[int, list[Value]]]:
        """The number and the values of each record of a table, in the order of the numbers.

        Raises:
            DiskUnreadableError: there is no such table, or it is damaged.
        """
        for _number, values in self._records(_SCHEMA):
            match values:
                case [b"table", told, _, int(root), *_] if told == name.encode():
                    yield from self._records(root)
                    return
        raise damaged()

    def _records(self, root: int) -> Iterator[tuple[int, list[Value]]]:
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number in seen or len(seen) > _MOST_PAGES:
                raise damaged()
            seen.add(number)
            page = self._page(number)
            start = _HEADER_BYTES if number == _SCHEMA else 0
            cells = int.from_bytes(page[start + 3 : start + 5], "big")
            if page[start] == _INNER:
                waiting += reversed(list(_below(page, start, cells)))
            elif page[start] == _LEAF:
                for place in _places(page, start + 8, cells):
                    yield self._record(page, place)
            else:
                raise damaged()

    def _page(self, number: int) -> bytes:
        if number in self._logged:
            return self._log.read(self._logged[number], self._page_bytes)
        return self._file.read((number - 1) * self._page_bytes, self._page_bytes)

    def _record(self, page: bytes, place: int) -> tuple[int, list[Value]]:
        length, place = _varint(page, place)
        number, place = _varint(page, place)
        if length > _LONGEST_RECORD:
            raise damaged()
        inside = self._bytes_inside(length)
        payload = page[place : place + inside]
        if inside < length:
            following = int.from_bytes(page[place + inside : place + inside + 4], "big")
            payload += self._overflow(following, length - inside)
        if len(payload) != length:
            raise damaged()
        return number, list(_values(payload))

    def _bytes_inside(self, length: int) -> int:
        """How much of a record stands on its page, and is not carried over."""
        if length <= self._usable - 35:
            return length
        least = (self._usable - 12) * 32 // 255 - 23
        inside = least + (length - least) % (self._usable - 4)
        return inside if inside <= self._usable - 35 else least

    def _overflow(self, number: int, length: int) -> bytes:
        pieces = []
        while length > 0:
            if number == 0:
                raise damaged()
            page = self._page(number)
            number = int.from_bytes(page[:4], "big")
            pieces.append(page[4 : 4 + min(length, self._usable - 4)])
            length -= len(pieces[-1])
        return b"".join(pieces)


def _below(page: bytes, start: int, cells: int) -> Iterator[int]:
    for place in _places(page, start + 12, cells):
        yield int.from_bytes(page[place : place + 4], "big")
    yield int.from_bytes(page[start + 8 : start + 12], "big")


def _places(page: bytes, start: int, cells: int) -> Iterator[int]:
    if start + 2 * cells > len(page):
        raise damaged()
    yield from struct.unpack_from(f">{cells}H", page, start)


def _values(payload: bytes) -> Iterator[Value]:
    head, place = _varint(payload, 0)
    at = head
    while place < head:
        kind, place = _varint(payload, place)
        length = _length(kind)
        value = payload[at : at + length]
        if len(value) < length:
            raise damaged()
        at += length
        if kind in {8, 9}:
            yield kind - 8
        elif kind in _WHOLE_NUMBERS:
            yield int.from_bytes(value, "big", signed=True)
        else:
            yield value if kind >= _FIRST_BLOB else None


def _length(kind: int) -> int:
    if kind >= _FIRST_BLOB:
        return (kind - (_FIRST_TEXT if kind % 2 else _FIRST_BLOB)) // 2
    return 8 if kind == _FLOAT else _WHOLE_NUMBERS.get(kind, 0)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """A number of one to nine bytes, and the place behind it."""
    value = 0
    for length in range(1, _LONGEST_VARINT + 1):
        if place >= len(data):
            raise damaged()
        byte = data[place]
        place += 1
        if length == _LONGEST_VARINT:
            return (value << 8) | byte, place
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:  # noqa: PLR2004  # the bit that says that it continues
            break
    return value, place


def _committed(log: PagedFile, page_bytes: int) -> dict[int, int]:
    """Where the log has each page as it was last finished; what was not when the machine stopped does not count."""
    head = log.read(0, _LOG_HEADER_BYTES)
    magic, _version, size = struct.unpack_from(">III", head)
    if magic not in _LOG_MAGIC or size != page_bytes:
        return {}
    order = _LOG_MAGIC[magic]
    sums = _summed((0, 0), head[:24], order)
    if sums != struct.unpack_from(">II", head, 24):
        return {}
    pages: dict[int, int] = {}
    waiting: dict[int, int] = {}
    place = _LOG_HEADER_BYTES
    while place + _FRAME_HEADER_BYTES + page_bytes <= log.size_bytes:
        frame = log.read(place, _FRAME_HEADER_BYTES + page_bytes)
        number, size_after = struct.unpack_from(">II", frame)
        sums = _summed(_summed(sums, frame[:8], order), frame[_FRAME_HEADER_BYTES:], order)
        if frame[8:16] != head[16:24] or sums != struct.unpack_from(">II", frame, 16):
            break
        waiting[number] = place + _FRAME_HEADER_BYTES
        if size_after:
            pages |= waiting
            waiting = {}
        place += _FRAME_HEADER_BYTES + page_bytes
    return pages


def _summed(sums: tuple[int, int], data: bytes, order: str) -> tuple[int, int]:
    """The sums of the log so far, with more of it."""
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second

"""The header that rpm keeps of each package: an index of tags, then the values; numbers are big-endian."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

from imaging.files.disk.file_system import NAMES
from models.errors import DiskUnreadableError

_MOST_ENTRIES: Final = 65_535
"""As rpm itself allows."""
_ENTRY: Final = struct.Struct(">IIII")
_TEXTS: Final = frozenset({6, 8, 9})
"""Types: a text, several, several in as many languages."""
_SIZES: Final = {2: 1, 3: 2, 4: 4, 5: 8}
"""Bytes of the numbers by their type."""


class Tag(IntEnum):
    """What is read of a header."""

    NAME = 1000
    VERSION = 1001
    RELEASE = 1002
    EPOCH = 1003
    INSTALL_TIME = 1008
    LICENCE = 1014
    ARCHITECTURE = 1022
    OLD_FILE_NAMES = 1027
    FILE_DIGESTS = 1035
    FILE_FLAGS = 1037
    PROVIDE_NAMES = 1047
    REQUIRE_FLAGS = 1048
    REQUIRE_NAMES = 1049
    REQUIRE_VERSIONS = 1050
    PROVIDE_FLAGS = 1112
    PROVIDE_VERSIONS = 1113
    DIRECTORY_INDEXES = 1116
    BASE_NAMES = 1117
    DIRECTORY_NAMES = 1118


class RpmHeader:
    """What rpm knows of an installed package."""

    def __init__(self, blob: bytes) -> None:
        """Take the index in.

        Raises:
            DiskUnreadableError: it is not a header.
        """
        if len(blob) < 8:  # noqa: PLR2004  # two numbers
            raise damaged()
        entries, length = struct.unpack_from(">II", blob)
        self._data = 8 + 16 * entries
        if entries > _MOST_ENTRIES or self._data + length > len(blob):
            raise damaged()
        self._blob = blob
        self._end = self._data + length
        self._index = {tag: (kind, at, count) for tag, kind, at, count in self._entries(entries)}

    def texts(self, tag: Tag) -> list[str]:
        """The texts under a tag, with a character for each byte; none where there is no such tag."""
        kind, at, count = self._index.get(tag, (0, 0, 0))
        if kind not in _TEXTS:
            return []
        start = self._data + at
        texts: list[str] = []
        for _ in range(min(count, self._end - start)):
            end = self._blob.find(b"\0", start, self._end)
            if end < 0:
                raise damaged()
            texts.append(self._blob[start:end].decode(NAMES))
            start = end + 1
        return texts

    def text(self, tag: Tag) -> str:
        """The first text under a tag; `(none)` where there is none, as rpm prints it."""
        return next(iter(self.texts(tag)), "(none)")

    def numbers(self, tag: Tag) -> list[int]:
        """The numbers under a tag."""
        kind, at, count = self._index.get(tag, (0, 0, 0))
        size = _SIZES.get(kind)
        if size is None:
            return []
        start = self._data + at
        if start + size * count > self._end:
            raise damaged()
        return [
            int.from_bytes(self._blob[each : each + size], "big") for each in range(start, start + size * count, size)
        ]

    def file_names(self) -> list[str]:
        """The paths of all files of the package."""
        directories, bases = self.texts(Tag.DIRECTORY_NAMES), self.texts(Tag.BASE_NAMES)
        indexes = self.numbers(Tag.DIRECTORY_INDEXES)
        if not bases:
            return self.texts(Tag.OLD_FILE_NAMES)
        if len(indexes) != len(bases) or any(index >= len(directories) for index in indexes):
            raise damaged()
        return [directories[index] + base for index, base in zip(indexes, bases, strict=True)]

    def _entries(self, number: int) -> list[tuple[int, int, int, int]]:
        """What rpm added later stands behind the rest, and replaces it."""
        found = [_ENTRY.unpack_from(self._blob, 8 + 16 * place) for place in range(number)]
        return [(tag, kind, at, count) for tag, kind, at, count in found if self._data + at <= self._end]


def damaged() -> DiskUnreadableError:
    """The error for a database that is not as rpm writes it."""
    return DiskUnreadableError("The list of packages on the disk is damaged.")

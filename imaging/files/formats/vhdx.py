"""What oslo.utils does not judge in a VHDX: a disk that lives on another one, and a log that was not replayed.

Source: [MS-VHDX], 2.2 (headers) and 2.6.2.1 (file parameters).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from models.image_file.refusal import FileWarning, Refusal, RefusalCode, WarningCode

_Read = Callable[[int, int], bytes]
_HEADERS_AT: Final = (64 * 1024, 128 * 1024)
_REGIONS_AT: Final = 192 * 1024
_METADATA: Final = uuid.UUID("8B7CA206-4790-4B9A-B8FE-575F050F886E")
_PARAMETERS: Final = uuid.UUID("CAA16737-FA36-4D43-B3B6-33F0AA44E76B")
_MOST_ENTRIES: Final = 2047
_ENTRY_BYTES: Final = 32
_PARAMETERS_FORM: Final = struct.Struct("<II")
_HAS_PARENT: Final = 2


def read_vhdx(read: _Read) -> tuple[tuple[Refusal, ...], tuple[FileWarning, ...]]:
    """Judge a VHDX."""
    parameters = _parameters(read)
    if parameters is None:
        return (Refusal(code=RefusalCode.DAMAGED),), ()
    refusals = (Refusal(code=RefusalCode.BACKING_FILE),) if parameters & _HAS_PARENT else ()
    warnings = (FileWarning(code=WarningCode.DIRTY),) if _has_log(read) else ()
    return refusals, warnings


def _parameters(read: _Read) -> int | None:
    """The flags of its file parameters; None where they are not to be found."""
    metadata_at = _REGION_TABLE.place(read(_REGIONS_AT, 64 * 1024), _METADATA)
    if metadata_at is None:
        return None
    inside = _METADATA_TABLE.place(read(metadata_at, 64 * 1024), _PARAMETERS)
    item = read(metadata_at + inside, 8) if inside is not None else b""
    if len(item) < _PARAMETERS_FORM.size:
        return None
    _block_bytes, flags = _PARAMETERS_FORM.unpack(item)
    return cast("int", flags)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of GUIDs, each with the place of something."""

    mark: bytes
    count_at: int
    first_at: int
    place_form: str

    def place(self, table: bytes, wanted: uuid.UUID) -> int | None:
        """Where the table says that something lies."""
        if not table.startswith(self.mark) or len(table) < self.first_at:
            return None
        count = min(struct.unpack_from("<H", table, self.count_at)[0], _MOST_ENTRIES)
        end = min(self.first_at + _ENTRY_BYTES * count, len(table) - _ENTRY_BYTES + 1)
        for at in range(self.first_at, end, _ENTRY_BYTES):
            if table[at : at + 16] == wanted.bytes_le:
                return cast("int", struct.unpack_from(self.place_form, table, at + 16)[0])
        return None


_REGION_TABLE: Final = _Table(b"regi", 8, 16, "<Q")
_METADATA_TABLE: Final = _Table(b"metadata", 10, 32, "<I")


def _has_log(read: _Read) -> bool:
    """Whether the newer of its two headers names a log that has to be replayed first."""
    headers = [header for at in _HEADERS_AT if (header := read(at, 96)).startswith(b"head") and len(header) == 96]  # noqa: PLR2004
    newest = max(headers, key=_sequence, default=b"")
    return any(newest[48:64])


def _sequence(header: bytes) -> int:
    """The newer header has the greater one."""
    return cast("int", struct.unpack_from("<Q", header, 8)[0])

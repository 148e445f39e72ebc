"""QCOW2: a table of tables of clusters, some of them compressed.

Source: docs/interop/qcow2.rst of QEMU. Read here, for libqcow gives zeros for compressed clusters that begin in the
middle of a sector (seen with 20260703), which is what most published images consist of.
"""

from __future__ import annotations

import struct
import sys
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from models.errors import DiskFault, DiskUnreadableError

_HEADER: Final = struct.Struct(">4sIQIIQIIQQIIQ")
_FEATURES: Final = struct.Struct(">QQQII")
_DIRTY, _CORRUPT, _DATA_FILE, _COMPRESSION, _SUBCLUSTERS = 1, 2, 4, 8, 16
_KNOWN: Final = _DIRTY | _CORRUPT | _DATA_FILE | _COMPRESSION | _SUBCLUSTERS
_ENTRY: Final = struct.Struct(">Q")
_TWO_ENTRIES: Final = struct.Struct(">QQ")
_COMPRESSION_AT: Final = 104
_DEFLATE, _ZSTD = 0, 1
_OFFSET: Final = 0x00FF_FFFF_FFFF_FE00
_IS_COMPRESSED: Final = 1 << 62
_IS_ZERO: Final = 1
_SECTOR: Final = 512
_MOST_TABLES: Final = 2**22
"""Entries of the first table, each for a gigabyte or so: as many as QEMU takes (32 MB)."""
_SUBCLUSTERS_IN_ONE: Final = 32
_KEPT_BYTES: Final = 2**23
"""Of tables, and of clusters that were compressed, each."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What the header says about the rest."""

    cluster_bits: int
    size_bytes: int
    tables_at: int
    tables: int
    has_subclusters: bool
    compression: int

    @property
    def cluster_bytes(self) -> int:
        return 1 << self.cluster_bits

    @property
    def entries(self) -> int:
        """In one table."""
        return self.cluster_bytes // (_TWO_ENTRIES if self.has_subclusters else _ENTRY).size


class Qcow2Blocks:
    """The disk in a QCOW2 that is whole: without a backing file, another data file, or encryption."""

    def __init__(self, blocks: Content) -> None:
        """Read its header.

        Raises:
            DiskUnreadableError: it is damaged, needs another file, or uses what is not read here.
        """
        self._blocks = blocks
        self._form = _form(blocks)
        self.size_bytes = self._form.size_bytes
        self._tables = exactly(blocks, self._form.tables_at, 8 * self._form.tables)
        kept = max(4, _KEPT_BYTES >> self._form.cluster_bits)
        self._table = lru_cache(maxsize=kept)(self._read_table)
        self._inflated = lru_cache(maxsize=kept)(self._inflate)

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        end = min(offset + size, self.size_bytes)
        pieces = []
        while offset < end:
            inside = offset & (self._form.cluster_bytes - 1)
            length = min(self._form.cluster_bytes - inside, end - offset)
            pieces.append(self._in_cluster(offset >> self._form.cluster_bits, inside, length))
            offset += length
        return b"".join(pieces)

    def _in_cluster(self, cluster: int, inside: int, length: int) -> bytes:
        number, index = divmod(cluster, self._form.entries)
        table_at = _ENTRY.unpack_from(self._tables, number * _ENTRY.size)[0] & _OFFSET
        if not table_at:
            return bytes(length)
        table = self._table(table_at)
        if self._form.has_subclusters:
            entry, bitmap = _TWO_ENTRIES.unpack_from(table, index * _TWO_ENTRIES.size)
            return self._in_subclusters(entry, bitmap, inside, length)
        entry = _ENTRY.unpack_from(table, index * _ENTRY.size)[0]
        if entry & _IS_COMPRESSED:
            return self._inflated(entry)[inside : inside + length]
        at = entry & _OFFSET
        return bytes(length) if not at or entry & _IS_ZERO else self._there(at + inside, length)

    def _in_subclusters(self, entry: int, bitmap: int, inside: int, length: int) -> bytes:
        if entry & _IS_COMPRESSED:
            return self._inflated(entry)[inside : inside + length]
        at = entry & _OFFSET
        step = self._form.cluster_bytes // _SUBCLUSTERS_IN_ONE
        pieces = []
        while length > 0:
            number = inside // step
            part = min(step - inside % step, length)
            is_here = bitmap >> number & 1 and not bitmap >> (number + _SUBCLUSTERS_IN_ONE) & 1
            pieces.append(self._there(at + inside, part) if is_here and at else bytes(part))
            inside, length = inside + part, length - part
        return b"".join(pieces)

    def _there(self, at: int, length: int) -> bytes:
        """Data of the file; QEMU lets the last cluster be shorter."""
        found = self._blocks.read(at, length)
        if not found:
            raise DiskUnreadableError("The image file ends before its last cluster.", fault=DiskFault.ENDS_EARLY)
        return found.ljust(length, b"\0") if at + length > self._blocks.size_bytes else found

    def _read_table(self, at: int) -> bytes:
        return exactly(self._blocks, at, self._form.cluster_bytes)

    def _inflate(self, entry: int) -> bytes:
        bits = 62 - (self._form.cluster_bits - 8)
        at = entry & ((1 << bits) - 1)
        sectors = (entry >> bits) & ((1 << (self._form.cluster_bits - 8)) - 1)
        packed = self._blocks.read(at, (sectors + 1) * _SECTOR - at % _SECTOR)
        unpack = _inflated if self._form.compression == _DEFLATE else _unpacked_zstd
        found = unpack(packed, self._form.cluster_bytes)
        if len(found) < self._form.cluster_bytes:
            raise DiskUnreadableError("A compressed cluster of the image file is too short.")
        return found


def _inflated(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(-12).decompress(packed, most)
    except zlib.error:
        raise DiskUnreadableError("A compressed cluster of the image file is damaged.") from None


def _unpacked_zstd(packed: bytes, most: int) -> bytes:
    """What stands behind the frame in its last sector is somebody else's."""
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdDecompressor, ZstdError  # noqa: PLC0415  # few images need it
    else:
        from backports.zstd import ZstdDecompressor, ZstdError  # noqa: PLC0415  # the same
    try:
        return ZstdDecompressor().decompress(packed, most)
    except ZstdError:
        raise DiskUnreadableError("A compressed cluster of the image file is damaged.") from None


def _form(blocks: Content) -> _Form:
    head = blocks.read(0, _COMPRESSION_AT + 8).ljust(_COMPRESSION_AT + 8, b"\0")
    mark, version, backing, _, bits, size, encryption, tables, tables_at, *_ = _HEADER.unpack_from(head)
    if mark != b"QFI\xfb" or version not in {2, 3} or bits not in range(9, 22):
        raise DiskUnreadableError("The header of the QCOW2 is damaged.")
    features = _FEATURES.unpack_from(head, _HEADER.size)[0] if version != 2 else 0  # noqa: PLR2004  # of the format
    _refuse(features, head[_COMPRESSION_AT], has_backing=bool(backing), is_encrypted=bool(encryption))
    compression = head[_COMPRESSION_AT] if features & _COMPRESSION else _DEFLATE
    form = _Form(bits, size, tables_at, tables, bool(features & _SUBCLUSTERS), compression)
    needed = -(-size // (form.cluster_bytes * form.entries))
    if needed > tables or tables > _MOST_TABLES:
        raise DiskUnreadableError("The first table of the QCOW2 does not suit its size.")
    return form


def _refuse(features: int, compression: int, *, has_backing: bool, is_encrypted: bool) -> None:
    if has_backing or features & _DATA_FILE:
        raise DiskUnreadableError("The QCOW2 needs another file.", fault=DiskFault.OTHER_FILE)
    if is_encrypted:
        raise DiskUnreadableError("The QCOW2 is encrypted.", fault=DiskFault.ENCRYPTED)
    if features & ~_KNOWN:
        raise DiskUnreadableError("The QCOW2 uses unknown features.", fault=DiskFault.UNKNOWN_FORM)
    if features & _COMPRESSION and compression not in {_DEFLATE, _ZSTD}:
        raise DiskUnreadableError("The QCOW2 is compressed in an unknown way.", fault=DiskFault.UNKNOWN_FORM)

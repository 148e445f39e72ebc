"""A raw disk as a QCOW2 image of any virtual size: what is zero in it takes no room."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

_CLUSTER = 64 * 1024
_USED = 1 << 63
"""In a table: the cluster is used once, and may be written to."""
_FIRST_DATA = 5
"""Before the data: header, table of reference counts, reference counts, first table, second table."""
_HEADER = ">4sIQIIQIIQQIIQQQQII"
LARGEST_RAW = 512 * 1024**2
"""Bytes that one second table covers."""


def qcow2(read: Callable[[int, int], bytes], raw_bytes: int, virtual_bytes: int) -> Iterator[bytes]:
    """The pieces of an image whose disk begins with a raw disk, in their order."""
    if not 0 < raw_bytes <= min(LARGEST_RAW, virtual_bytes):
        msg = f"no disk of {raw_bytes} bytes in one of {virtual_bytes}"
        raise ValueError(msg)
    full = [at for at in range(0, raw_bytes, _CLUSTER) if read(at, _CLUSTER).strip(b"\0")]
    first_tables = -(-virtual_bytes // (_CLUSTER // 8 * _CLUSTER))
    yield _cluster(_header(virtual_bytes, first_tables))
    yield _cluster(struct.pack(">Q", 2 * _CLUSTER))
    yield _cluster(struct.pack(">H", 1) * (_FIRST_DATA + len(full)))
    yield _cluster(struct.pack(">Q", 4 * _CLUSTER | _USED))
    yield _cluster(_second_table(full))
    for at in full:
        yield _cluster(read(at, min(_CLUSTER, raw_bytes - at)))


def _header(virtual_bytes: int, first_tables: int) -> bytes:
    header_bytes, counts_of_16_bits = 104, 4
    return struct.pack(
        _HEADER,
        b"QFI\xfb",
        3,
        *(0, 0),  # no backing file
        _CLUSTER.bit_length() - 1,
        virtual_bytes,
        0,  # not encrypted
        first_tables,
        3 * _CLUSTER,
        _CLUSTER,
        1,
        *(0, 0),  # no snapshots
        *(0, 0, 0),  # no features
        counts_of_16_bits,
        header_bytes,
    )


def _second_table(full: list[int]) -> bytes:
    table = bytearray(_CLUSTER)
    for place, at in enumerate(full):
        struct.pack_into(">Q", table, at // _CLUSTER * 8, (_FIRST_DATA + place) * _CLUSTER | _USED)
    return bytes(table)


def _cluster(content: bytes) -> bytes:
    return content.ljust(_CLUSTER, b"\0")

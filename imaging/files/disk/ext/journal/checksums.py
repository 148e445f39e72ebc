"""The checksums of jbd2: CRC-32C for blocks of versions 2 and 3, CRC-32 in network order for transactions of version 1.

Both without the inversion at the end, as the kernel uses them.
"""

from __future__ import annotations

import zlib
from typing import Final

BEGIN: Final = 0xFFFF_FFFF
"""The value before the first byte."""
_ALL: Final = 0xFFFF_FFFF
_CASTAGNOLI: Final = 0x82F6_3B78
_REVERSED_BYTES: Final = bytes(sum(128 >> bit for bit in range(8) if value >> bit & 1) for value in range(256))


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_CASTAGNOLI if value & 1 else 0)
    return value


_TABLE: Final = tuple(map(_entry, range(256)))


def crc32c(raw: bytes, value: int = BEGIN) -> int:
    """Continue a CRC-32C."""
    for byte in raw:
        value = _TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value


def crc32_be(raw: bytes, value: int = BEGIN) -> int:
    """Continue a CRC-32 whose first bit is the highest: zlib's, with all bits in the other order."""
    found = zlib.crc32(raw.translate(_REVERSED_BYTES), _reversed(value) ^ _ALL) ^ _ALL
    return _reversed(found)


def _reversed(value: int) -> int:
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED_BYTES), "big")

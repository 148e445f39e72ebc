"""What oslo.utils does not judge in a VHD: a footer alone, a disk that lives on another one, a file that was cut short.

Source: the Virtual Hard Disk Image Format Specification, 1.0.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from models.image_file.refusal import Refusal, RefusalCode

FOOTER_BYTES: Final = 512
_COOKIE: Final = b"conectix"
_SIZE_AT, _KIND_AT, _CHECKSUM_AT = 48, 60, 64
_FIXED, _DYNAMIC, _DIFFERENCING = 2, 3, 4


def footer_of(read: Callable[[int, int], bytes], size_bytes: int) -> bytes:
    """The footer at the end of a VHD; empty where there is none.

    A fixed VHD is a raw disk with nothing but this behind it, so a footer counts only where its checksum is right.
    """
    if size_bytes <= FOOTER_BYTES:
        return b""
    footer = read(size_bytes - FOOTER_BYTES, FOOTER_BYTES)
    return footer if footer.startswith(_COOKIE) and _is_right(footer) else b""


def is_fixed(footer: bytes) -> bool:
    """Whether the disk lies before the footer as it is."""
    return bool(footer) and _kind(footer) == _FIXED


def size_of(footer: bytes) -> int:
    """Of the disk, in bytes."""
    size: int = struct.unpack_from(">Q", footer, _SIZE_AT)[0]
    return size


def read_vhd(head: bytes, footer: bytes) -> tuple[Refusal, ...]:
    """Judge a VHD that begins with a copy of its footer.

    Args:
        head: its first 512 bytes.
        footer: its last ones, where they are a footer.
    """
    if not footer:
        return (Refusal(code=RefusalCode.TRUNCATED),)
    if _DIFFERENCING in {_kind(head), _kind(footer)}:
        return (Refusal(code=RefusalCode.BACKING_FILE),)
    if _kind(footer) != _DYNAMIC or size_of(head) != size_of(footer):
        return (Refusal(code=RefusalCode.DAMAGED),)
    return ()


def _kind(footer: bytes) -> int:
    kind: int = struct.unpack_from(">I", footer, _KIND_AT)[0]
    return kind


def _is_right(footer: bytes) -> bool:
    said: int = struct.unpack_from(">I", footer, _CHECKSUM_AT)[0]
    summed = sum(footer) - sum(footer[_CHECKSUM_AT : _CHECKSUM_AT + 4])
    return said == ~summed & 0xFFFFFFFF

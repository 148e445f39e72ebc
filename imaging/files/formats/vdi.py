"""What oslo.utils does not judge in a VDI: a disk that lives on another one, and a file that was cut short.

QEMU's own check does not compare a VDI with the size of its file. Source: block/vdi.c of QEMU.
"""

from __future__ import annotations

import struct
from typing import Final

from models.image_file.refusal import Refusal, RefusalCode

_KIND: Final = struct.Struct("<I")
_KIND_AT: Final = 0x4C
_PLACES: Final = struct.Struct("<II")
_PLACES_AT: Final = 0x154
"""Of the table of blocks, and of the first block."""
_BLOCKS: Final = struct.Struct("<IIII")
_BLOCKS_AT: Final = 0x178
"""Bytes of a block, extra bytes, blocks of the disk, blocks in the file."""
_DYNAMIC, _FIXED, _DIFFERENCING = 1, 2, 4


def read_vdi(head: bytes, file_size_bytes: int) -> tuple[Refusal, ...]:
    """Judge a VDI.

    Args:
        head: its first 512 bytes.
        file_size_bytes: of the whole file.
    """
    if len(head) < _BLOCKS_AT + _BLOCKS.size:
        return (Refusal(code=RefusalCode.DAMAGED),)
    (kind,) = _KIND.unpack_from(head, _KIND_AT)
    if kind == _DIFFERENCING:
        return (Refusal(code=RefusalCode.BACKING_FILE),)
    if kind not in {_DYNAMIC, _FIXED}:
        return (Refusal(code=RefusalCode.UNKNOWN_FEATURES, detail=f"a VDI of kind {kind}"),)
    _, data_at = _PLACES.unpack_from(head, _PLACES_AT)
    block_bytes, extra_bytes, _, present = _BLOCKS.unpack_from(head, _BLOCKS_AT)
    if data_at + present * (block_bytes + extra_bytes) > file_size_bytes:
        return (Refusal(code=RefusalCode.TRUNCATED),)
    return ()

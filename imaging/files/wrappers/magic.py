"""By what a file that is packed begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.image_file.wrapper import Wrapper

HEAD_BYTES: Final = 512
"""Which `wrapper_of` has to see."""
_TAR_AT, _TAR_MARK = 257, b"ustar"
_KNOWN: Final[Mapping[bytes, Wrapper]] = {
    b"\x1f\x8b\x08": Wrapper.GZIP,
    b"\xfd7zXZ\x00": Wrapper.XZ,
    b"\x28\xb5\x2f\xfd": Wrapper.ZSTD,
}
_OTHERS: Final[Mapping[bytes, str]] = {
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\x5d\x00\x00": "LZMA",
    b"MSCF": "cabinet",
}


def wrapper_of(head: bytes) -> Wrapper | None:
    """What a file is packed in; None where it is not packed, or in a way that is not known."""
    if head[_TAR_AT : _TAR_AT + len(_TAR_MARK)] == _TAR_MARK:
        return Wrapper.OVA
    return next((wrapper for mark, wrapper in _KNOWN.items() if head.startswith(mark)), None)


def unknown_wrapper_of(head: bytes) -> str:
    """The name of a packing that is not unpacked here; empty where there is none."""
    return next((name for mark, name in _OTHERS.items() if head.startswith(mark)), "")

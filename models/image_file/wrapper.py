"""What an image can be packed in."""

from __future__ import annotations

from enum import StrEnum


class Wrapper(StrEnum):
    """Packed around a disk; the values are what files of it end in."""

    GZIP = "gz"
    XZ = "xz"
    ZSTD = "zst"
    OVA = "ova"
    PARTS = "parts"
    """A directory with the pieces of one file."""

    @property
    def is_compressed(self) -> bool:
        """Whether it must be unpacked into a file before anything in it can be read."""
        return self in {Wrapper.GZIP, Wrapper.XZ, Wrapper.ZSTD}

    @property
    def cuts(self) -> bool:
        """Whether what is in it are other bytes than those of the file."""
        return self is not Wrapper.PARTS

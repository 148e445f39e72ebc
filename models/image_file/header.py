"""What the header of an image file says."""

from __future__ import annotations

from models.base import Frozen
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import FileWarning, Refusal
from models.text import CleanText


class FileHeader(Frozen):
    """What a file is, as far as its header says; nothing but the inspection has read it."""

    format: ImageFormat | None = None
    """None where it is no disk, or where nobody can say."""
    file_size_bytes: int
    disk_size_bytes: int = 0
    """Of the disk that its guest sees; of a raw file that of the file."""
    has_partition_table: bool = False
    """Of a raw disk: whether it begins like one with a partition table."""
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[FileWarning, ...] = ()
    compression: CleanText = ""
    """Of the clusters of a QCOW2: `zlib`, `zstd`; empty where there is none."""

    @property
    def accepted(self) -> bool:
        """Whether other programs and readers may open it."""
        return self.format is not None and not self.refusals

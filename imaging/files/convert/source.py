"""How qemu-img is told which bytes it may read: an opened file by its number, its format by name, nothing to guess.

With a file's name it would take `json:`, `nbd:` or a colon in it for something else (CVE-2024-4467, CVE-2024-44082);
without a format it believes what the guest wrote.
"""

from __future__ import annotations

from dataclasses import dataclass

from imaging.files.content import FileContent
from models.image_file.image_format import ImageFormat


@dataclass(frozen=True, slots=True)
class ConversionSource:
    """A disk, or a part of a file that holds one."""

    descriptor: int
    """Of an opened file, which the process of qemu-img inherits."""
    format: ImageFormat
    """What the inspection found."""
    offset: int = 0
    size_bytes: int | None = None
    """Of the part; None: to the end of the file."""

    @classmethod
    def of(cls, content: FileContent, kind: ImageFormat) -> ConversionSource | None:
        """The disk in something that lies in one piece; None where it lies in several."""
        extents = content.extents
        if len(extents) != 1:
            return None
        return cls(extents[0].descriptor, kind, extents[0].offset, extents[0].size_bytes)

    @property
    def image_options(self) -> str:
        """For `--image-opts`."""
        window = "" if self.size_bytes is None else f",file.size={self.size_bytes}"
        if self.offset or window:
            inner = "file.file"
            part = f",file.driver=raw,file.offset={self.offset}{window}"
        else:
            inner, part = "file", ""
        name = f"/proc/self/fd/{self.descriptor}"
        options = (
            f"driver={self.format.qemu_name}{part},{inner}.driver=file,{inner}.filename={name},{inner}.locking=off"
        )
        return f"{options},read-only=on"

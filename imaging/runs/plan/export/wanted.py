"""What the user wants of an export: which file, of which format, and where it is worked on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.files.target import TargetNames, refuse_target, shown
from models.errors import UsageError
from models.image_file.image_format import ImageFormat

FORMATS: Final = (ImageFormat.RAW, ImageFormat.QCOW2, ImageFormat.VMDK, ImageFormat.VHDX)
"""Into which an image is converted."""


@dataclass(frozen=True)
class WantedExport:
    """A file that is to be made."""

    path: Path
    format: ImageFormat | None = None
    """None: as it is stored."""
    work_dir: Path | None = None
    """Where the download lies until it is converted; None: beside the file."""

    @property
    def names(self) -> TargetNames:
        """The names of the file and of what stands beside it."""
        return TargetNames(self.path.absolute())


def refuse_wanted(wanted: WantedExport) -> None:
    """See that the file can be made. Reads folders: for a thread.

    Raises:
        UsageError: it cannot, and why.
    """
    refuse_target(wanted.path)
    if wanted.work_dir is not None and not wanted.work_dir.is_dir():
        raise UsageError(
            f"There is no directory {shown(wanted.work_dir)}.",
            meaning="Nothing was downloaded or changed.",
            remedy="Make it, or name another one with --work-dir.",
        )

"""A download that is not whole yet: the part on the disk, what is known of it, and how it is continued."""

from __future__ import annotations

from imaging.files.part_file.part import OVERLAP_BYTES, PartDiffersError, PartFile
from imaging.files.part_file.state import PartBinding

__all__ = ["OVERLAP_BYTES", "PartBinding", "PartDiffersError", "PartFile"]

"""By what a file is known to be the one that a run was planned with."""

from __future__ import annotations

from models.base import Frozen
from models.text import CleanText


class FileStamp(Frozen):
    """What changes when a file is written to, and is read without its content."""

    size_bytes: int
    """Of a directory of parts: of all its parts."""
    modified_ns: int
    """When it was written last, by its file system; of parts the latest."""


class FileIdentity(Frozen):
    """A file's stamp and its content."""

    stamp: FileStamp
    sha256: CleanText
    """Of its bytes as they lie there, packed or not; of parts of all their bytes in their order."""

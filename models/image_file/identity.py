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
    digest: CleanText
    """Of all its bytes as they lie there, packed or not, as 64 hexadecimal digits; of parts of all their bytes in their
    order. It is the project's own, for zeros need not be read for it: `imaging.files.identity`."""
    sha256: CleanText = ""
    """Of the same bytes; empty where nothing is compared with it, for then all zeros would have to be read, too."""

    def is_file(self, other: FileIdentity) -> bool:
        """Whether both are of one file in one state."""
        return (self.stamp, self.digest) == (other.stamp, other.digest)

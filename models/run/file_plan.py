"""The file of an import: which one it is, what is made of it, and what the image is to say of it."""

from __future__ import annotations

from models.base import Frozen
from models.image_file.image_format import ImageFormat
from models.text import CleanText


class FileIdentity(Frozen):
    """By what a file is known to be the one that was planned with."""

    size_bytes: int
    """Of a directory of parts: of all its files."""
    modified_ns: int
    """When it was changed last, by its file system; of parts the latest."""
    sha256: CleanText
    """Of its bytes as they lie there; of parts of all their bytes in their order."""


class FilePlan(Frozen):
    """What an import does with its file."""

    path: str
    """Absolute, as the user named it: a file, or the directory of its parts."""
    identity: FileIdentity
    name: CleanText
    """The last part of its path, for people."""
    work_dir: str
    """Where a conversion is kept until the run is over."""
    declared: ImageFormat | None = None
    """What it is said to be; None where its content told."""
    found: ImageFormat
    """What the innermost file is."""
    target: ImageFormat
    """What is sent."""
    disk_size_bytes: int
    """As its machine sees it."""

"""What is known of the file of an export once it was inspected."""

from __future__ import annotations

from models.base import Frozen
from models.findings import Readiness
from models.image_file.disk_facts import DiskFirmware
from models.image_file.image_format import ImageFormat
from models.text import CleanText


class ExportedFile(Frozen):
    """The file of an export."""

    format: ImageFormat
    """Of a converted file by its content; else what the cloud says, and a finding where its content differs."""
    size_bytes: int
    disk_size_bytes: int
    sha256: CleanText
    compared: bool
    """Whether what was downloaded has the hash that the cloud told. False: not verified."""
    firmware: DiskFirmware = DiskFirmware.UNKNOWN
    architecture: CleanText = ""
    readiness: Readiness
    blockers: tuple[CleanText, ...] = ()
    """The rules that block, as found in the file itself."""
    file_number: int = 0
    """Its inode: by this and its time a run that was killed knows its file again under its last name."""
    modified_ns: int = 0

"""All that is known of an image file, beyond the machine that lies in it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from models.base import Frozen
from models.image_file.disk_facts import DiskFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.wrapper import Wrapper
from models.text import CleanText


class FileFacts(Frozen):
    """A file, what it is packed in, and what the innermost one is."""

    path: CleanText
    """As the user gave it, for people; nothing is opened by it."""
    image_id: CleanText = ""
    """Of an image in Glance, whose name stands in `path`; empty of a file."""
    file_size_bytes: int
    """Of the file as it is given, packed or not."""
    wrappers: tuple[Wrapper, ...] = ()
    """From the outermost inward."""
    declared: ImageFormat | None = None
    """What it is said to be: by the user, or by Glance."""
    header: FileHeader
    """Of the innermost file."""
    disk: DiskFacts | None = None
    """None where the file must not be opened, or nothing of its disk could be read."""
    properties: Mapping[CleanText, CleanText] = Field(default_factory=dict)
    """What its record says that its machines need (`hw_firmware_type`, `architecture`); empty where it has none."""

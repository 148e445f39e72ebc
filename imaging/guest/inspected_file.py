"""What the inspection of an image comes to, whether it lies in a file or in Glance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from imaging.guest.disk_reading.messages import DiskReading
from models.errors import DiskFault
from models.formatting import size
from models.guest.facts import GuestFacts
from models.image_file.disk_facts import DiskFacts, fault_sentence
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.refusal import Refusal, RefusalCode
from models.works.inventory import Inventory

Say = Callable[[str], None]
"""Told of each new thing that is done, as a short line."""


@dataclass(frozen=True)
class InspectedFile:
    """All that was found in a file."""

    file: FileFacts
    guest: GuestFacts | None
    """None where no system could be read: `unread_because` says why."""
    unread_because: str = ""
    inventory: Inventory | None = None
    """What is installed; None where that was not asked for, or no system could be read."""

    @property
    def disk(self) -> DiskFacts | None:
        """What lies on its disk, as in `FileFacts.disk`."""
        return self.file.disk


def not_opened(file: FileFacts) -> InspectedFile:
    """Of a file whose header refuses it."""
    return InspectedFile(file, None, "the file must not be opened")


def as_read(file: FileFacts, reading: DiskReading) -> InspectedFile:
    """Of a file whose disk was read."""
    if reading.disk is None:
        fault = reading.fault or DiskFault.DAMAGED
        return InspectedFile(file, None, fault_sentence(fault))
    file = file.model_copy(update={"disk": reading.disk})
    if _is_no_disk(reading.disk):
        refused = file.header.model_copy(update={"refusals": (Refusal(code=RefusalCode.NOT_A_DISK),)})
        return InspectedFile(file.model_copy(update={"header": refused}), None, "it is no image of a disk")
    return InspectedFile(file, reading.facts, reading.disk.root_unread_because, reading.inventory)


def _is_no_disk(disk: DiskFacts) -> bool:
    """Whether nothing on it is known: no table, no file system, no LVM, no encryption."""
    return not disk.table and not disk.flaws and not any(each.file_system for each in disk.partitions)


def kind_of(header: FileHeader) -> str:
    """Its format in words."""
    return header.format.in_words if header.format is not None else "of an unknown format"


class Progress:
    """Says every tenth of what is unpacked, converted or downloaded."""

    def __init__(self, say: Say) -> None:
        """Say nothing yet."""
        self._say = say
        self._last = ""

    def unpacked(self, done: int, whole: int) -> None:
        """Of bytes that are packed."""
        self._tell("Unpacked", done / whole if whole else 1.0)

    def converted(self, share: float) -> None:
        """Of a disk."""
        self._tell("Converted", share)

    def downloaded(self, done: int, whole: int) -> None:
        """Of an image."""
        self._tell(f"Downloaded of {size(whole)}", done / whole if whole else 1.0)

    def _tell(self, what: str, share: float) -> None:
        line = f"{what}: {10 * math.floor(10 * share)} %"
        if line != self._last:
            self._last = line
            self._say(line)

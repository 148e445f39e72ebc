"""What goes to the process that reads a disk, and what comes back."""

from __future__ import annotations

from pydantic import Field

from models.base import Frozen
from models.errors import DiskFault
from models.foreign import Moment
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.image_file.disk_facts import DiskFacts
from models.image_file.image_format import ImageFormat
from models.works.inventory import Inventory

LONGEST_REQUEST = 4_000_000


class FilePiece(Frozen):
    """A part of an open file; an image file is one piece, or several, one behind the other."""

    descriptor: int
    """Inherited under the same number."""
    offset: int = Field(ge=0)
    size_bytes: int = Field(ge=0)


class ServedBytes(Frozen):
    """An image that lies in no file of this machine: the parent answers for its bytes."""

    descriptor: int
    """Of the socket to ask through, inherited under the same number."""
    size_bytes: int = Field(ge=0)


class DiskRequest(Frozen):
    """All that the process gets."""

    pieces: tuple[FilePiece, ...] = ()
    """Empty where its bytes are asked for."""
    served: ServedBytes | None = None
    format: ImageFormat
    """What the inspection of its header found: nothing is guessed here."""
    questions: Questions
    now: Moment
    seconds: float
    """After which it stops by itself, and keeps what it has."""
    facts: bool = True
    """Whether the parts of the probe are read."""
    inventory: bool = False
    """Whether it is read what is installed."""


class DiskReading(Frozen):
    """What was found."""

    disk: DiskFacts | None = None
    facts: GuestFacts | None = None
    """Of the system on it; None where its root cannot be read, and `disk.root_fault` says why."""
    inventory: Inventory | None = None
    """What is installed, where that was asked for; None as well where the root cannot be read."""
    fault: DiskFault | None = None
    """Why not even the disk could be read."""

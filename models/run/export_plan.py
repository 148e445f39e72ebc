"""What an export makes of an image: the file, its format, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from models.base import Frozen
from models.image_file.image_format import ImageFormat
from models.text import CleanText, one_line


class ExportRefusal(StrEnum):
    """Why an image cannot be exported; the sentences stand in `imaging.runs.plan.export`."""

    NOT_ACTIVE = "not active"
    VOLUME_BACKED = "volume-backed"
    EMPTY = "empty"
    PACKED = "packed"
    UNKNOWN_FORMAT = "unknown format"
    NO_ROOM = "no room"
    NO_CONVERTER = "no converter"


class Room(Frozen):
    """A place that an export writes to."""

    folder: CleanText
    needed_bytes: int
    """At most; zeros take none, and what is compressed less."""
    free_bytes: int
    """When it was planned."""

    @property
    def is_enough(self) -> bool:
        """Whether it certainly is."""
        return self.needed_bytes <= self.free_bytes


class ExportPlan(Frozen):
    """The file that an export writes."""

    path: str
    """Absolute, as the user named it."""
    format: ImageFormat
    """What the file is when the run is over."""
    stored: ImageFormat = ImageFormat.RAW
    """What the cloud says that the image is; its content has no say in it."""
    work_dir: str = ""
    """Where the download lies until it is converted; empty: beside the file."""
    size_bytes: int = 0
    """Of what is downloaded."""
    disk_size_bytes: int | None = None
    """As a machine sees it, where the cloud tells."""
    hash_algorithm: CleanText | None = None
    """None: the cloud has told no hash that can be computed here, so the download is not verified."""
    hash: CleanText | None = None
    properties: tuple[CleanText, ...] = ()
    """The names of those that go along."""
    left_properties: tuple[CleanText, ...] = ()
    """The names of the others."""
    snapshots: tuple[CleanText, ...] = ()
    """Of a volume-backed image: the volume snapshots that hold its data."""
    rooms: tuple[Room, ...] = ()
    refusals: tuple[ExportRefusal, ...] = ()

    @property
    def file_name(self) -> str:
        """The name of the file, for people."""
        return one_line(self.path.rpartition("/")[2])

    @property
    def shown_path(self) -> str:
        """The whole path, for people."""
        return one_line(self.path)

    @property
    def converts(self) -> bool:
        """Whether the file is of another format than what is stored."""
        return self.format is not self.stored

    @property
    def compresses(self) -> bool:
        """Whether the file is compressed where it is converted: QCOW2 by zlib, which every cloud can read."""
        return self.converts and self.format is ImageFormat.QCOW2

    @property
    def is_verifiable(self) -> bool:
        """Whether what is downloaded can be compared with the cloud's own hash."""
        return self.hash is not None and self.hash_algorithm is not None

    @property
    def short_of(self) -> Iterator[Room]:
        """The places where there may be too little room."""
        return (room for room in self.rooms if not room.is_enough)

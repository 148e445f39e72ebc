"""Asks the process that reads a disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from imaging.files.content import Extent
from imaging.guest.disk_reading.messages import DiskReading, DiskRequest, FilePiece
from imaging.runtime.confined.process import ConfinedProcessError, run_confined
from models import foreign
from models.errors import DiskFault, DiskUnreadableError, ForeignValueError
from models.guest.files import Questions
from models.image_file.image_format import ImageFormat

_MODULE: Final = "imaging.guest.disk_reading"
SECONDS: Final = 180.0
"""For all of it; a system of 200,000 files takes a minute."""
_GRACE_SECONDS: Final = 30.0
"""It stops by itself in time and keeps what it has; after these more it is ended, and nothing is kept."""
_LARGEST_ANSWER: Final = 40_000_000


async def read_disk_confined(
    extents: Sequence[Extent],
    kind: ImageFormat,
    questions: Questions,
    *,
    now: datetime,
    seconds: float = SECONDS,
) -> DiskReading:
    """The disk in an image file, and the facts of the system on it.

    Args:
        extents: where the image file lies (`FileContent.extents`); its header was accepted.
        kind: its format, as that inspection found it.
        questions: what the guidelines search for.
        now: the time, by our clock.
        seconds: how long it may take.

    Raises:
        DiskUnreadableError: nothing came of it within the limits of time and memory.
    """
    pieces = tuple(
        FilePiece(descriptor=each.descriptor, offset=each.offset, size_bytes=each.size_bytes) for each in extents
    )
    request = DiskRequest(pieces=pieces, format=kind, questions=questions, now=now, seconds=seconds)
    try:
        printed = await run_confined(
            _MODULE,
            request.model_dump_json().encode("utf-8"),
            seconds=seconds + _GRACE_SECONDS,
            limit_bytes=_LARGEST_ANSWER,
            descriptors=sorted({piece.descriptor for piece in pieces}),
        )
        return foreign.model(DiskReading, printed, max_bytes=_LARGEST_ANSWER)
    except (ConfinedProcessError, ForeignValueError) as error:
        raise DiskUnreadableError(f"The disk could not be read: {error}.", fault=DiskFault.TOO_LARGE) from None

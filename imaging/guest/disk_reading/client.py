"""Asks the process that reads a disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from imaging.files.content import Extent
from imaging.guest.disk_reading.messages import DiskReading, DiskRequest, FilePiece, ServedBytes
from imaging.guest.disk_reading.ranges import Ranges
from imaging.guest.disk_reading.serving import serving
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
FETCH_SECONDS: Final = 1800.0
"""For all bytes that come from far away, beside the time for reading them."""
_LARGEST_ANSWER: Final = 40_000_000


async def read_disk_confined(
    extents: Sequence[Extent],
    kind: ImageFormat,
    questions: Questions,
    *,
    now: datetime,
    seconds: float = SECONDS,
    inventory: bool = False,
) -> DiskReading:
    """The disk in an image file, and the facts of the system on it.

    Args:
        extents: where the image file lies (`FileContent.extents`); its header was accepted.
        kind: its format, as that inspection found it.
        questions: what the guidelines search for.
        now: the time, by our clock.
        seconds: how long it may take.
        inventory: whether it is read what is installed, too.

    Raises:
        DiskUnreadableError: there was no answer within the limits of time and memory.
    """
    pieces = tuple(
        FilePiece(descriptor=each.descriptor, offset=each.offset, size_bytes=each.size_bytes) for each in extents
    )
    request = DiskRequest(
        pieces=pieces, format=kind, questions=questions, now=now, seconds=seconds, inventory=inventory
    )
    return await _asked(request, [piece.descriptor for piece in pieces], seconds + _GRACE_SECONDS)


async def read_ranges_confined(
    ranges: Ranges,
    kind: ImageFormat,
    questions: Questions,
    *,
    now: datetime,
    seconds: float = SECONDS,
    facts: bool = True,
    inventory: bool = False,
) -> DiskReading:
    """As `read_disk_confined`, of bytes that lie far away: the process has no network, and asks here for each part.

    Args:
        ranges: where the bytes come from.
        kind: as there.
        questions: as there.
        now: as there.
        seconds: how long the reading may take, without the time that bytes take to come.
        facts: whether the parts of the probe are read.
        inventory: whether it is read what is installed.

    Raises:
        CloudError: the bytes did not come.
        DiskUnreadableError: as there.
    """
    async with serving(ranges) as served:
        told = ServedBytes(descriptor=served.descriptor, size_bytes=ranges.size_bytes)
        request = DiskRequest(
            served=told,
            format=kind,
            questions=questions,
            now=now,
            seconds=seconds,
            facts=facts,
            inventory=inventory,
        )
        try:
            reading = await _asked(request, [served.descriptor], seconds + FETCH_SECONDS)
        except DiskUnreadableError:
            if served.failed is not None:
                raise served.failed from None
            raise
        if served.failed is not None:
            raise served.failed
        return reading


async def _asked(request: DiskRequest, descriptors: Sequence[int], seconds: float) -> DiskReading:
    try:
        printed = await run_confined(
            _MODULE,
            request.model_dump_json().encode("utf-8"),
            seconds=seconds,
            limit_bytes=_LARGEST_ANSWER,
            descriptors=sorted(set(descriptors)),
        )
        return foreign.model(DiskReading, printed, max_bytes=_LARGEST_ANSWER)
    except (ConfinedProcessError, ForeignValueError) as error:
        raise DiskUnreadableError(f"The disk could not be read: {error}.", fault=DiskFault.TOO_LARGE) from None

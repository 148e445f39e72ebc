"""An image in Glance from its record to the facts of the system in it: only the parts that are needed are fetched."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from imaging.files.content import OpenContent
from imaging.files.formats import read_header
from imaging.files.wrappers.sparse_file import SparseFile
from imaging.files.wrappers.unpacking import UnpackLimits
from imaging.files.wrappers.unwrapping import nameless_file
from imaging.guest.disk_reading.client import read_ranges_confined
from imaging.guest.disk_reading.ranges import Fetch, Ranges
from imaging.guest.file_inspection import inspect_content
from imaging.guest.inspected_file import InspectedFile, Progress, Say, as_read, kind_of, not_opened
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import DiskFault, ImageFileError, RangeIgnoredError
from models.formatting import size
from models.guest.files import Questions
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.works.inventory import Inventory

Take = Callable[[int, bytes], None]
Download = Callable[[Take], Awaitable[None]]
"""Fetches all of an image; the function is given each piece with its place."""

_STEP_BYTES: Final = 2**20
"""What is fetched is told when it has doubled, from here on."""


async def inspect_image(image: Image, fetch: Fetch, questions: Questions, clock: Clock, say: Say) -> InspectedFile:
    """Inspect an image by the parts of it that are needed: a few hundredths of most.

    Args:
        image: its record. What Glance calls RAW is never taken for anything else.
        fetch: fetches a part of it, as `ImageBytes.read_bytes`.
        questions: what the guidelines want to know.
        clock: says when it was read.
        say: told about progress.

    Raises:
        ImageFileError: it has no bytes to read, is of a format that is no disk's, or comes only whole.
        CloudError: its bytes did not come.
    """
    return await _by_ranges(image, fetch, questions, clock, say, facts=True)


async def read_image_inventory(image: Image, fetch: Fetch, clock: Clock, say: Say) -> Inventory:
    """What is installed on an image, by the parts of it that are needed; see `inspect_image`.

    Raises:
        ImageFileError: it has no bytes to read, is of a format that is no disk's, comes only whole, or no system could
            be read in it.
        CloudError: its bytes did not come.
    """
    found = await _by_ranges(image, fetch, Questions(), clock, say, facts=False)
    if found.inventory is None:
        why = found.unread_because or "no system could be read in it"
        raise ImageFileError(f"What is installed on {image.name} is unknown: {why}.", meaning="Nothing was compared.")
    return found.inventory.model_copy(update={"about_image_id": image.id})


async def _by_ranges(
    image: Image, fetch: Fetch, questions: Questions, clock: Clock, say: Say, *, facts: bool
) -> InspectedFile:
    size_bytes, declared = readable_size(image), _declared(image)
    ranges = Ranges(fetch, size_bytes, _Fetched(say, size_bytes).tell)
    try:
        header = await in_thread(_header, ranges, asyncio.get_running_loop(), declared)
        file = _facts(image, declared, header)
        if not header.accepted or header.format is None:
            return not_opened(file)
        say(f"Reading the disk: {size(header.disk_size_bytes)}, {kind_of(header)}.")
        reading = await read_ranges_confined(
            ranges, header.format, questions, now=clock.now(), facts=facts, inventory=True
        )
    except RangeIgnoredError:
        raise _only_whole(image, size_bytes) from None
    if reading.fault is DiskFault.CONVERT_FIRST:
        raise _only_converted(image, header, size_bytes)
    return as_read(file, reading)


async def inspect_downloaded(
    image: Image, download: Download, questions: Questions, clock: Clock, say: Say, *, work_dir: Path
) -> InspectedFile:
    """As `inspect_image`, but all of it is fetched first, into a file without a name.

    Args:
        image: its record.
        download: fetches it.
        questions: as there.
        clock: as there.
        say: as there.
        work_dir: where there is room for it.

    Raises:
        ImageFileError: as there, or there is no room.
        CloudError: its bytes did not come.
    """
    size_bytes, declared = readable_size(image), _declared(image)
    with ExitStack() as opened:
        descriptor = nameless_file(work_dir, opened)
        _refuse_without_room(work_dir, size_bytes)
        sink = SparseFile(descriptor, keep_free_bytes=UnpackLimits().keep_free_bytes)
        await download(_Kept(sink, size_bytes, say).take)
        await in_thread(sink.finish)
        content = OpenContent(descriptor, size_bytes)
        file = _facts(image, declared, FileHeader(file_size_bytes=size_bytes))
        return await inspect_content(content, file, questions, clock, say, work_dir=work_dir)


def readable_size(image: Image) -> int:
    """How many bytes an image has.

    Raises:
        ImageFileError: there is none, or none could be read now.
    """
    if image.is_volume_backed:
        raise ImageFileError(
            f"The image {image.name} holds no data: it refers to snapshots of volumes.",
            meaning="Nothing was read.",
            remedy="Launch an instance of it, and inspect that.",
        )
    if image.status != "active" or not image.size_bytes:
        raise ImageFileError(
            f"The image {image.name} cannot be read: it is {image.status}, with {size(image.size_bytes or 0)}.",
            meaning="Nothing was read.",
            remedy="Only an active image has bytes; see `imaging images`.",
        )
    return image.size_bytes


def _declared(image: Image) -> ImageFormat:
    try:
        return ImageFormat(image.disk_format or "")
    except ValueError:
        raise ImageFileError(
            f"The image {image.name} is no disk that is read here: its format is {image.disk_format or 'not told'}.",
            meaning="Nothing was read.",
        ) from None


def _header(ranges: Ranges, loop: asyncio.AbstractEventLoop, declared: ImageFormat) -> FileHeader:
    """In a thread: what reads headers waits for each part of them."""

    def read(offset: int, length: int) -> bytes:
        return asyncio.run_coroutine_threadsafe(ranges.read(offset, length), loop).result()

    return read_header(read, ranges.size_bytes, declared=declared)


def _facts(image: Image, declared: ImageFormat, header: FileHeader) -> FileFacts:
    return FileFacts(
        path=image.name or image.id,
        image_id=image.id,
        file_size_bytes=header.file_size_bytes,
        declared=declared,
        header=header,
        properties=image.properties,
    )


def _only_whole(image: Image, size_bytes: int) -> ImageFileError:
    return ImageFileError(
        f"The cloud sends the image {image.name} only whole, which is {size(size_bytes)}.",
        meaning="Nothing was inspected.",
        remedy=_download(image, size_bytes),
    )


def _only_converted(image: Image, header: FileHeader, size_bytes: int) -> ImageFileError:
    return ImageFileError(
        f"The image {image.name} is {kind_of(header)} of a form that is converted before it is read.",
        meaning="Nothing was inspected.",
        remedy=_download(image, size_bytes + header.disk_size_bytes),
    )


def _download(image: Image, size_bytes: int) -> str:
    return f"Fetch all of it, with room for {size(size_bytes)}: imaging inspect --image {image.id} --download"


def _refuse_without_room(work_dir: Path, size_bytes: int) -> None:
    told = os.statvfs(work_dir)
    if told.f_bavail * told.f_frsize < size_bytes:
        raise ImageFileError(
            f"{work_dir} has no room for {size(size_bytes)}.",
            meaning="Nothing was fetched.",
            remedy="Choose another directory with --work-dir.",
        )


class _Kept:
    """Writes what comes into a file, and tells how much came, in the event loop."""

    def __init__(self, sink: SparseFile, size_bytes: int, say: Say) -> None:
        self._sink, self._size_bytes = sink, size_bytes
        self._progress = Progress(say)
        self._loop = asyncio.get_running_loop()

    def take(self, _offset: int, piece: bytes) -> None:
        """In a thread of the transfer, from the first byte on, in order."""
        try:
            self._sink.write(piece)
        except OSError as error:
            raise ImageFileError(
                f"The image cannot be kept: {error.strerror or error}.",
                meaning="What was fetched so far is removed.",
                remedy="Make room, or choose another directory with --work-dir.",
            ) from None
        self._loop.call_soon_threadsafe(self._progress.downloaded, self._sink.size_bytes, self._size_bytes)


class _Fetched:
    """Says how much was fetched, each time that it has doubled."""

    def __init__(self, say: Say, size_bytes: int) -> None:
        self._say, self._size_bytes = say, size_bytes
        self._next = _STEP_BYTES

    def tell(self, fetched: int) -> None:
        if fetched >= self._next:
            self._next = 2 * fetched
            self._say(f"Read {size(fetched)} of {size(self._size_bytes)}.")

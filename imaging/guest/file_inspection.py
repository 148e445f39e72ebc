"""An image file from its name to the facts of the system in it: unpacked, judged, converted where it must be, read."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.files.content import FileContent, OpenContent
from imaging.files.convert.qemu_img import Conversion, check, convert
from imaging.files.convert.source import ConversionSource
from imaging.files.formats import read_header
from imaging.files.wrappers.unpacking import UnpackLimits
from imaging.files.wrappers.unwrapping import Unwrapped, nameless_file, unwrap
from imaging.guest.disk_reading.client import read_disk_confined
from imaging.guest.disk_reading.messages import DiskReading
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.errors import DiskFault, ImageFileError
from models.formatting import size
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.image_file.disk_facts import DiskFacts, fault_sentence
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import Refusal, RefusalCode

_CHECK_SECONDS: Final = 600.0
_IDLE_SECONDS: Final = 120.0

Say = Callable[[str], None]
"""Told of each new thing that is done, as a short line."""


@dataclass(frozen=True)
class InspectedFile:
    """All that was found in a file."""

    file: FileFacts
    guest: GuestFacts | None
    """None where no system could be read: `unread_because` says why."""
    unread_because: str = ""

    @property
    def disk(self) -> DiskFacts | None:
        """What lies on its disk, as in `FileFacts.disk`."""
        return self.file.disk


async def inspect_file(
    path: Path,
    questions: Questions,
    clock: Clock,
    say: Say,
    *,
    declared: ImageFormat | None,
    work_dir: Path,
) -> InspectedFile:
    """Inspect an image file; nothing of it is mounted or run, and nothing opens it that its header does not allow.

    Args:
        path: a file, or a directory with the parts of one.
        questions: what the guidelines want to know.
        clock: says when it was read.
        say: told of progress.
        declared: the format that it is said to have; None lets its content tell.
        work_dir: where it is unpacked or converted, in files without a name.

    Raises:
        RefusedFileError: it is no file, or what it is packed in cannot be unpacked.
        ImageFileError: there is no room for it, or no program that converts it.
    """
    with ExitStack() as opened:
        progress = _Progress(say)
        found = await unwrap(path, opened, work_dir=work_dir, limits=UnpackLimits(), tell=progress.unpacked)
        header = await in_thread(_header, found, declared)
        file = _facts(path, found, header, declared)
        if not header.accepted:
            return InspectedFile(file, None, "the file must not be opened")
        say(f"Reading the disk: {size(header.disk_size_bytes)}, {_kind(header)}.")
        reading = await _read(found.content, header, questions, clock)
        if reading.fault is DiskFault.CONVERT_FIRST:
            content = await _converted(found.content, header, work_dir, opened, progress)
            raw = header.model_copy(update={"format": ImageFormat.RAW})
            reading = await _read(content, raw, questions, clock)
        return _inspected(file, reading)


def _header(found: Unwrapped, declared: ImageFormat | None) -> FileHeader:
    return read_header(found.content.read, found.content.size_bytes, declared=declared)


def _facts(path: Path, found: Unwrapped, header: FileHeader, declared: ImageFormat | None) -> FileFacts:
    return FileFacts(
        path=str(path),
        file_size_bytes=found.packed_size_bytes,
        wrappers=found.wrappers,
        declared=declared,
        header=header,
    )


def _kind(header: FileHeader) -> str:
    return header.format.in_words if header.format is not None else "of an unknown format"


async def _read(content: FileContent, header: FileHeader, questions: Questions, clock: Clock) -> DiskReading:
    assert header.format is not None  # noqa: S101  # it was accepted; for the type checker
    return await read_disk_confined(content.extents, header.format, questions, now=clock.now())


async def _converted(
    content: FileContent, header: FileHeader, work_dir: Path, opened: ExitStack, progress: _Progress
) -> FileContent:
    """The same disk as RAW, in a file without a name."""
    source = ConversionSource.of(content, header.format or ImageFormat.RAW)
    if source is None:
        raise ImageFileError(
            f"A disk of this kind ({_kind(header)}) is not read from several parts.",
            meaning="Nothing was opened or sent.",
            remedy="Join the parts first: cat PART1 PART2 … >FILE.",
        )
    await check(source, seconds=_CHECK_SECONDS)
    descriptor = nameless_file(work_dir, opened)
    target = Conversion(source, Path(f"/proc/self/fd/{descriptor}"), ImageFormat.RAW, keeps_descriptor=descriptor)
    await convert(target, idle_seconds=_IDLE_SECONDS, tell=progress.converted)
    return OpenContent(descriptor, header.disk_size_bytes)


def _inspected(file: FileFacts, reading: DiskReading) -> InspectedFile:
    if reading.disk is None:
        fault = reading.fault or DiskFault.DAMAGED
        return InspectedFile(file, None, fault_sentence(fault))
    file = file.model_copy(update={"disk": reading.disk})
    if _is_no_disk(reading.disk):
        refused = file.header.model_copy(update={"refusals": (Refusal(code=RefusalCode.NOT_A_DISK),)})
        return InspectedFile(file.model_copy(update={"header": refused}), None, "it is no image of a disk")
    return InspectedFile(file, reading.facts, reading.disk.root_unread_because)


def _is_no_disk(disk: DiskFacts) -> bool:
    """Whether nothing on it is known: no table, no file system, no LVM, no encryption."""
    return not disk.table and not disk.flaws and not any(each.file_system for each in disk.partitions)


class _Progress:
    """Says every tenth of what is unpacked or converted."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._last = ""

    def unpacked(self, done: int, whole: int) -> None:
        self._tell("Unpacked", done / whole if whole else 1.0)

    def converted(self, share: float) -> None:
        self._tell("Converted", share)

    def _tell(self, what: str, share: float) -> None:
        line = f"{what}: {10 * math.floor(10 * share)} %"
        if line != self._last:
            self._last = line
            self._say(line)

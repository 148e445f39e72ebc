"""An image file from its name to the facts of the system in it: unpacked, judged, converted where it must be, read."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.files.content import FileContent, OpenContent
from imaging.files.convert.qemu_img import Conversion, check, convert
from imaging.files.convert.source import ConversionSource
from imaging.files.formats import RefusedFileError, open_image_file, read_header
from imaging.files.wrappers.unpacking import UnpackLimits
from imaging.files.wrappers.unwrapping import Unwrapped, nameless_file, unwrap
from imaging.guest.disk_reading.client import read_disk_confined
from imaging.guest.disk_reading.messages import DiskReading
from imaging.guest.inspected_file import InspectedFile, Progress, Say, as_read, kind_of, not_opened
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.errors import DiskFault, ForeignValueError, ImageFileError
from models.formatting import size
from models.guest.files import Questions
from models.image_file.exported import MOST_BYTES, SUFFIX, ExportedImage, read_exported
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat

__all__ = ["InspectedFile", "Say", "inspect_content", "inspect_file"]

_CHECK_SECONDS: Final = 600.0
_IDLE_SECONDS: Final = 120.0


@dataclass(frozen=True)
class _Work:
    """What every part of an inspection needs."""

    questions: Questions
    clock: Clock
    say: Say
    work_dir: Path
    inventory: bool = False
    """Whether it is read what is installed, too."""


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
        say: told about progress.
        declared: the format that it is said to have; None lets its content tell.
        work_dir: where it is unpacked or converted, in files without a name.

    Raises:
        RefusedFileError: it is no file, or what it is packed in cannot be unpacked.
        ImageFileError: there is no room for it, or no program that converts it.
    """
    work = _Work(questions, clock, say, work_dir)
    with ExitStack() as opened:
        found = await unwrap(path, opened, work_dir=work_dir, limits=UnpackLimits(), tell=Progress(say).unpacked)
        header = await in_thread(_header, found.content, declared)
        file = _facts(path, found, header, declared).model_copy(
            update={"properties": await in_thread(_properties_beside, path, say)}
        )
        return await _inspect(found.content, file, work, opened)


async def inspect_content(
    content: FileContent, file: FileFacts, questions: Questions, clock: Clock, say: Say, *, work_dir: Path
) -> InspectedFile:
    """Inspect what lies in open files, and is packed in nothing; and read what is installed on it.

    Args:
        content: where it lies.
        file: what is known of it; its header is read here.
        questions: as for `inspect_file`.
        clock: the same.
        say: the same.
        work_dir: the same.

    Raises:
        ImageFileError: there is no room for it, or no program that converts it.
    """
    header = await in_thread(_header, content, file.declared)
    with ExitStack() as opened:
        work = _Work(questions, clock, say, work_dir, inventory=True)
        return await _inspect(content, file.model_copy(update={"header": header}), work, opened)


async def _inspect(content: FileContent, file: FileFacts, work: _Work, opened: ExitStack) -> InspectedFile:
    header = file.header
    if not header.accepted:
        return not_opened(file)
    work.say(f"Reading the disk: {size(header.disk_size_bytes)}, {kind_of(header)}.")
    reading = await _read(content, header, work)
    if reading.fault is DiskFault.CONVERT_FIRST:
        raw = header.model_copy(update={"format": ImageFormat.RAW})
        reading = await _read(await _converted(content, header, work, opened), raw, work)
    return as_read(file, reading)


def _header(content: FileContent, declared: ImageFormat | None) -> FileHeader:
    return read_header(content.read, content.size_bytes, declared=declared)


def _facts(path: Path, found: Unwrapped, header: FileHeader, declared: ImageFormat | None) -> FileFacts:
    return FileFacts(
        path=str(path),
        file_size_bytes=found.packed_size_bytes,
        wrappers=found.wrappers,
        declared=declared,
        header=header,
    )


def _properties_beside(path: Path, say: Say) -> Mapping[str, str]:
    """What the description beside an exported file says that its machines need; nothing where there is none."""
    try:
        found = exported_beside(path)
    except ForeignValueError:
        say("The description beside the file cannot be read, so its properties are not compared.")
        return {}
    return found.properties if found is not None else {}


def exported_beside(path: Path) -> ExportedImage | None:
    """What stands beside an exported file; None where there is nothing, or something else.

    Raises:
        ForeignValueError: it is no JSON, or claims to be of this program and cannot be read.
    """
    try:
        with open_image_file(path.with_name(path.name + SUFFIX)) as described:
            content = described.read(0, MOST_BYTES + 1)
    except (RefusedFileError, ValueError):
        return None
    return read_exported(content)


async def _read(content: FileContent, header: FileHeader, work: _Work) -> DiskReading:
    assert header.format is not None  # noqa: S101  # it was accepted; for the type checker
    return await read_disk_confined(
        content.extents, header.format, work.questions, now=work.clock.now(), inventory=work.inventory
    )


async def _converted(content: FileContent, header: FileHeader, work: _Work, opened: ExitStack) -> FileContent:
    """The same disk as RAW, in a file without a name."""
    source = ConversionSource.of(content, header.format or ImageFormat.RAW)
    if source is None:
        raise ImageFileError(
            f"A disk of this kind ({kind_of(header)}) is not read from several parts.",
            meaning="Nothing was opened or sent.",
            remedy="Join the parts first: cat PART1 PART2 … >FILE.",
        )
    await check(source, seconds=_CHECK_SECONDS)
    descriptor = nameless_file(work.work_dir, opened)
    target = Conversion(source, Path(f"/proc/self/fd/{descriptor}"), ImageFormat.RAW, keeps_descriptor=descriptor)
    await convert(target, idle_seconds=_IDLE_SECONDS, tell=Progress(work.say).converted)
    return OpenContent(descriptor, header.disk_size_bytes)

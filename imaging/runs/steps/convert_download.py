"""Convert download: the disk in the wanted format, beside where the file will be. Only what was inspected is opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from imaging.files.content import OpenContent
from imaging.files.convert.qemu_img import Conversion, check, convert
from imaging.files.convert.source import ConversionSource
from imaging.files.formats import RefusedFileError, read_header
from imaging.files.part_file import PartFile
from imaging.files.target import free_bytes, shown
from imaging.runs.core.aside import beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.receiving.export_files import ExportFiles
from imaging.runtime.threads import in_thread
from models.errors import ImageFileError, NeedsUserError, RunError
from models.formatting import size
from models.image_file.header import FileHeader
from models.run.export_plan import ExportPlan

_KEEP_FREE_BYTES: Final = 2**29
_CHECK_SECONDS: Final = 3600.0
_IDLE_SECONDS: Final = 600.0
"""A stretch of a disk that does not compress, on a network file system that is busy."""


class _NoRoomError(Exception):
    """Too little room is left beside the file."""


async def convert_download(ctx: StepContext) -> StepResult:
    """Goal: what is downloaded lies in the wanted format beside where the file will be.

    Raises:
        RunError: its content is not what the cloud says, so that nothing may open it.
        NeedsUserError: there is no room.
        ImageFileError: it cannot be converted, or something else has the name.
    """
    files, export = ExportFiles.of(ctx.run.plan), ctx.run.plan.export
    if export is None or not export.converts:
        return StepResult("as it is stored", skipped=True)
    if await in_thread(files.is_own, files.names.path, ctx.run.exported):
        return StepResult("the file is written already", skipped=True)
    part = await in_thread(files.open)
    try:
        header = await in_thread(_header, part, export)
        if not header.accepted:
            raise _refused(files, export, header)
        await in_thread(files.remove_result)
        return await _converted(ctx, files, export, part)
    finally:
        await in_thread(part.close)


def _header(part: PartFile, export: ExportPlan) -> FileHeader:
    """By its content, and by what the cloud says: what it calls RAW is never taken for anything else."""
    content = OpenContent(part.descriptor, part.received_bytes)
    return read_header(content.read, content.size_bytes, declared=export.stored)


def _refused(files: ExportFiles, export: ExportPlan, header: FileHeader) -> RunError:
    why = RefusedFileError(shown(files.part), *header.refusals).what if header.refusals else "It is no disk."
    return RunError(
        f"It cannot be converted to {export.format.in_words}: {why}",
        meaning=f"What was downloaded is kept as {shown(files.part)}; nothing has opened it.",
        remedy=f"Export it as it is stored ({export.stored.in_words}): leave --format out, and give a reason.",
    )


async def _converted(ctx: StepContext, files: ExportFiles, export: ExportPlan, part: PartFile) -> StepResult:
    source = ConversionSource(part.descriptor, export.stored)
    await beside(
        ctx,
        check(source, seconds=_CHECK_SECONDS),
        what="the check of its tables",
        progress=lambda: "checking its tables",
    )
    descriptor = await in_thread(_begin, files, part)
    try:
        await _convert(ctx, files, export, Target(descriptor, source))
        await in_thread(os.fsync, descriptor)
        return StepResult(f"{export.format.in_words}, {size(os.fstat(descriptor).st_size)}")
    finally:
        os.close(descriptor)


class Target:
    """The opened file of a result, and the disk that it is made of."""

    def __init__(self, descriptor: int, source: ConversionSource) -> None:
        """Keep both."""
        self.descriptor, self.source = descriptor, source


async def _convert(ctx: StepContext, files: ExportFiles, export: ExportPlan, target: Target) -> None:
    share = 0.0

    def told(done: float) -> None:
        nonlocal share
        share = done
        if free_bytes(files.names.path.parent) < _KEEP_FREE_BYTES:
            raise _NoRoomError

    conversion = Conversion(
        target.source,
        Path(f"/proc/self/fd/{target.descriptor}"),
        export.format,
        compress=export.compresses,
        keeps_descriptor=target.descriptor,
    )
    try:
        await beside(
            ctx,
            convert(conversion, idle_seconds=_IDLE_SECONDS, tell=told),
            what="the conversion",
            progress=lambda: f"converted {100 * share:.0f} %",
        )
    except _NoRoomError:
        await in_thread(files.remove_result)
        raise _no_room(files) from None
    except ImageFileError:
        room = free_bytes(files.names.path.parent)
        await in_thread(files.remove_result)
        if room < _KEEP_FREE_BYTES:
            raise _no_room(files) from None
        raise
    except BaseException:
        await in_thread(files.remove_result)
        raise


def _begin(files: ExportFiles, part: PartFile) -> int:
    """The empty file of the result; what it is is noted before anything is written to it."""
    path = files.names.converted
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ImageFileError(
            f"{shown(path)} cannot be written: {error.strerror}.",
            meaning="What was downloaded is kept.",
            remedy="Check the directory and its permissions.",
        ) from error
    try:
        part.note_result(os.fstat(descriptor).st_ino)
    except BaseException:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    return descriptor


def _no_room(files: ExportFiles) -> NeedsUserError:
    return NeedsUserError(
        f"There is too little room in {shown(files.names.path.parent)} for the converted file.",
        meaning="What was downloaded is kept; what was converted of it is removed.",
        remedy="Make room: the conversion begins again by itself. Or cancel the run, which removes what is there.",
    )

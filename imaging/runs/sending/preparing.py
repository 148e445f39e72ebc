"""What is sent: the planned file opened again, or a conversion of it that is made and kept.

A plan may be hours old. So the stamp of the file is compared whenever it is opened, its whole hash before anything is
made of it, and its header is inspected again before qemu-img sees it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from imaging.files.content import FileContent, OpenContent
from imaging.files.convert.qemu_img import Conversion, check, convert
from imaging.files.convert.source import ConversionSource
from imaging.files.formats import read_header
from imaging.files.identity import stamp_of
from imaging.files.wrappers.sparse_file import SparseFile
from imaging.files.wrappers.unpacking import UnpackLimits
from imaging.files.wrappers.unwrapping import nameless_file, unwrap
from imaging.runs.sending.kept import (
    KEEP_FREE_BYTES,
    finish_part,
    new_part,
    open_kept,
    part_path,
    refuse_full,
)
from imaging.runtime.threads import in_thread
from models.errors import ImageFileError
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.run.file_plan import FilePlan

_CHECK_SECONDS: Final = 3600.0
_IDLE_SECONDS: Final = 600.0
_PIECE_BYTES: Final = 2**22
_LIMITS: Final = UnpackLimits(keep_free_bytes=KEEP_FREE_BYTES)

Told = Callable[[str, float], None]
"""What is done, and which share of it is."""


def refuse_changed(plan: FilePlan) -> None:
    """Refuse a file that was written to, or replaced, since it was inspected; asked without reading it.

    Raises:
        ImageFileError: it is another one now, or is gone.
    """
    if plan.identity is None or stamp_of(Path(plan.path)) != plan.identity.stamp:
        raise changed(plan)


def changed(plan: FilePlan) -> ImageFileError:
    """The file is not the one that was inspected."""
    return ImageFileError(
        f"{plan.path} has changed since it was inspected.",
        meaning="What lies in it now nobody has inspected, so nothing of it is sent.",
        remedy="Import it again: it is inspected first.",
    )


async def open_to_send(plan: FilePlan, opened: ExitStack) -> FileContent | None:
    """The bytes that are to be sent; None where they have to be made first.

    Args:
        plan: the file.
        opened: closes it.

    Raises:
        ImageFileError: the file has changed or cannot be opened.
    """
    await in_thread(refuse_changed, plan)
    if plan.converts:
        descriptor = await in_thread(open_kept, plan)
        if descriptor is None:
            return None
        opened.callback(os.close, descriptor)
        return OpenContent(descriptor, os.fstat(descriptor).st_size)
    found = await unwrap(
        Path(plan.path), opened, work_dir=Path(plan.work_dir), limits=_LIMITS, tell=lambda _done, _whole: None
    )
    return found.content


async def make_kept(plan: FilePlan, run_id: str, tell: Told) -> int:
    """Make the conversion and give it its name once the disk has it whole.

    Args:
        plan: the file, which was seen to be unchanged.
        run_id: of the run that makes it.
        tell: told about progress.

    Returns:
        Its size.

    Raises:
        ImageFileError: there is no room, no qemu-img, or the file is not what it was; nothing is left of it then.
    """
    part = part_path(plan, run_id)
    try:
        with ExitStack() as opened:
            descriptor = await _written(plan, part, opened, tell)
            header = await in_thread(_header, OpenContent(descriptor, os.fstat(descriptor).st_size), plan.target)
            _refuse_other(plan, header)
            await in_thread(refuse_changed, plan)
            await in_thread(finish_part, descriptor, part, plan)
            return header.file_size_bytes
    except BaseException:
        part.unlink(missing_ok=True)
        raise


async def _written(plan: FilePlan, part: Path, opened: ExitStack, tell: Told) -> int:
    """The part, with all that is to be sent in it."""
    facts = plan.facts
    assert facts is not None  # noqa: S101  # nothing else is converted; for the type checker
    is_only_packed = facts.header.format is plan.target

    def new_file(folder: Path, stack: ExitStack) -> int:
        return stack.enter_context(new_part(part)) if is_only_packed else nameless_file(folder, stack)

    found = await unwrap(
        Path(plan.path),
        opened,
        work_dir=Path(plan.work_dir),
        limits=_LIMITS,
        tell=lambda done, whole: tell("unpacked", done / whole if whole else 1.0),
        new_file=new_file,
    )
    header = await in_thread(_header, found.content, facts.declared)
    if not header.accepted or header.format is not facts.header.format:
        raise changed(plan)
    if is_only_packed and found.unpacked:
        return found.content.extents[0].descriptor
    descriptor = opened.enter_context(new_part(part))
    await _converted(plan, await _in_one_piece(found.content, header, Path(plan.work_dir), opened), descriptor, tell)
    return descriptor


async def _converted(plan: FilePlan, source: ConversionSource, descriptor: int, tell: Told) -> None:
    await check(source, seconds=_CHECK_SECONDS)

    def converted(share: float) -> None:
        refuse_full(Path(plan.work_dir))
        tell("converted", share)

    target = Conversion(source, Path(f"/proc/self/fd/{descriptor}"), plan.target, keeps_descriptor=descriptor)
    await convert(target, idle_seconds=_IDLE_SECONDS, tell=converted)


async def _in_one_piece(
    content: FileContent, header: FileHeader, work_dir: Path, opened: ExitStack
) -> ConversionSource:
    """A disk that qemu-img can read: what lies in several parts is joined first."""
    kind = header.format or ImageFormat.RAW
    source = ConversionSource.of(content, kind)
    if source is not None:
        return source
    descriptor = nameless_file(work_dir, opened)
    await _copied(content, descriptor)
    return ConversionSource(descriptor, kind)


async def _copied(content: FileContent, descriptor: int) -> None:
    sink, at = SparseFile(descriptor, keep_free_bytes=KEEP_FREE_BYTES), 0
    try:
        while piece := await in_thread(content.read, at, _PIECE_BYTES):
            await in_thread(sink.write, piece)
            at += len(piece)
        await in_thread(sink.finish)
    except OSError as error:
        raise ImageFileError(
            f"The parts could not be joined: {error.strerror or error}.",
            meaning="What was written of it is removed; the file itself is untouched.",
            remedy="Make room, or choose another directory with --work-dir.",
        ) from None


def _header(content: FileContent, declared: ImageFormat | None) -> FileHeader:
    return read_header(content.read, content.size_bytes, declared=declared)


def _refuse_other(plan: FilePlan, header: FileHeader) -> None:
    """What came out of a converter is inspected like what went in."""
    whole = plan.facts.header.disk_size_bytes if plan.facts is not None else 0
    if header.accepted and header.format is plan.target and header.disk_size_bytes == whole:
        return
    why = " ".join(each.sentence for each in header.refusals) or "its size or its format differs from the disk's"
    raise ImageFileError(
        f"The conversion is not what it should be: {why}",
        meaning="It is removed, and nothing was sent.",
        remedy="Check that the file is whole, and that the work directory has room.",
    )

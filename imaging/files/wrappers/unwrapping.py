"""From a file as it was given to the disk in it: wrapper after wrapper, at most two."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from imaging.files.content import FileContent, Joined, OpenContent
from imaging.files.formats import OpenedFile, RefusedFileError, open_image_file
from imaging.files.wrappers.magic import HEAD_BYTES, unknown_wrapper_of, wrapper_of
from imaging.files.wrappers.ova import disk_in_ova
from imaging.files.wrappers.parts import open_parts
from imaging.files.wrappers.unpacking import Told, UnpackLimits, unpack
from models.errors import ImageFileError
from models.image_file.refusal import Refusal, RefusalCode
from models.image_file.wrapper import Wrapper

DEEPEST: Final = 2
"""Wrappers around a disk; a directory of parts is not counted, for its parts are one file."""


NewFile = Callable[[Path, ExitStack], int]
"""Makes a file in a directory, open for reading and writing, and has it closed with the rest."""


@dataclass(frozen=True)
class Unwrapped:
    """The innermost file, which is in no wrapper that is known."""

    content: FileContent
    wrappers: tuple[Wrapper, ...]
    """From the outermost inward."""
    packed_size_bytes: int
    """Of what was given."""
    unpacked: bool
    """Whether it was unpacked into a new file; otherwise it is read in the place where it is."""


def open_source(path: Path, opened: ExitStack) -> tuple[FileContent, tuple[Wrapper, ...]]:
    """Open a file, or a directory of parts as the file that they make.

    Raises:
        RefusedFileError: it cannot be used, and why.
    """
    if path.is_dir():
        return Joined(open_parts(path, opened)), (Wrapper.PARTS,)
    file: OpenedFile = opened.enter_context(open_image_file(path))
    return file, ()


async def unwrap(
    path: Path,
    opened: ExitStack,
    *,
    work_dir: Path,
    limits: UnpackLimits,
    tell: Told,
    new_file: NewFile | None = None,
) -> Unwrapped:
    """Find the disk in a file.

    What is compressed is unpacked into nameless files of the work directory: none is left, even after a crash.

    Args:
        path: a file, or a directory of parts.
        opened: closes what was opened.
        work_dir: has room for what is unpacked.
        limits: of what is unpacked.
        tell: told about progress.
        new_file: makes the files that are unpacked into; by default nameless ones.

    Raises:
        RefusedFileError: it cannot be used, and why.
        ImageFileError: there is no room.
    """
    content, wrappers = open_source(path, opened)
    name, given_size_bytes, was_unpacked = str(path), content.size_bytes, False
    while (wrapper := wrapper_of(content.read(0, HEAD_BYTES))) is not None:
        if len([each for each in wrappers if each is not Wrapper.PARTS]) == DEEPEST:
            raise RefusedFileError(name, Refusal(code=RefusalCode.WRAPPED_TOO_DEEP))
        if wrapper is Wrapper.OVA:
            content = disk_in_ova(content, name)
        else:
            descriptor = (new_file or nameless_file)(work_dir, opened)
            size_bytes = await unpack(content, wrapper, descriptor, name=name, limits=limits, tell=tell)
            content, was_unpacked = OpenContent(descriptor, size_bytes), True
        wrappers = (*wrappers, wrapper)
    if unknown := unknown_wrapper_of(content.read(0, HEAD_BYTES)):
        raise RefusedFileError(name, Refusal(code=RefusalCode.UNKNOWN_WRAPPER, detail=unknown))
    if not content.size_bytes:
        raise RefusedFileError(name, Refusal(code=RefusalCode.EMPTY))
    return Unwrapped(content, wrappers, given_size_bytes, was_unpacked)


def nameless_file(work_dir: Path, opened: ExitStack) -> int:
    """A file of the work directory that nobody can find, and that is gone once it is closed.

    Raises:
        ImageFileError: none can be made there.
    """
    try:
        return opened.enter_context(TemporaryFile(dir=work_dir, buffering=0)).fileno()
    except OSError as error:
        raise ImageFileError(
            f"Nothing can be unpacked in {work_dir}: {error.strerror}.",
            meaning="The file itself is untouched.",
            remedy="Choose another directory with --work-dir.",
        ) from None

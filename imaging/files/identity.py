"""Which file it is: its stamp, and the hash of all its bytes as they lie there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from imaging.files.content import FileContent
from imaging.files.formats import OpenedFile, open_image_file
from imaging.files.wrappers.parts import open_parts
from imaging.files.wrappers.unwrapping import open_source
from imaging.runtime.threads import in_thread
from models.errors import ImageFileError
from models.image_file.identity import FileIdentity, FileStamp

_PIECE_BYTES: Final = 2**18
_TOLD_EVERY: Final = 256
"""Pieces between two reports of progress."""

Told = Callable[[int, int], None]
"""How many bytes were read so far, of how many."""


def stamp_of(path: Path) -> FileStamp:
    """What tells, without reading it, whether a file was written to.

    Raises:
        RefusedFileError: it cannot be used, and why.
    """
    with ExitStack() as opened:
        files: list[OpenedFile] = (
            open_parts(path, opened) if path.is_dir() else [opened.enter_context(open_image_file(path))]
        )
        return FileStamp(
            size_bytes=sum(each.size_bytes for each in files), modified_ns=max(each.modified_ns for each in files)
        )


async def identity_of(path: Path, tell: Told) -> FileIdentity:
    """The identity of a file that nobody writes to meanwhile.

    Args:
        path: a file, or a directory of parts.
        tell: told about progress.

    Raises:
        RefusedFileError: it cannot be used, and why.
        ImageFileError: it was written to while it was read, or cannot be read to its end.
    """
    before = await in_thread(stamp_of, path)
    with ExitStack() as opened:
        content, _ = open_source(path, opened)
        digest = await _digest(content, path, tell)
    if await in_thread(stamp_of, path) != before or content.size_bytes != before.size_bytes:
        raise ImageFileError(
            f"{path} is being written to.",
            meaning="Nothing was sent.",
            remedy="Wait until it is whole, then try again.",
        )
    return FileIdentity(stamp=before, sha256=digest)


async def digest_of(path: Path, kind: str) -> str:
    """Another hash of a file: `sha512`. Raises as `identity_of` does."""
    with ExitStack() as opened:
        content, _ = open_source(path, opened)
        return await _digest(content, path, lambda _done, _whole: None, kind=kind)


async def _digest(content: FileContent, path: Path, tell: Told, *, kind: str = "sha256") -> str:
    digest, at = hashlib.new(kind), 0

    def some() -> int:
        read = at
        for _ in range(_TOLD_EVERY):
            piece = content.read(read, _PIECE_BYTES)
            digest.update(piece)
            read += len(piece)
            if not piece:
                break
        return read

    while at < content.size_bytes:
        try:
            read = await in_thread(some)
        except OSError as error:
            raise _unreadable(path, error.strerror or "") from None
        if read == at:
            raise _unreadable(path, "it has become shorter")
        at = read
        tell(at, content.size_bytes)
    return digest.hexdigest()


def _unreadable(path: Path, why: str) -> ImageFileError:
    return ImageFileError(
        f"{path} cannot be read to its end: {why}.", meaning="Nothing was sent.", remedy="Copy it again."
    )

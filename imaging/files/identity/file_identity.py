"""Which file it is: its stamp, and the digest of all its bytes as they lie there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Final

from imaging.files.content import FileContent
from imaging.files.formats import OpenedFile, open_image_file
from imaging.files.identity.content_digest import ContentDigest
from imaging.files.identity.data_ranges import data_ranges
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


async def identity_of(path: Path, tell: Told, *, with_sha256: bool = False) -> FileIdentity:
    """The identity of a file that nobody writes to meanwhile.

    Args:
        path: a file, or a directory of parts.
        tell: told about progress.
        with_sha256: whether something is to be compared with its SHA-256; then its holes are read, too.

    Raises:
        RefusedFileError: it cannot be used, and why.
        ImageFileError: it was written to while it was read, or cannot be read to its end.
    """
    before = await in_thread(stamp_of, path)
    digest, sha256 = ContentDigest(), hashlib.sha256()

    def take(at: int, piece: bytes) -> None:
        digest.add_hole(at - digest.size_bytes)
        digest.add(piece)
        if with_sha256:
            sha256.update(piece)

    with ExitStack() as opened:
        content, _ = open_source(path, opened)
        await _read(content, _whole(content) if with_sha256 else data_ranges(content), path, take, tell)
        digest.add_hole(content.size_bytes - digest.size_bytes)
    if await in_thread(stamp_of, path) != before or content.size_bytes != before.size_bytes:
        raise ImageFileError(
            f"{path} is being written to.",
            meaning="Nothing was sent.",
            remedy="Wait until it is whole, then try again.",
        )
    return FileIdentity(stamp=before, digest=digest.hexdigest(), sha256=sha256.hexdigest() if with_sha256 else "")


async def hash_of(path: Path, kind: str) -> str:
    """Another hash of a file: `sha512`. Raises as `identity_of` does."""
    running = hashlib.new(kind)
    with ExitStack() as opened:
        content, _ = open_source(path, opened)
        await _read(content, _whole(content), path, lambda _at, piece: running.update(piece), lambda _done, _all: None)
    return running.hexdigest()


def _whole(content: FileContent) -> Iterator[tuple[int, int]]:
    yield 0, content.size_bytes


async def _read(
    content: FileContent,
    ranges: Iterable[tuple[int, int]],
    path: Path,
    take: Callable[[int, bytes], None],
    tell: Told,
) -> None:
    """Read ranges of a content, in threads, some pieces at a time."""
    pieces = _pieces(content, ranges, take)

    def some() -> int | None:
        at = None
        for at in islice(pieces, _TOLD_EVERY):  # noqa: B007  # the last one counts
            pass
        return at

    try:
        while (at := await in_thread(some)) is not None:
            tell(at, content.size_bytes)
    except _ShorterError:
        raise _unreadable(path, "it has become shorter") from None
    except OSError as error:
        raise _unreadable(path, error.strerror or "") from None
    tell(content.size_bytes, content.size_bytes)


def _pieces(
    content: FileContent, ranges: Iterable[tuple[int, int]], take: Callable[[int, bytes], None]
) -> Iterator[int]:
    """Up to which byte it was read, piece after piece."""
    for begin, end in ranges:
        at = begin
        while at < end:
            piece = content.read(at, min(_PIECE_BYTES, end - at))
            if not piece:
                raise _ShorterError
            take(at, piece)
            at += len(piece)
            yield at


class _ShorterError(Exception):
    """A file ended before it should."""


def _unreadable(path: Path, why: str) -> ImageFileError:
    return ImageFileError(
        f"{path} cannot be read to its end: {why}.", meaning="Nothing was sent.", remedy="Copy it again."
    )

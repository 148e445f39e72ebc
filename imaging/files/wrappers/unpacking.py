"""Unpacks what is compressed, within bounds, into a file of the work directory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from imaging.files.content import Content
from imaging.files.formats import RefusedFileError
from imaging.files.wrappers.sparse_file import NoRoomError, SparseFile
from imaging.runtime.confined.process import ConfinedProcessError, stream_confined
from imaging.runtime.threads import in_thread
from models.errors import ImageFileError
from models.formatting import size
from models.image_file.refusal import Refusal, RefusalCode
from models.image_file.wrapper import Wrapper

_MODULE: Final = "imaging.files.wrappers.decompress"
_FEED_BYTES: Final = 2**20
_IDLE_SECONDS: Final = 60.0
_RATIO_COUNTS_FROM: Final = 2**30


@dataclass(frozen=True)
class UnpackLimits:
    """How much may come out of a file."""

    most_bytes: int = 4 * 2**40
    """Holes included: the size of the disk."""
    most_ratio: float = 2_000.0
    """Of what is no hole, by what went in; counted from 1 GiB. Real disks stay below 20."""
    keep_free_bytes: int = 2**30


Told = Callable[[int, int], None]
"""How many bytes went in so far, of how many."""


async def unpack(
    content: Content, wrapper: Wrapper, descriptor: int, *, name: str, limits: UnpackLimits, tell: Told
) -> int:
    """Unpack a compressed file.

    Args:
        content: the packed bytes.
        wrapper: a compressed one.
        descriptor: of the file to write, empty and opened for writing.
        name: of the packed file, for what is said about it.
        limits: beyond which it is refused.
        tell: told about progress.

    Returns:
        The size of what was in it.

    Raises:
        RefusedFileError: it is damaged, or larger than allowed.
        ImageFileError: there is no room for it.
    """
    sink = SparseFile(descriptor, keep_free_bytes=limits.keep_free_bytes)
    fed = _Fed(content, tell)
    try:
        stream = stream_confined(_MODULE, wrapper.value, feed=fed.pieces(), idle_seconds=_IDLE_SECONDS)
        async with aclosing(stream) as pieces:  # type: ignore[type-var]  # an async generator, by its definition
            async for piece in pieces:
                await in_thread(sink.write, piece)
                _check(sink, fed.size_bytes, limits, name)
        await in_thread(sink.finish)
    except ConfinedProcessError:
        raise RefusedFileError(name, Refusal(code=RefusalCode.BROKEN_WRAPPER)) from None
    except OSError as error:
        raise _no_room(name, sink, error) from None
    return sink.size_bytes


class _Fed:
    """What is sent to the process, counted."""

    def __init__(self, content: Content, tell: Told) -> None:
        self._content, self._tell = content, tell
        self.size_bytes = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        while piece := await in_thread(self._content.read, self.size_bytes, _FEED_BYTES):
            self.size_bytes += len(piece)
            self._tell(self.size_bytes, self._content.size_bytes)
            yield piece


def _check(sink: SparseFile, fed_bytes: int, limits: UnpackLimits, name: str) -> None:
    too_dense = sink.allocated_bytes > _RATIO_COUNTS_FROM and sink.allocated_bytes > limits.most_ratio * fed_bytes
    if sink.size_bytes > limits.most_bytes or too_dense:
        detail = f"more than {size(min(sink.size_bytes, limits.most_bytes))}"
        raise RefusedFileError(name, Refusal(code=RefusalCode.UNPACKS_TOO_LARGE, detail=detail))


def _no_room(name: str, sink: SparseFile, error: OSError) -> ImageFileError:
    why = "too little room is left in the work directory" if isinstance(error, NoRoomError) else error.strerror
    return ImageFileError(
        f"{name} cannot be unpacked: {why}, after {size(sink.allocated_bytes)}.",
        meaning="What was unpacked so far is removed; the file itself is untouched.",
        remedy="Make room, or choose another directory with --work-dir.",
    )

"""The process that decompresses: the packed bytes on standard input, what was in them on standard output.

Run as `python -m imaging.files.wrappers.decompress gz|xz|zst`. It writes no file and ends with status 1 where the input
is damaged or ends too early.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from lzma import LZMADecompressor
from typing import BinaryIO, Final, Protocol

from imaging.runtime.confined.confinement import confine
from models.image_file.wrapper import Wrapper

_CHUNK_BYTES: Final = 2**18
_MOST_BYTES: Final = 2**22
"""Of one piece of output: a few bytes can unpack to very many."""
_XZ_MEMORY: Final = 2**28
_DAMAGED: Final = 1


class DamagedError(Exception):
    """The input is no whole file of its kind."""


def main(kind: str, source: BinaryIO, target: BinaryIO) -> int:
    """Unpack all members of a file, one behind the other, as gzip, xz and zstd do."""
    try:
        target.writelines(_unpacked(_STREAMS[Wrapper(kind)], source))
        target.flush()
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001  # each library has its own errors for damaged input, and all mean the same here
        return _DAMAGED
    return 0


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece and not self._stream.eof:
            yield self._stream.decompress(piece, _MOST_BYTES)
            piece = self._stream.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data


class _Stream(Protocol):
    """A decompressor with a largest output and `needs_input`, as lzma and zstd have them."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Bounded:
    """The same from the outside as `_Gzip`."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield self._stream.decompress(piece, _MOST_BYTES)
        while not self._stream.eof and not self._stream.needs_input:
            yield self._stream.decompress(b"", _MOST_BYTES)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data


def _zstd() -> _Bounded:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdDecompressor  # noqa: PLC0415  # the other kinds do not load it
    else:
        from backports.zstd import ZstdDecompressor  # noqa: PLC0415  # the same
    return _Bounded(ZstdDecompressor())


_STREAMS: Final[dict[Wrapper, Callable[[], _Gzip | _Bounded]]] = {
    Wrapper.GZIP: _Gzip,
    Wrapper.XZ: lambda: _Bounded(LZMADecompressor(memlimit=_XZ_MEMORY)),
    Wrapper.ZSTD: _zstd,
}


def _unpacked(begin: Callable[[], _Gzip | _Bounded], source: BinaryIO) -> Iterator[bytes]:
    stream, rest = begin(), b""
    begun = False
    while piece := rest or source.read(_CHUNK_BYTES):
        rest = b""
        if not begun and not piece.strip(b"\0"):
            continue  # padding behind the last member
        begun = True
        yield from stream.feed(piece)
        if stream.eof:
            rest, stream, begun = stream.unused_data, begin(), False
    if begun:
        raise DamagedError


if __name__ == "__main__":
    confine()
    sys.exit(main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer))

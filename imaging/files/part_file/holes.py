"""Writes bytes into a file, with holes where nothing but zeros would stand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from imaging.files.zeros import is_zeros

_BLOCK_BYTES: Final = 2**16


def write_with_holes(descriptor: int, piece: bytes, offset: int) -> int:
    """Write bytes at a place behind which the file has nothing yet.

    Args:
        descriptor: of the file, opened for writing.
        piece: the bytes.
        offset: where they belong.

    Returns:
        How many of them take room.

    Raises:
        OSError: they cannot be written.
    """
    written = 0
    view = memoryview(piece)
    for begin, end in _runs(view, offset):
        _write(descriptor, view[begin:end], offset + begin)
        written += end - begin
    return written


def _runs(piece: memoryview, offset: int) -> Iterator[tuple[int, int]]:
    """Where something other than zeros stands, in stretches of whole blocks of the file."""
    begin: int | None = None
    place = 0
    while place < len(piece):
        end = min(len(piece), place + _BLOCK_BYTES - (offset + place) % _BLOCK_BYTES)
        if is_zeros(piece[place:end]):
            if begin is not None:
                yield begin, place
            begin = None
        elif begin is None:
            begin = place
        place = end
    if begin is not None:
        yield begin, len(piece)


def _write(descriptor: int, piece: memoryview, offset: int) -> None:
    """All of it: a file system that is nearly full may take a part."""
    while piece:
        written = os.pwrite(descriptor, piece, offset)
        piece, offset = piece[written:], offset + written

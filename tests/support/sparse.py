"""Files that are mostly zeros, written without them: most of a disk that a test makes is a hole."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

_STEP: Final = 64 * 1024


def put_sparse(target: Path, raw: bytes) -> Path:
    """A file of these bytes."""
    with target.open("wb") as file:
        file.truncate(len(raw))
        for at in range(0, len(raw), _STEP):
            _write(file, at, raw[at : at + _STEP])
    return target


def copy_sparse(source: Path, target: Path) -> Path:
    """A copy of a file in another one, whose last content is gone."""
    with target.open("wb") as file:
        file.truncate(source.stat().st_size)
        copy_into(file, 0, source)
    return target


def copy_into(disk: BinaryIO, start: int, source: Path) -> None:
    """A file's content in a place of a larger file, which holds nothing but zeros there."""
    with source.open("rb") as file:
        at = start
        while chunk := file.read(_STEP):
            _write(disk, at, chunk)
            at += len(chunk)


def _write(file: BinaryIO, at: int, chunk: bytes) -> None:
    if chunk != bytes(len(chunk)):
        file.seek(at)
        file.write(chunk)

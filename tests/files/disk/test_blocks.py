"""Bytes at places: what is asked for comes, and never more."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.files.content import Window
from imaging.files.disk.blocks import CachedBlocks, FileBlocks, exactly
from models.errors import DiskFault, DiskUnreadableError

CONTENT = bytes(range(256)) * 40


class Held:
    """Bytes in memory that count how often they are asked for."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self._content = content
        self.size_bytes = len(content)
        self.calls: list[tuple[int, int]] = []

    def read(self, offset: int, size: int) -> bytes:
        self.calls.append((offset, size))
        return self._content[offset : offset + size]


@pytest.mark.parametrize("offset", [0, 1, 99, 100, 101, 10_200, 10_239, 10_240, 2**70])
@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 250, 9_000, 2**40])
def test_kept_pieces_change_no_byte(offset: int, size: int) -> None:
    cached = CachedBlocks(Held(), piece_bytes=100, pieces=3)
    assert cached.read(offset, size) == CONTENT[offset : offset + size]


def test_what_was_fetched_is_not_fetched_again() -> None:
    held = Held()
    cached = CachedBlocks(held, piece_bytes=100, pieces=3)
    for _ in range(5):
        cached.read(110, 20)
        cached.read(150, 100)
    assert held.calls == [(100, 100), (200, 100)]


def test_no_more_pieces_are_kept_than_allowed() -> None:
    held = Held()
    cached = CachedBlocks(held, piece_bytes=100, pieces=2)
    for place in (0, 100, 200, 0):
        cached.read(place, 1)
    assert [at for at, _ in held.calls] == [0, 100, 200, 0]


def test_a_file_that_shrinks_while_it_is_read_is_noticed() -> None:
    held = Held()
    cached = CachedBlocks(held, piece_bytes=100, pieces=2)
    held._content = CONTENT[:50]
    with pytest.raises(DiskUnreadableError) as told:
        cached.read(40, 100)
    assert told.value.fault is DiskFault.ENDS_EARLY


def test_a_part_shows_nothing_of_what_lies_beside_it() -> None:
    part = Window(Held(), 100, 50)
    assert part.read(0, 1000) == CONTENT[100:150]
    assert part.read(49, 2) == CONTENT[149:150]
    assert part.read(50, 1) == b""


def test_a_part_that_ends_beyond_the_disk_ends_with_it() -> None:
    assert Window(Held(), len(CONTENT) - 3, 2**63).size_bytes == 3
    assert Window(Held(), 2**63, 10).size_bytes == 0


@pytest.mark.parametrize("offset, size", [(-1, 1), (0, -1), (10_239, 2), (2**64, 1)])
def test_what_is_not_there_is_no_zeros(offset: int, size: int) -> None:
    with pytest.raises(DiskUnreadableError):
        exactly(Held(), offset, size)


def test_nobody_asks_for_gigabytes_at_once() -> None:
    with pytest.raises(DiskUnreadableError) as told:
        exactly(Held(), 0, 2**31)
    assert told.value.fault is DiskFault.TOO_LARGE


def test_bytes_of_a_file_are_counted_and_its_holes_are_zeros(tmp_path: Path) -> None:
    with (tmp_path / "disk").open("w+b") as file:
        file.truncate(2**20)
        file.seek(2**19)
        file.write(b"here")
        file.flush()
        blocks = FileBlocks(file.fileno())
        assert blocks.read(2**19 - 2, 8) == b"\0\0here\0\0"
        assert blocks.read(2**20 - 1, 10) == b"\0"
        assert blocks.read(2**64, 10) == b""
        assert blocks.bytes_read == 9

"""Bytes from far away, fetched in blocks: right, few times, bounded."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from imaging.guest.disk_reading.ranges import BLOCK_BYTES, Ranges
from imaging.guest.disk_reading.served_content import MOST_BYTES, ServedContent
from imaging.guest.disk_reading.serving import serving
from imaging.runtime.threads import in_thread
from models.errors import DiskUnreadableError, ImageFileError, RangeIgnoredError, UnreachableError

SIZE = 40 * BLOCK_BYTES + 1234
WHOLE = random.Random(3).randbytes(SIZE)


class Far:
    """Answers from memory and writes down what it was asked for."""

    def __init__(self, whole: bytes = WHOLE) -> None:
        self.whole = whole
        self.asked: list[tuple[int, int]] = []

    async def fetch(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        await asyncio.sleep(0)
        return self.whole[offset : offset + length]


async def test_any_part_is_what_it_is() -> None:
    ranges, chooser = Ranges(Far().fetch, SIZE), random.Random(1)
    for _ in range(200):
        at, size = chooser.randrange(SIZE + 5000), chooser.choice((1, 100, BLOCK_BYTES, 3 * BLOCK_BYTES + 7))
        assert await ranges.read(at, size) == WHOLE[at : at + size]
    assert await ranges.read(-1, 10) == b""


async def test_what_was_fetched_is_not_fetched_again() -> None:
    far = Far()
    ranges = Ranges(far.fetch, SIZE)
    await asyncio.gather(*(ranges.read(at, 100) for at in range(0, BLOCK_BYTES - 100, 1000)))
    assert far.asked == [(0, BLOCK_BYTES)]


async def test_what_is_read_in_a_row_comes_in_larger_and_larger_pieces() -> None:
    far = Far()
    told: list[int] = []
    ranges = Ranges(far.fetch, SIZE, told.append)
    for at in range(0, SIZE, 50_000):
        await ranges.read(at, 50_000)
    assert len(far.asked) <= 7
    assert sum(length for _, length in far.asked) == SIZE == told[-1]


async def test_scattered_parts_bring_nothing_beside_them() -> None:
    far = Far()
    ranges = Ranges(far.fetch, SIZE)
    for block in (30, 3, 20, 9):
        await ranges.read(block * BLOCK_BYTES, 10)
    assert {length for _, length in far.asked} == {BLOCK_BYTES}


async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.guest.disk_reading.ranges._KEPT_BLOCKS", 8)
    ranges = Ranges(Far().fetch, SIZE)
    assert await ranges.read(0, 8 * BLOCK_BYTES) == WHOLE[: 8 * BLOCK_BYTES]
    await ranges.read(20 * BLOCK_BYTES, BLOCK_BYTES)
    assert len(ranges._kept) == 8


async def test_a_reader_that_goes_round_and_round_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.guest.disk_reading.ranges._KEPT_BLOCKS", 4)
    far = Far()
    ranges = Ranges(far.fetch, SIZE)

    async def go_round() -> None:
        for turn in range(1000):
            await ranges.read(turn * 7 % 40 * BLOCK_BYTES, 1)

    with pytest.raises(ImageFileError):
        await go_round()
    assert sum(length for _, length in far.asked) < 3 * SIZE


async def test_an_answer_that_is_too_short_is_an_error() -> None:
    with pytest.raises(UnreachableError):
        await Ranges(Far(WHOLE[:-1]).fetch, SIZE).read(SIZE - 10, 10)


async def test_a_reader_without_a_network_gets_what_it_asks_for() -> None:
    async with serving(Ranges(Far().fetch, SIZE)) as served:
        content = ServedContent(served.descriptor, SIZE)
        assert await in_thread(content.read, 77, MOST_BYTES + 5) == WHOLE[77 : 77 + MOST_BYTES + 5]
        assert await in_thread(content.read, SIZE - 3, 100) == WHOLE[-3:]
        assert await in_thread(content.read, SIZE + 3, 100) == b""


async def test_a_reader_is_told_that_nothing_comes_any_more() -> None:
    async def fails(_offset: int, _length: int) -> bytes:
        raise RangeIgnoredError("The store does not obey ranges.")

    async with serving(Ranges(fails, SIZE)) as served:
        with pytest.raises(DiskUnreadableError):
            await in_thread(ServedContent(served.descriptor, SIZE).read, 0, 10)
        assert isinstance(served.failed, RangeIgnoredError)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_no_socket_is_left_to_a_later_turn_of_the_loop() -> None:
    before = open_files()
    async with serving(Ranges(Far().fetch, SIZE)):
        assert open_files() == before + 2
    assert open_files() == before

"""The bytes of something far away, fetched in blocks, of which the last ones are kept, and ahead where they follow."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from models.errors import ImageFileError, UnreachableError

BLOCK_BYTES: Final = 2**18
_KEPT_BLOCKS: Final = 256
"""64 MiB."""
_MOST_TIMES: Final = 2
"""How often all of it may come, beside what is kept: a disk that is made to deceive could ask for ever."""
_NOTHING: Final = "Nothing was inspected."
_MOST_AHEAD: Final = 32
"""Blocks that are fetched at once, where one after the other was asked for: 8 MiB."""

Fetch = Callable[[int, int], Awaitable[bytes]]
"""From which byte and how many, to bytes; fewer only at the end."""


class Ranges:
    """Far bytes that several readers may ask for; each question is answered before the next."""

    def __init__(self, fetch: Fetch, size_bytes: int, tell: Callable[[int], None] = lambda _: None) -> None:
        """Fetch nothing yet.

        Args:
            fetch: fetches a part.
            size_bytes: of all.
            tell: told how many bytes were fetched so far.
        """
        self._fetch, self._tell = fetch, tell
        self.size_bytes = size_bytes
        self.fetched_bytes = 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._following = -1
        """The block behind those that were fetched last."""
        self._ahead = 1

    async def read(self, offset: int, size: int) -> bytes:
        """Some bytes; fewer at the end.

        Raises:
            CloudError: they did not come.
            ImageFileError: far more was asked for than there is.
        """
        size = min(size, self.size_bytes - offset)
        if offset < 0 or size <= 0:
            return b""
        async with self._one_at_a_time:
            first, end = offset // BLOCK_BYTES, -(-(offset + size) // BLOCK_BYTES)
            found = b"".join([await self._block(number, end) for number in range(first, end)])
        return found[offset - first * BLOCK_BYTES :][:size]

    async def _block(self, number: int, end: int) -> bytes:
        if number not in self._kept:
            await self._fetch_from(number, end)
        self._kept.move_to_end(number)
        return self._kept[number]

    async def _fetch_from(self, number: int, end: int) -> None:
        """What is asked for and not there, and as much again for each request that continues behind it."""
        self._ahead = min(2 * self._ahead, _MOST_AHEAD) if number == self._following else 1
        last = min(max(end, number + self._ahead), number + _MOST_AHEAD, -(-self.size_bytes // BLOCK_BYTES))
        behind = next((each for each in range(number + 1, last) if each in self._kept), last)
        begin, size = number * BLOCK_BYTES, min(behind * BLOCK_BYTES, self.size_bytes) - number * BLOCK_BYTES
        if self.fetched_bytes > _MOST_TIMES * self.size_bytes + _KEPT_BLOCKS * BLOCK_BYTES:
            raise ImageFileError("Reading the image asks for the same parts again and again.", meaning=_NOTHING)
        raw = await self._fetch(begin, size)
        if len(raw) != size:
            raise UnreachableError("A part of the image came shorter than it is.")
        for each in range(number, behind):
            self._kept[each] = raw[(each - number) * BLOCK_BYTES :][:BLOCK_BYTES]
        while len(self._kept) > _KEPT_BLOCKS:
            self._kept.popitem(last=False)
        self._following = behind
        self.fetched_bytes += size
        self._tell(self.fetched_bytes)

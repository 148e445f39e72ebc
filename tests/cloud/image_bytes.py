"""A file that is sent and an image that is fetched, with the answers of a scripted Glance about both."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from imaging.cloud.connection import OpenStackCloud
from tests.cloud.scripted import Reply

IMAGE = "3f0e0c0f-0000-4000-8000-00000000beef"
FILE = f"/image/v2/images/{IMAGE}/file"
CONTENT = bytes(range(256)) * 8192
"""Two MiB: eight pieces."""
SIZE = len(CONTENT)
TENTHS = [SIZE * tenth // 10 for tenth in range(10)]


class Source:
    """The bytes of a file, with what a test does while they are read."""

    def __init__(self, content: bytes = CONTENT, *, promised: int | None = None) -> None:
        self.content = content
        self.size_bytes = len(content) if promised is None else promised
        self.read_at: list[int] = []
        self.hook: Any = None

    def read(self, offset: int, length: int) -> bytes:
        self.read_at.append(offset)
        if self.hook is not None:
            self.hook(offset)
        return self.content[offset : offset + length]


class Taken:
    """What a download gave, checked for order."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.content = bytearray()

    def __call__(self, place: int, piece: bytes) -> None:
        if self.first is None:
            self.first = place
        assert place == self.first + len(self.content)
        self.content += piece


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/octet-stream", *headers, "", ""]).encode()


def whole(body: bytes = CONTENT, *headers: str) -> Reply:
    return Reply(raw=[head("200 OK", f"Content-Length: {len(body)}", *headers), body])


def part(first: int, last: int, total: Any = SIZE, *, body: bytes | None = None, length: int | None = None) -> Reply:
    sent = CONTENT[first : last + 1] if body is None else body
    length = len(sent) if length is None else length
    return Reply(
        raw=[
            head("206 Partial Content", f"Content-Length: {length}", f"Content-Range: bytes {first}-{last}/{total}"),
            sent,
        ]
    )


async def upload(cloud: OpenStackCloud, source: Source, told: list[int] | None = None) -> None:
    told = [] if told is None else told
    await cloud.image_bytes.upload(IMAGE, source, tell=told.append)


async def download(cloud: OpenStackCloud, offset: int = 0, *, whole_bytes: int | None = SIZE) -> Any:
    taken = Taken()
    end = await cloud.image_bytes.download(IMAGE, offset, taken, whole_bytes=whole_bytes)
    return taken, end


def transfer_threads() -> list[threading.Thread]:
    """Those of transfers."""
    return [each for each in threading.enumerate() if each.name == "imaging-aside"]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # threads of the scripted cloud set no event of the loop
            await asyncio.sleep(0)

"""The bytes of an image are fetched whole: cut anywhere, lied about, refused, slow, given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from imaging.cloud.connection import OpenStackCloud
from imaging.cloud.http.byte_exchange import PIECE_BYTES
from models.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    ImagingError,
    NotFoundError,
    RangeIgnoredError,
    RejectedError,
    UnauthorizedError,
    UnreachableError,
)
from tests.cloud.image_bytes import (
    CONTENT,
    FILE,
    IMAGE,
    SIZE,
    TENTHS,
    Taken,
    download,
    head,
    part,
    transfer_threads,
    until,
    whole,
)
from tests.cloud.scripted import Reply, ScriptedCloud


async def test_a_download_gives_each_byte_once(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole())

    taken, end = await download(cloud)

    (asked,) = scripted.seen("GET", FILE)
    assert "range" not in asked.headers
    assert asked.headers["accept-encoding"] == "identity"
    assert bytes(taken.content) == CONTENT
    assert (end.first_byte, end.end_byte, end.ranges_ignored) == (0, SIZE, False)


@pytest.mark.parametrize("place", TENTHS)
@pytest.mark.parametrize("framing", ["length", "chunks", "until the end"])
async def test_a_download_that_is_cut_continues_where_it_was(
    scripted: ScriptedCloud, cloud: OpenStackCloud, place: int, framing: str
):
    scripted.on("GET", FILE, Reply(raw=cut(place, framing)), part(place, SIZE - 1))
    taken = Taken()
    with pytest.raises(UnreachableError, match="stopped"):
        await cloud.image_bytes.download(IMAGE, 0, taken, whole_bytes=SIZE)
    had = len(taken.content)
    assert bytes(taken.content) == CONTENT[:had]
    assert had <= place

    scripted.on("GET", FILE, part(had, SIZE - 1))
    rest, end = await download(cloud, had)

    assert scripted.seen("GET", FILE)[-1].headers.get("range") == (f"bytes={had}-{SIZE - 1}" if had else None)
    assert bytes(taken.content + rest.content) == CONTENT
    assert end.end_byte == SIZE


def cut(place: int, framing: str) -> Iterable[bytes]:
    if framing == "length":
        return [head("200 OK", f"Content-Length: {SIZE}"), CONTENT[:place]]
    if framing == "chunks":
        chunk = f"{place:x}\r\n".encode() + CONTENT[:place] + b"\r\n" if place else b""
        return [head("200 OK", "Transfer-Encoding: chunked"), chunk]
    return [head("200 OK", "Connection: close"), CONTENT[:place]]


async def test_a_range_that_is_ignored_comes_from_byte_0(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole())

    taken, end = await download(cloud, 1000)

    assert taken.first == 0
    assert bytes(taken.content) == CONTENT
    assert end.ranges_ignored


LIES = {
    "another beginning": lambda: part(0, SIZE - 1),
    "everything behind the right header": lambda: part(1000, SIZE - 1, body=CONTENT),
    "no range": lambda: Reply(raw=[head("206 Partial Content", f"Content-Length: {SIZE - 1000}"), CONTENT[1000:]]),
    "an invalid range": lambda: Reply(
        raw=[head("206 Partial Content", f"Content-Length: {SIZE}", "Content-Range: bytes a-b/c"), CONTENT]
    ),
    "an earlier end": lambda: part(1000, SIZE - 2),
    "a later end": lambda: part(1000, SIZE, body=CONTENT[1000:] + b"x"),
    "backwards": lambda: part(1000, 999, body=b"x"),
    "refused": lambda: Reply(400, "<h1>400 Bad Request</h1>Random access not supported"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_part_that_is_not_the_asked_one_is_not_used(scripted: ScriptedCloud, cloud: OpenStackCloud, lie: str):
    scripted.on("GET", FILE, LIES[lie]())
    taken = Taken()

    with pytest.raises(RangeIgnoredError):
        await cloud.image_bytes.download(IMAGE, 1000, taken, whole_bytes=SIZE)

    assert taken.first is None


@pytest.mark.parametrize("length", [SIZE - 1, SIZE + 1])
async def test_a_length_that_is_not_the_images_is_refused(scripted: ScriptedCloud, cloud: OpenStackCloud, length: int):
    scripted.on("GET", FILE, whole(CONTENT[:length].ljust(length, b"x")))
    taken = Taken()

    with pytest.raises(BadAnswerError, match="bytes of an image of"):
        await cloud.image_bytes.download(IMAGE, 0, taken, whole_bytes=SIZE)

    assert taken.first is None


async def test_more_than_the_image_has_is_not_taken(scripted: ScriptedCloud, cloud: OpenStackCloud):
    endless = Reply(raw=[head("200 OK", "Connection: close"), *([CONTENT] * 64)])
    scripted.on("GET", FILE, endless)
    taken = Taken()

    with pytest.raises(BadAnswerError, match="more than"):
        await cloud.image_bytes.download(IMAGE, 0, taken, whole_bytes=SIZE)

    assert len(taken.content) <= SIZE


async def test_packed_bytes_are_refused(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole(CONTENT, "Content-Encoding: gzip"))

    with pytest.raises(BadAnswerError, match="packed"):
        await download(cloud)


async def test_an_image_without_bytes_is_told(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, Reply(204))

    with pytest.raises(ConflictError, match="no bytes"):
        await download(cloud, whole_bytes=None)


async def test_a_size_that_nobody_tells_is_no_trouble(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, Reply(raw=[head("200 OK", "Connection: close"), CONTENT]))

    taken, end = await download(cloud, whole_bytes=None)

    assert bytes(taken.content) == CONTENT
    assert end.end_byte == SIZE


@pytest.mark.parametrize(
    "status, kind",
    [(401, UnauthorizedError), (403, ForbiddenError), (404, NotFoundError), (416, RejectedError), (500, ImagingError)],
)
async def test_a_refused_download_says_why(
    scripted: ScriptedCloud, cloud: OpenStackCloud, status: int, kind: type[ImagingError]
):
    scripted.on("GET", FILE, Reply(status, "<h1>no</h1>The requested image has been deactivated."))

    with pytest.raises(kind, match="deactivated"):
        await download(cloud)


async def test_a_silent_peer_is_given_up_and_a_slow_one_is_not(
    scripted: ScriptedCloud, enter: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("imaging.cloud.connection.IDLE_SECONDS", 0.2)
    cloud = await enter(scripted.url)
    silent, few = threading.Event(), PIECE_BYTES // 4

    def slow() -> Iterable[bytes]:
        yield head("200 OK", f"Content-Length: {SIZE}")
        for begin in range(0, 8 * few, few):  # a piece of the transfer takes longer than the idle time
            silent.wait(0.06)
            yield CONTENT[begin : begin + few]
        yield CONTENT[8 * few :]

    def never() -> Iterable[bytes]:
        yield head("200 OK", f"Content-Length: {SIZE}")
        yield CONTENT[:1000]
        silent.wait(10)

    scripted.on("GET", FILE, Reply(raw=slow()))
    taken, _ = await download(cloud)
    assert bytes(taken.content) == CONTENT

    scripted.on("GET", FILE, Reply(raw=never()))
    with pytest.raises(UnreachableError, match="time ran out"):
        await download(cloud)
    silent.set()


async def test_a_cancelled_download_takes_nothing_more(scripted: ScriptedCloud, cloud: OpenStackCloud):
    held = threading.Event()

    def halves() -> Iterable[bytes]:
        yield head("200 OK", f"Content-Length: {SIZE}")
        yield CONTENT[: SIZE // 2]
        held.wait(10)
        yield CONTENT[SIZE // 2 :]

    scripted.on("GET", FILE, Reply(raw=halves()))
    taken, half = Taken(), threading.Event()

    def take(place: int, piece: bytes) -> None:
        taken(place, piece)
        if len(taken.content) == SIZE // 2:
            half.set()

    task = asyncio.create_task(cloud.image_bytes.download(IMAGE, 0, take, whole_bytes=SIZE))
    await until(half.is_set)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.set()
    await until(lambda: not transfer_threads())

    assert len(taken.content) == SIZE // 2


async def test_what_the_taker_raises_ends_the_download(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole())

    def full(_place: int, _piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        await cloud.image_bytes.download(IMAGE, 0, full, whole_bytes=SIZE)

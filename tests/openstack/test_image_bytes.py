"""The program's own way for the bytes of images, on a real Glance: whole, cut, resumed, refused, given up."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import resolve_cloud
from imaging.runtime.clock import SystemClock
from models.cloud.image import Image
from models.cloud.image_bytes import NewImage
from models.errors import ConflictError, ImageFileError, RejectedError
from tests.contract.making import fresh_name
from tests.contract.subject import Subject
from tests.openstack.command_line import CommandLine

CONTENT = b"".join(hashlib.sha256(bytes([place])).digest() * 16_384 for place in range(16)) + bytes(3_000_000)
SIZE = len(CONTENT)
TENTHS = [SIZE * tenth // 10 for tenth in range(1, 11)]


class Source:
    """Bytes, and what happens when they are read."""

    def __init__(self, content: bytes = CONTENT, hook: Callable[[int], None] = lambda _: None) -> None:
        self.content, self.size_bytes, self._hook = content, len(content), hook

    def read(self, offset: int, length: int) -> bytes:
        self._hook(offset)
        return self.content[offset : offset + length]


@pytest.fixture
async def own(cloud: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cloud]:
    """Logged in as the program does."""
    CommandLine(cloud, tmp_path)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    opened = await connect(await resolve_cloud("tested", ask=None), SystemClock())
    yield opened
    await opened.close()


@pytest.fixture
async def record(cloud: Subject, own: Cloud) -> AsyncIterator[str]:
    made = await own.image_bytes.make_record(NewImage(name=fresh_name(cloud, "bytes"), disk_format="raw"))
    yield made.id
    await own.images.delete_image(made.id)


async def send(own: Cloud, image_id: str, source: Source | None = None) -> None:
    await own.image_bytes.upload(image_id, source or Source(), tell=lambda _: None)


async def until(own: Cloud, image_id: str, *states: str) -> Image:
    async with asyncio.timeout(60):
        while (image := await own.images.image(image_id)).status not in states:  # noqa: ASYNC110  # Glance tells no event
            await asyncio.sleep(0.1)
    return image


async def test_what_is_sent_is_given_whole_and_in_parts(own: Cloud, record: str):
    await send(own, record)
    image = await own.images.image(record)
    assert (image.status, image.size_bytes, image.visibility) == ("active", SIZE, "private")
    assert image.content_hash == hashlib.sha512(CONTENT).hexdigest()

    taken = bytearray()
    end = await own.image_bytes.download(record, 0, lambda _, piece: taken.extend(piece), whole_bytes=SIZE)
    assert bytes(taken) == CONTENT
    assert not end.ranges_ignored
    assert await own.image_bytes.read_bytes(record, 1000, 70_000) == CONTENT[1000:71_000]
    assert await own.image_bytes.read_bytes(record, SIZE - 5, 100) == CONTENT[-5:]
    assert await own.image_bytes.read_bytes(record, SIZE, 100) == b""


@pytest.mark.parametrize("place", TENTHS)
async def test_a_download_that_is_given_up_continues_where_it_was(own: Cloud, record: str, place: int):
    await send(own, record)
    taken = bytearray()

    def take(_place: int, piece: bytes) -> None:
        taken.extend(piece)
        if len(taken) >= place:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await own.image_bytes.download(record, 0, take, whole_bytes=SIZE)
    if len(taken) < SIZE:
        await own.image_bytes.download(record, len(taken), lambda _, piece: taken.extend(piece), whole_bytes=SIZE)

    assert bytes(taken) == CONTENT


@pytest.mark.parametrize("place", TENTHS)
async def test_an_upload_that_is_cut_leaves_a_queued_image_that_can_be_deleted(own: Cloud, record: str, place: int):
    def fail(offset: int) -> None:
        if offset + 300_000 >= place:
            raise OSError(5, "Input/output error")

    with pytest.raises(ImageFileError):
        await send(own, record, Source(hook=fail))

    left = await until(own, record, "queued")
    assert left.content_hash is None


async def test_a_cancelled_upload_leaves_a_queued_image(own: Cloud, record: str):
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(
        send(own, record, Source(CONTENT * 8, lambda offset: offset and loop.call_soon_threadsafe(begun.set)))  # type: ignore[arg-type]  # what it returns is of no interest
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await until(own, record, "queued", "active")).status == "queued"


async def test_bytes_are_taken_once(own: Cloud, record: str):
    await send(own, record)

    with pytest.raises(ConflictError):
        await send(own, record)


async def test_another_format_is_refused(cloud: Subject, own: Cloud):
    made = await own.image_bytes.make_record(NewImage(name=fresh_name(cloud, "bytes"), disk_format="qcow2"))

    with pytest.raises(RejectedError) as caught:
        await send(own, made.id)

    assert caught.value.status == 415
    assert (await until(own, made.id, "queued")).size_bytes is None
    await own.images.delete_image(made.id)


async def test_what_is_staged_can_be_imported(own: Cloud, record: str):
    ways = await own.image_bytes.ways_in()
    assert ways.offers("glance-direct")
    assert ways.token_seconds

    await own.image_bytes.stage(record, Source(), tell=lambda _: None)
    await own.image_bytes.import_staged(record)
    image = await until(own, record, "active")

    assert image.content_hash == hashlib.sha512(CONTENT).hexdigest()
    assert (await own.image_bytes.tasks(record))[0].kind == "api_image_import"

"""The demonstration cloud keeps and gives real bytes: seen through the program's own way to a cloud."""

from __future__ import annotations

import asyncio
import hashlib
import http.server
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import resolve_cloud
from imaging.runtime.clock import SystemClock
from models.cloud.image import Image
from models.cloud.image_bytes import NewImage
from models.errors import (
    ConflictError,
    ImagingError,
    LostAnswerError,
    NotFoundError,
    QuotaExceededError,
    RangeIgnoredError,
    RejectedError,
    UnreachableError,
)
from tests.support.demo import DemoCloud

CONTENT = b"".join(hashlib.sha256(bytes([place])).digest() * 4096 for place in range(16)) + bytes(300_000)
"""Two MiB and a hole."""
SIZE = len(CONTENT)
TENTHS = [SIZE * tenth // 10 for tenth in range(1, 11)]
UPLOAD = {"method": "PUT", "path": "/image/v2/images/.*/file"}
DOWNLOAD = {"method": "GET", "path": "/image/v2/images/.*/file"}


class Source:
    def __init__(self, content: bytes = CONTENT) -> None:
        self.content, self.size_bytes = content, len(content)

    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


@pytest.fixture
async def cloud(demo_cloud: DemoCloud) -> AsyncIterator[Cloud]:
    opened = await connect(await resolve_cloud("demo", ask=None), SystemClock())
    yield opened
    await opened.close()


async def record(cloud: Cloud, disk_format: str = "raw") -> str:
    return (await cloud.image_bytes.make_record(NewImage(name="disk", disk_format=disk_format))).id


async def send(cloud: Cloud, image_id: str, content: bytes = CONTENT) -> None:
    await cloud.image_bytes.upload(image_id, Source(content), tell=lambda _: None)


async def uploaded(cloud: Cloud) -> Image:
    image_id = await record(cloud)
    await send(cloud, image_id)
    return await cloud.images.image(image_id)


async def fetch(cloud: Cloud, image_id: str, offset: int = 0, size: int | None = SIZE) -> tuple[bytes, Any]:
    taken = bytearray()
    end = await cloud.image_bytes.download(image_id, offset, lambda _, piece: taken.extend(piece), whole_bytes=size)
    return bytes(taken), end


async def test_what_was_sent_is_given_and_hashed(cloud: Cloud):
    image = await uploaded(cloud)

    assert image.status == "active"
    assert image.visibility == "private"
    assert (image.size_bytes, image.virtual_size_bytes) == (SIZE, SIZE)
    assert image.content_hash == hashlib.sha512(CONTENT).hexdigest()
    assert (await fetch(cloud, image.id))[0] == CONTENT


@pytest.mark.parametrize("place", TENTHS)
async def test_a_download_that_is_cut_goes_on_from_there(cloud: Cloud, demo_cloud: DemoCloud, place: int):
    image = await uploaded(cloud)
    demo_cloud.faults({**DOWNLOAD, "cut_down": place - 1})
    taken = bytearray()
    with pytest.raises(UnreachableError):
        await cloud.image_bytes.download(image.id, 0, lambda _, piece: taken.extend(piece), whole_bytes=SIZE)
    assert len(taken) <= place

    rest, end = await fetch(cloud, image.id, len(taken))

    assert bytes(taken) + rest == CONTENT
    assert not end.ranges_ignored


@pytest.mark.parametrize("place", TENTHS)
async def test_an_upload_that_is_cut_leaves_a_queued_image_without_bytes(
    cloud: Cloud, demo_cloud: DemoCloud, place: int
):
    image_id = await record(cloud)
    demo_cloud.faults({**UPLOAD, "cut_up": place})

    with pytest.raises(ImagingError):
        await send(cloud, image_id)

    left = await cloud.images.image(image_id)
    assert (left.status, left.size_bytes) == ("queued", None)
    await cloud.images.delete_image(image_id)
    assert (await uploaded(cloud)).status == "active"


async def test_an_answer_that_is_lost_may_hide_an_active_image(cloud: Cloud, demo_cloud: DemoCloud):
    image_id = await record(cloud)
    demo_cloud.faults({**UPLOAD, "drop": True, "when": "after"})

    with pytest.raises(LostAnswerError):
        await send(cloud, image_id)

    assert (await cloud.images.image(image_id)).content_hash == hashlib.sha512(CONTENT).hexdigest()


async def test_ranges_are_obeyed(cloud: Cloud):
    image = await uploaded(cloud)

    assert await cloud.image_bytes.read_bytes(image.id, 1000, 5000) == CONTENT[1000:6000]
    assert await cloud.image_bytes.read_bytes(image.id, SIZE - 10, 5000) == CONTENT[-10:]
    assert await cloud.image_bytes.read_bytes(image.id, SIZE, 10) == b""
    assert (await fetch(cloud, image.id, SIZE - 1000))[0] == CONTENT[-1000:]


@pytest.mark.parametrize("how", ["ignore", "ignore-206"])
async def test_ranges_that_are_ignored_are_noticed(cloud: Cloud, demo_cloud: DemoCloud, how: str):
    image = await uploaded(cloud)
    demo_cloud.faults({**DOWNLOAD, "ranges": how, "times": -1})

    with pytest.raises(RangeIgnoredError):
        await cloud.image_bytes.read_bytes(image.id, 1000, 5000)
    if how == "ignore":
        taken, end = await fetch(cloud, image.id, 1000)
        assert taken == CONTENT
        assert end.ranges_ignored
    else:
        with pytest.raises(RangeIgnoredError):
            await fetch(cloud, image.id, 1000)


async def test_a_byte_can_be_flipped_on_either_way(cloud: Cloud, demo_cloud: DemoCloud):
    demo_cloud.faults({**UPLOAD, "flip": 70_000}, {**DOWNLOAD, "flip": 80_000})
    image = await uploaded(cloud)

    given, _ = await fetch(cloud, image.id)

    assert [place for place in range(SIZE) if given[place] != CONTENT[place]] == [70_000, 80_000]
    assert image.content_hash != hashlib.sha512(CONTENT).hexdigest()


async def test_a_slow_way_is_still_a_way(cloud: Cloud, demo_cloud: DemoCloud):
    demo_cloud.faults({**UPLOAD, "pause": 0.001}, {**DOWNLOAD, "pause": 0.001})

    assert (await fetch(cloud, (await uploaded(cloud)).id))[0] == CONTENT


async def test_staged_bytes_become_an_image_by_their_import(cloud: Cloud, demo_cloud: DemoCloud):
    demo_cloud.hold()
    image_id = await record(cloud)
    await cloud.image_bytes.stage(image_id, Source(), tell=lambda _: None)
    assert (await cloud.images.image(image_id)).status == "uploading"

    await cloud.image_bytes.import_staged(image_id)
    assert [task.status for task in await cloud.image_bytes.tasks(image_id)] == ["pending"]
    demo_cloud.turn(2)
    assert (await cloud.images.image(image_id)).status == "importing"
    demo_cloud.turn(2)

    image = await cloud.images.image(image_id)
    assert (image.status, image.content_hash) == ("active", hashlib.sha512(CONTENT).hexdigest())
    assert [task.status for task in await cloud.image_bytes.tasks(image_id)] == ["success"]


async def test_an_import_of_another_format_fails_and_says_so(cloud: Cloud, demo_cloud: DemoCloud):
    demo_cloud.hold()
    image_id = await record(cloud, "qcow2")
    await cloud.image_bytes.stage(image_id, Source(), tell=lambda _: None)
    await cloud.image_bytes.import_staged(image_id)
    demo_cloud.turn(4)

    assert (await cloud.images.image(image_id)).status == "queued"
    (task,) = await cloud.image_bytes.tasks(image_id)
    assert task.has_failed
    assert "does not match disk_format qcow2" in task.message


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "disk.raw").write_bytes(CONTENT)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given, directory=str(tmp_path))

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


async def _imported(cloud: Cloud, image_id: str) -> Image:
    async with asyncio.timeout(10):
        while (image := await cloud.images.image(image_id)).status == "importing":  # noqa: ASYNC110  # the cloud tells no event
            await asyncio.sleep(0)
    return image


async def test_the_cloud_fetches_what_this_machine_serves(cloud: Cloud, web: str):
    image_id = await record(cloud)

    await cloud.image_bytes.import_url(image_id, f"{web}/disk.raw")

    image = await _imported(cloud, image_id)
    assert (image.status, image.content_hash) == ("active", hashlib.sha512(CONTENT).hexdigest())


async def test_what_cannot_be_fetched_leaves_a_queued_image(cloud: Cloud, web: str):
    image_id = await record(cloud)
    with pytest.raises(RejectedError, match="does not pass filtering"):
        await cloud.image_bytes.import_url(image_id, "http://192.0.2.1/disk.raw")

    await cloud.image_bytes.import_url(image_id, f"{web}/none.raw")

    assert (await _imported(cloud, image_id)).status == "queued"
    assert (await cloud.image_bytes.tasks(image_id))[0].has_failed


async def test_an_image_with_bytes_takes_no_others(cloud: Cloud):
    image = await uploaded(cloud)

    with pytest.raises(ConflictError, match="from active to saving"):
        await send(cloud, image.id)
    with pytest.raises(ConflictError, match="cannot be target for import"):
        await cloud.image_bytes.import_staged(image.id)


async def test_bytes_of_another_format_are_refused(cloud: Cloud):
    image_id = await record(cloud, "qcow2")

    with pytest.raises(RejectedError, match="does not match disk_format qcow2") as caught:
        await send(cloud, image_id)

    assert caught.value.status == 415
    assert (await cloud.images.image(image_id)).status == "queued"


async def test_caps_and_quotas_refuse_as_glance_does(cloud: Cloud, demo_cloud: DemoCloud):
    image_id = await record(cloud)
    demo_cloud.options(image_size_cap=1_000_000)
    with pytest.raises(RejectedError, match="takes no image of") as caught:
        await send(cloud, image_id)
    assert caught.value.status == 413

    used = (await ways_with(cloud, demo_cloud, image_size_total=10**6)).total_mib
    assert used is not None
    assert used.maximum == 10**6
    demo_cloud.options(image_size_cap=10**9, image_limits={"image_size_total": used.used + 1})
    with pytest.raises(QuotaExceededError, match="image_size_total"):
        await send(cloud, image_id)
    demo_cloud.options(image_limits={"image_count_uploading": 0})
    with pytest.raises(QuotaExceededError, match="image_count_uploading"):
        await send(cloud, image_id)
    demo_cloud.options(image_limits={"image_stage_total": 1})
    with pytest.raises(QuotaExceededError, match="image_stage_total"):
        await cloud.image_bytes.stage(image_id, Source(), tell=lambda _: None)
    demo_cloud.options(image_limits={"image_count_total": 3})
    with pytest.raises(QuotaExceededError, match="image_count_total"):
        await record(cloud)

    demo_cloud.options(image_limits={})
    await send(cloud, image_id)


async def ways_with(cloud: Cloud, demo_cloud: DemoCloud, **limits: int) -> Any:
    demo_cloud.options(image_limits=limits)
    return await cloud.image_bytes.ways_in()


async def test_the_ways_in_are_told(cloud: Cloud, demo_cloud: DemoCloud):
    ways = await cloud.image_bytes.ways_in()
    assert ways.methods == ("glance-direct", "web-download")
    assert ways.total_mib is None
    assert ways.token_seconds == pytest.approx(12 * 3600)

    demo_cloud.options(import_methods=[])
    assert (await cloud.image_bytes.ways_in()).offers("web-download") is False
    with pytest.raises(NotFoundError, match="not available"):
        await cloud.image_bytes.stage(await record(cloud), Source(), tell=lambda _: None)


async def test_an_image_without_bytes_has_none_to_give(cloud: Cloud):
    with pytest.raises(ConflictError, match="no bytes"):
        await fetch(cloud, await record(cloud), size=None)


async def test_the_record_of_calls_keeps_no_bytes(cloud: Cloud, demo_cloud: DemoCloud):
    await uploaded(cloud)

    (call,) = demo_cloud.calls("PUT", "/file")
    assert call["body"] is None
    assert call["status"] == 204

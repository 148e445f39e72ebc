"""Transfers beside other calls, over TLS, to another host, and when the cloud is closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from imaging.cloud.connection import OpenStackCloud
from models.errors import (
    LostAnswerError,
    UnreachableError,
    UnsafeAddressError,
)
from tests.cloud.image_bytes import (
    CONTENT,
    FILE,
    IMAGE,
    TENTHS,
    Source,
    download,
    part,
    transfer_threads,
    until,
    upload,
    whole,
)
from tests.cloud.scripted import HERE, Reply, ScriptedCloud


async def test_other_calls_go_on_beside_transfers(scripted: ScriptedCloud, cloud: OpenStackCloud):
    held = threading.Event()
    scripted.on("PUT", FILE, Reply(204, wait=held))
    scripted.on("GET", f"/image/v2/images/{IMAGE}", {"id": IMAGE, "name": "n", "status": "saving"})
    uploads = [asyncio.create_task(upload(cloud, Source())) for _ in range(6)]
    await until(lambda: len(scripted.seen("PUT")) == len(uploads))
    assert len(transfer_threads()) == len(uploads)

    assert (await cloud.images.image(IMAGE)).status == "saving"

    held.set()
    await asyncio.gather(*uploads)
    await until(lambda: not transfer_threads())


async def test_a_cloud_that_is_closed_meanwhile_begins_no_transfer(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(204))
    task = asyncio.create_task(upload(cloud, Source()))
    await asyncio.sleep(0)

    await cloud.close()

    with pytest.raises(UnreachableError):
        await task


async def test_a_closed_cloud_ends_its_transfers(scripted: ScriptedCloud, cloud: OpenStackCloud):
    held = threading.Event()
    scripted.on("PUT", FILE, Reply(204, wait=held))
    task = asyncio.create_task(upload(cloud, Source()))
    await until(lambda: bool(scripted.seen("PUT")))

    await cloud.close()

    with pytest.raises(UnreachableError, match="closed"):
        await task
    held.set()


@pytest.fixture
def by_tls() -> Iterator[ScriptedCloud]:
    cloud = ScriptedCloud(tls=True).start()
    yield cloud
    cloud.stop()


async def test_bytes_go_over_tls_both_ways(by_tls: ScriptedCloud, enter: Any):
    cloud = await enter(by_tls.url, cacert=str(HERE / "selfsigned.pem"))
    by_tls.on("PUT", FILE, Reply(204))
    by_tls.on("GET", FILE, whole(), part(1000, 1999))

    await upload(cloud, Source())
    taken, _ = await download(cloud)

    assert by_tls.uploads == [CONTENT]
    assert bytes(taken.content) == CONTENT
    assert await cloud.image_bytes.read_bytes(IMAGE, 1000, 1000) == CONTENT[1000:2000]


@pytest.mark.parametrize("place", TENTHS)
async def test_an_upload_that_is_cut_under_tls_is_told(by_tls: ScriptedCloud, enter: Any, place: int):
    cloud = await enter(by_tls.url, cacert=str(HERE / "selfsigned.pem"))
    by_tls.taken_bytes = place
    by_tls.on("PUT", FILE, Reply(drop=True))

    with pytest.raises(UnreachableError) as caught:
        await upload(cloud, Source(CONTENT * 16))

    assert not isinstance(caught.value, LostAnswerError)
    assert len(by_tls.seen("PUT")) == 1


async def test_a_cancelled_upload_under_tls_ends_at_once(by_tls: ScriptedCloud, enter: Any):
    cloud = await enter(by_tls.url, cacert=str(HERE / "selfsigned.pem"))
    held = threading.Event()
    by_tls.on("PUT", FILE, Reply(204, wait=held))
    task = asyncio.create_task(upload(cloud, Source()))
    await until(lambda: bool(by_tls.seen("PUT")))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await until(lambda: not transfer_threads())
    held.set()


async def test_bytes_are_not_followed_to_another_host(scripted: ScriptedCloud, cloud: OpenStackCloud):
    elsewhere = Reply(307, headers={"Location": "http://files.example/disk.raw"})
    scripted.on("PUT", FILE, elsewhere)
    scripted.on("GET", FILE, elsewhere)

    with pytest.raises(UnsafeAddressError):
        await upload(cloud, Source())
    with pytest.raises(UnsafeAddressError):
        await download(cloud)

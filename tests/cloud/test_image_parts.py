"""A part of an image is read by a range, and a cloud that ignores ranges is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.cloud.connection import OpenStackCloud
from models.errors import (
    RangeIgnoredError,
)
from tests.cloud.image_bytes import CONTENT, FILE, IMAGE, SIZE, part, whole
from tests.cloud.scripted import Reply, ScriptedCloud


async def test_a_part_is_read_by_a_range(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, part(1000, 1999))

    assert await cloud.image_bytes.read_bytes(IMAGE, 1000, 1000) == CONTENT[1000:2000]

    assert scripted.seen("GET", FILE)[0].headers["range"] == "bytes=1000-1999"


async def test_a_part_at_the_end_is_shorter(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, part(SIZE - 10, SIZE - 1), Reply(416, "<h1>416</h1>not satisfiable"))

    assert await cloud.image_bytes.read_bytes(IMAGE, SIZE - 10, 1000) == CONTENT[-10:]
    assert await cloud.image_bytes.read_bytes(IMAGE, SIZE, 1000) == b""
    assert await cloud.image_bytes.read_bytes(IMAGE, 0, 0) == b""


@pytest.mark.parametrize("reply", [whole, lambda: part(0, 999), lambda: part(1000, 1999, body=CONTENT)])
async def test_a_cloud_that_ignores_ranges_is_noticed_before_its_bytes_come(
    scripted: ScriptedCloud, cloud: OpenStackCloud, reply: Any
):
    scripted.on("GET", FILE, reply())

    with pytest.raises(RangeIgnoredError):
        await cloud.image_bytes.read_bytes(IMAGE, 1000, 1000)

    assert len(scripted.seen("GET", FILE)) == 1


async def test_a_small_image_that_comes_whole_is_what_was_asked_for(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole(CONTENT[:100]))

    assert await cloud.image_bytes.read_bytes(IMAGE, 0, 4096) == CONTENT[:100]


async def test_a_part_that_is_cut_is_asked_for_again(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, part(0, 999, body=CONTENT[:500], length=1000), part(0, 999))

    assert await cloud.image_bytes.read_bytes(IMAGE, 0, 1000) == CONTENT[:1000]

    assert len(scripted.seen("GET", FILE)) == 2

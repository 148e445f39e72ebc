"""The record of an image that is imported, and each way that its bytes can come in."""

from __future__ import annotations

import pytest

from imaging.cloud.connection import OpenStackCloud
from imaging.runtime.redaction import redactor
from models.cloud.image_bytes import NewImage
from models.errors import (
    LostAnswerError,
    RejectedError,
)
from tests.cloud.image_bytes import CONTENT, IMAGE, Source
from tests.cloud.scripted import Reply, ScriptedCloud

RECORD = {"id": IMAGE, "name": "n", "status": "queued", "visibility": "private"}


async def test_a_record_is_private_and_has_what_was_asked_for(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on(
        "POST", "/image/v2/images", Reply(201, RECORD, {"OpenStack-image-import-methods": "glance-direct, copy-image"})
    )
    wanted = NewImage(
        name="survey",
        disk_format="raw",
        id=IMAGE,
        min_disk_gib=20,
        min_ram_mib=512,
        properties={"os_distro": "debian", "visibility": "public"},
        tags=("course",),
    )

    made = await cloud.image_bytes.make_record(wanted)

    assert (made.id, made.status) == (IMAGE, "queued")
    assert scripted.seen("POST", "/image/v2/images")[0].body == {
        "id": IMAGE,
        "name": "survey",
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "private",
        "min_disk": 20,
        "min_ram": 512,
        "os_distro": "debian",
        "tags": ["course"],
    }
    ways = await cloud.image_bytes.ways_in()
    assert ways.methods == ("glance-direct", "copy-image")
    assert ways.stores is None


async def test_a_lost_answer_of_a_record_is_not_asked_again(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("POST", "/image/v2/images", Reply(drop=True))

    with pytest.raises(LostAnswerError):
        await cloud.image_bytes.make_record(NewImage(name="n", disk_format="raw", id=IMAGE))

    assert len(scripted.seen("POST", "/image/v2/images")) == 1


async def test_what_is_told_of_the_ways_in(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", "/image/v2/info/import", {"import-methods": {"value": ["glance-direct", 7, "web-download"]}})
    scripted.on("GET", "/image/v2/info/stores", {"stores": [{"id": "ceph", "default": "true"}, {"read-only": "true"}]})
    usage = {"image_size_total": {"usage": 5, "limit": 100}, "image_count_total": {"usage": 1, "limit": -1}}
    scripted.on("GET", "/image/v2/info/usage", {"usage": usage})

    ways = await cloud.image_bytes.ways_in()

    assert ways.offers("web-download")
    assert ways.offers("copy-image") is False
    assert [(each.id, each.is_default) for each in ways.stores or ()] == [("ceph", True)]
    assert ways.total_mib is not None
    assert ways.total_mib.free == 95
    assert ways.images is not None
    assert ways.images.free is None
    assert ways.staged_mib is None
    assert ways.token_seconds == 3653 * 86_400 + 3600


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_cloud_that_tells_nothing_refuses_nothing(scripted: ScriptedCloud, cloud: OpenStackCloud, status: int):
    scripted.on("GET", "/image/v2/info/.*", Reply(status, "<h1>no</h1>"))

    ways = await cloud.image_bytes.ways_in()

    assert ways.offers("web-download") is None


async def test_staged_bytes_are_imported(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", f"/image/v2/images/{IMAGE}/stage", Reply(204))
    scripted.on("POST", f"/image/v2/images/{IMAGE}/import", Reply(202))

    await cloud.image_bytes.stage(IMAGE, Source(), tell=lambda _: None)
    await cloud.image_bytes.import_staged(IMAGE)

    assert scripted.uploads == [CONTENT]
    (asked,) = scripted.seen("POST", ".*/import")
    assert asked.body == {"method": {"name": "glance-direct"}}


async def test_a_url_with_a_secret_reaches_the_cloud_alone(
    scripted: ScriptedCloud, cloud: OpenStackCloud, caplog: pytest.LogCaptureFixture
):
    url = "https://ada:pass-of-ada@files.example/disk.raw?sig=signed-query"
    scripted.on("POST", f"/image/v2/images/{IMAGE}/import", Reply(400, {"message": f"cannot fetch {url}"}))
    caplog.set_level("DEBUG")

    with pytest.raises(RejectedError, match="cannot fetch") as caught:
        await cloud.image_bytes.import_url(IMAGE, url)

    (asked,) = scripted.seen("POST", ".*/import")
    assert asked.body == {"method": {"name": "web-download", "uri": url}}
    told = str(caught.value) + redactor.clean(caplog.text)
    assert "pass-of-ada" not in told
    assert "signed-query" not in told


async def test_tasks_say_why_an_import_failed(scripted: ScriptedCloud, cloud: OpenStackCloud):
    rows = [
        {"id": "t1", "type": "api_image_import", "status": "success", "created_at": "2026-11-01T10:00:00Z"},
        {"id": "t2", "status": "failure", "message": "no\x1b[2J route", "created_at": "2026-11-01T11:00:00Z"},
        {"status": "pending"},
    ]
    scripted.on("GET", f"/image/v2/images/{IMAGE}/tasks", {"tasks": rows}, Reply(404, "no such path"))

    newest, oldest = await cloud.image_bytes.tasks(IMAGE)

    assert (newest.id, newest.has_failed, newest.is_over) == ("t2", True, True)
    assert "\x1b" not in newest.message
    assert oldest.kind == "api_image_import"
    assert await cloud.image_bytes.tasks(IMAGE) == ()

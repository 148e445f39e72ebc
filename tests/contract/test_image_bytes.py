"""Glance: the bytes of images, uploaded, staged, imported, and read as a whole or in parts."""

from __future__ import annotations

import hashlib
import html
import re
import socket
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests import Response

from tests.contract.making import fresh_name
from tests.contract.subject import Subject

CONTENT = b"".join(hashlib.sha256(bytes([place])).digest() * 1024 for place in range(8))
"""A raw disk of 256 KiB that begins like nothing else."""
SIZE = len(CONTENT)
OCTETS = "application/octet-stream"
UNKNOWN = "11111111-2222-3333-4444-555555555555"


def make(cloud: Subject, **more: object) -> Response:
    wanted = {"name": fresh_name(cloud, "bytes"), "disk_format": "raw", "container_format": "bare", **more}
    reply: Response = cloud.image.post(
        "/images", json={key: value for key, value in wanted.items() if value is not None}
    )
    return reply


@pytest.fixture
def record(cloud: Subject) -> Iterator[str]:
    """An image without a byte."""
    reply = make(cloud)
    assert reply.status_code == 201, reply.text
    yield reply.json()["id"]
    cloud.image.delete(f"/images/{reply.json()['id']}")


@pytest.fixture
def active(cloud: Subject, record: str) -> str:
    """The same with its bytes."""
    assert put(cloud, record).status_code == 204
    return record


def put(cloud: Subject, image: str, content: bytes = CONTENT, what: str = "file", kind: str = OCTETS) -> Response:
    sent = {"Content-Type": kind, "x-openstack-image-size": str(len(content))}
    reply: Response = cloud.image.put(f"/images/{image}/{what}", data=content, headers=sent)
    return reply


def get(cloud: Subject, image: str, wanted: str | None = None) -> Response:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", **({"Range": wanted} if wanted else {})}
    reply: Response = cloud.image.get(f"/images/{image}/file", headers=headers)
    return reply


def words(reply: Response, code: int) -> str:
    assert reply.status_code == code, reply.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def status(cloud: Subject, image: str) -> str:
    return str(cloud.glance_image(image)["status"])


def test_a_record_is_queued_and_says_how_it_may_be_filled(cloud: Subject):
    reply = make(cloud, visibility="private", min_disk=3, os_distro="debian", tags=["course"])
    made = reply.json()
    assert reply.status_code == 201
    assert (made["status"], made["visibility"], made["size"], made["checksum"]) == ("queued", "private", None, None)
    assert (made["min_disk"], made["os_distro"], made["tags"]) == (3, "debian", ["course"])
    assert "glance-direct" in reply.headers["OpenStack-image-import-methods"].split(",")
    assert reply.headers["Location"].endswith(f"/v2/images/{made['id']}")
    cloud.image.delete(f"/images/{made['id']}")


def test_an_id_can_be_chosen_once(cloud: Subject):
    chosen = str(uuid.uuid4())
    assert make(cloud, id=chosen).json()["id"] == chosen
    assert chosen in words(make(cloud, id=chosen), 409)
    cloud.image.delete(f"/images/{chosen}")


def test_bytes_make_an_image_active_with_their_size_and_hashes(cloud: Subject, record: str):
    assert put(cloud, record).status_code == 204

    image = cloud.glance_image(record)
    assert image["status"] == "active"
    assert (image["size"], image["virtual_size"]) == (SIZE, SIZE)
    assert image["checksum"] == hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    assert (image["os_hash_algo"], image["os_hash_value"]) == ("sha512", hashlib.sha512(CONTENT).hexdigest())


def test_bytes_are_given_as_they_were_sent(cloud: Subject, active: str):
    reply = get(cloud, active)

    assert reply.status_code == 200
    assert reply.content == CONTENT
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Content-Length"] == str(SIZE)
    assert reply.headers["Content-MD5"] == hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    assert "Content-Range" not in reply.headers


@pytest.mark.parametrize(
    "wanted, first, behind",
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=1000-", 1000, SIZE),
        (f"bytes=1000-{SIZE + 5000}", 1000, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
    ],
)
def test_a_range_is_obeyed(cloud: Subject, active: str, wanted: str, first: int, behind: int):
    reply = get(cloud, active, wanted)

    assert reply.status_code == 206
    assert reply.content == CONTENT[first:behind]
    assert reply.headers["Content-Range"] == f"bytes {first}-{behind - 1}/{SIZE}"
    assert reply.headers["Content-Length"] == str(behind - first)


@pytest.mark.parametrize(
    "wanted, code", [(f"bytes={SIZE}-", 416), (f"bytes={SIZE + 10}-{SIZE + 20}", 416), ("bytes=0-1,5-6", 400)]
)
def test_a_range_that_cannot_be_obeyed_is_refused(cloud: Subject, active: str, wanted: str, code: int):
    assert get(cloud, active, wanted).status_code == code


def test_an_image_without_bytes_gives_none(cloud: Subject, record: str):
    reply = get(cloud, record)
    assert (reply.status_code, reply.content) == (204, b"")


def test_another_project_gets_no_bytes_of_a_private_image(cloud: Subject):
    private = make(cloud, visibility="private").json()["id"]
    assert put(cloud, private).status_code == 204
    reply = cloud.login("other").image.get(f"/images/{private}/file", headers={"Accept": "*/*"})
    assert reply.status_code == 404
    cloud.image.delete(f"/images/{private}")


def test_bytes_are_sent_once(cloud: Subject, active: str):
    assert "from active to saving" in words(put(cloud, active), 409)
    assert status(cloud, active) == "active"


def test_bytes_come_as_octets(cloud: Subject, record: str):
    assert put(cloud, record, kind="application/json").status_code == 415
    assert status(cloud, record) == "queued"


def test_bytes_of_another_format_are_refused_and_leave_a_queued_image(cloud: Subject):
    record = make(cloud, disk_format="qcow2").json()["id"]
    assert put(cloud, record).status_code == 415
    left = cloud.glance_image(record)
    assert (left["status"], left["size"]) == ("queued", None)
    cloud.image.delete(f"/images/{record}")


def test_bytes_need_a_format_first(cloud: Subject):
    record = make(cloud, disk_format=None, container_format=None).json()["id"]
    assert "must be set prior to saving data" in words(put(cloud, record), 400)
    cloud.image.delete(f"/images/{record}")


def test_bytes_of_nothing_are_refused(cloud: Subject):
    assert put(cloud, UNKNOWN).status_code == 404
    assert get(cloud, UNKNOWN).status_code == 404


def test_an_upload_that_is_cut_leaves_no_active_image(cloud: Subject, record: str):
    endpoint = urlsplit(cloud.image.get_endpoint())
    head = [
        f"PUT {endpoint.path.rstrip('/').removesuffix('/v2')}/v2/images/{record}/file HTTP/1.1",
        f"Host: {endpoint.netloc}",
        f"X-Auth-Token: {cloud.member.session.get_token()}",
        "Content-Type: application/octet-stream",
        f"Content-Length: {SIZE}",
    ]
    with socket.create_connection((endpoint.hostname or "", endpoint.port or 80), timeout=30) as peer:
        peer.sendall("\r\n".join([*head, "", ""]).encode() + CONTENT[: SIZE // 2])
        cloud.until(lambda: status(cloud, record) == "saving", "image saving", finely=True)

    cloud.until(lambda: status(cloud, record) != "saving", "the upload has ended")
    left = cloud.glance_image(record)
    assert left["status"] == "queued"
    assert left["checksum"] is None


def test_staged_bytes_wait_for_their_import(cloud: Subject, record: str):
    assert put(cloud, record, what="stage").status_code == 204
    staged = cloud.glance_image(record)
    assert (staged["status"], staged["size"]) == ("uploading", SIZE)
    assert put(cloud, record, what="stage").status_code == 409

    reply = cloud.image.post(f"/images/{record}/import", json={"method": {"name": "glance-direct"}})
    assert reply.status_code == 202
    cloud.until(lambda: status(cloud, record) == "active", "image active")

    image = cloud.glance_image(record)
    assert (image["size"], image["os_hash_value"]) == (SIZE, hashlib.sha512(CONTENT).hexdigest())
    assert get(cloud, record).content == CONTENT
    (task,) = cloud.image.get(f"/images/{record}/tasks").json()["tasks"]
    assert (task["type"], task["image_id"]) == ("api_image_import", record)
    cloud.until(lambda: tasks(cloud, record)[0]["status"] == "success", "task done")


def tasks(cloud: Subject, image: str) -> list[dict[str, Any]]:
    return list(cloud.image.get(f"/images/{image}/tasks").json()["tasks"])


def test_an_image_that_was_never_imported_has_no_tasks(cloud: Subject, active: str):
    assert tasks(cloud, active) == []


@pytest.mark.parametrize(
    "method, code",
    [
        ({"name": "glance-direct"}, 409),
        ({"name": "by-pigeon"}, 400),
        ({"name": "web-download", "uri": "ftp://127.0.0.1/disk.raw"}, 400),
    ],
)
def test_an_import_that_cannot_be_is_refused(cloud: Subject, record: str, method: dict[str, str], code: int):
    assert cloud.image.post(f"/images/{record}/import", json={"method": method}).status_code == code
    assert status(cloud, record) == "queued"


def test_an_active_image_is_not_imported(cloud: Subject, active: str):
    reply = cloud.image.post(f"/images/{active}/import", json={"method": {"name": "glance-direct"}})
    assert "status active cannot be target for import" in words(reply, 409)


def test_the_ways_in_are_told(cloud: Subject):
    methods = cloud.image.get("/info/import").json()["import-methods"]
    assert {"glance-direct", "web-download"} <= set(methods["value"])
    stores = cloud.image.get("/info/stores").json()["stores"]
    assert [store["default"] for store in stores if "default" in store] == ["true"]
    usage = cloud.image.get("/info/usage")
    assert usage.status_code == 200
    assert isinstance(usage.json()["usage"], dict)

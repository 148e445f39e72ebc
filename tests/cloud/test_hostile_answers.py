"""A cloud may answer anything: each call gives what could be read, or an `ImagingError`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from models.errors import ImagingError
from models.text import one_line
from tests.cloud.scripted import Reply

ID = "0b9f3f33-3d1c-4f3e-9f55-8d3a7f1b2c4d"
CALLS = {
    "instances": lambda cloud: drained(cloud.compute.instances()),
    "changed instances": lambda cloud: cloud.compute.changed_instances(datetime(2026, 11, 1, tzinfo=UTC)),
    "an instance": lambda cloud: cloud.compute.instance(ID),
    "attachments": lambda cloud: cloud.compute.attachments(ID),
    "ports": lambda cloud: cloud.compute.ports(ID),
    "actions": lambda cloud: cloud.compute.actions(ID),
    "a console": lambda cloud: cloud.compute.console_log(ID),
    "flavors": lambda cloud: cloud.compute.flavors(),
    "a launch": lambda cloud: cloud.compute.create_image(ID, "n", {}),
    "images": lambda cloud: drained(cloud.images.images()),
    "an image": lambda cloud: cloud.images.image(ID),
    "members": lambda cloud: cloud.images.members(ID),
    "volumes": lambda cloud: cloud.volumes.volumes(),
    "a volume": lambda cloud: cloud.volumes.volume(ID),
    "snapshots": lambda cloud: cloud.volumes.snapshots(),
    "networks": lambda cloud: cloud.networking.networks(),
    "security groups": lambda cloud: cloud.networking.security_groups(),
    "a new security group": lambda cloud: cloud.networking.create_security_group("n", "d"),
    "quotas": lambda cloud: cloud.quota(),
}
GOOD = '{"id": "good", "name": "good", "status": "ACTIVE", "subnets": ["s"], "shared": true}'
ROWS = '[null, 7, "x", [], {}, {"id": 7}, {"id": []}, ' + GOOD + ', {"id": "\\ud800"}]'
LISTS = ("servers", "images", "volumes", "snapshots", "networks", "security_groups", "flavors", "members")
MORE = ("volumeAttachments", "interfaceAttachments", "instanceActions")
LISTED = (
    "instances", "changed instances", "attachments", "ports", "actions", "flavors", "images", "members", "volumes",
    "snapshots", "networks", "security groups",
)  # fmt: skip
BODIES = {
    "nothing": "",
    "null": "null",
    "a list": "[]",
    "a text": '"x"',
    "a number without an end": "1e999",
    "cut JSON": '{"servers": [{"id": "a"',
    "no fields": "{}",
    "depth": '{"servers": ' + "[" * 20_000 + "]" * 20_000 + "}",
    "bytes of no text": "{\x00\x01\x02}",
    "odd rows": "{" + ", ".join(f'"{key}": {ROWS}' for key in (*LISTS, *MORE)) + "}",
    "odd things": "{"
    + ", ".join(f'"{key}": {value}' for key in ("server", "image", "volume", "limits", "output", "security_group")
                for value in ("7", "[]", '{"id": {}}'))
    + ', "id": 1e999, "status": [], "usage": [[]]}',
    "a page": "<html><head><title>It works</title></head><body><h1>" + "x" * 5_000 + "</h1></body></html>",
}  # fmt: skip
STATUSES = (200, 404, 503)


async def drained(pages: AsyncIterator[Iterable[Any]]) -> list[Any]:
    return [item async for page in pages for item in page]


@pytest.mark.parametrize("body", BODIES, ids=lambda name: name.replace(" ", "-"))
async def test_an_answer_that_makes_no_sense_is_an_imaging_error_or_says_nothing(scripted, cloud, body):
    for status in STATUSES:
        for method in ("GET", "POST"):
            scripted.on(method, "/(compute|image|volume|network).+", Reply(status, BODIES[body], {"Retry-After": "0"}))
        for name, ask in CALLS.items():
            try:
                await ask(cloud)
            except ImagingError as error:
                assert one_line(str(error), 100_000) == str(error), name  # noqa: PT017  # either ending is right


@pytest.mark.parametrize("value", ["null", "{}", '""', "0"])
@pytest.mark.parametrize("name", LISTED)
async def test_a_list_that_is_missing_is_not_an_empty_one(scripted, cloud, name, value):
    answer = "{" + ", ".join(f'"{key}": {value}' for key in (*LISTS, *MORE)) + "}"
    for body in (answer, "{}"):
        scripted.on("GET", "/(compute|image|volume|network).+", Reply(200, body))
        with pytest.raises(ImagingError):
            await CALLS[name](cloud)


async def test_one_row_that_makes_no_sense_hides_no_other(scripted, cloud):
    scripted.on("GET", "/(compute|image|volume|network).+", Reply(200, BODIES["odd rows"]))
    for name in ("instances", "images", "volumes", "snapshots", "networks", "security groups", "flavors"):
        assert "good" in [found.name for found in await CALLS[name](cloud)], name


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "Mon, 01 Jan 0001 00:00:00 +9999"}, {"Date": "x" * 60_000}, {"Date": "Sun, 99 Nov 99999999999 0:0:0"},
        {"Retry-After": "9" * 5_000}, {"Retry-After": "²"}, {"Retry-After": "-1"},
        {"x-openstack-request-id": "\x1b[2J" * 100}, {"OpenStack-API-Version": "compute 9" + "9" * 5_000},
    ],
    ids=lambda headers: str(headers)[:30],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 404, 503])
async def test_headers_that_make_no_sense_change_nothing(scripted, cloud, headers, status):
    sent = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    scripted.on("GET", "/compute.+", Reply(status, {"servers": []}, sent))
    try:
        found = await CALLS["changed instances"](cloud)
    except ImagingError:
        assert status != 200
    else:
        assert found.instances == ()

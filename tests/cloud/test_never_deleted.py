"""The last guard: for no caller the adapters delete what looks like somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import ImagingError, NotOwnedError, RejectedError
from tests.cloud.scripted import PROJECT, Reply

IMAGE = "/image/v2/images/x"
VOLUME = f"/volume/v3/{PROJECT}/volumes/x"
SNAPSHOT = f"/volume/v3/{PROJECT}/snapshots/x"
GROUP = "/network/v2.0/security-groups/x"

CASES: tuple[tuple[str, str, str, Any], ...] = (
    ("images", "delete_image", IMAGE, {"id": "x", "visibility": "public", "owner": PROJECT}),
    ("images", "delete_image", IMAGE, {"id": "x", "visibility": "community", "owner": PROJECT}),
    ("images", "delete_image", IMAGE, {"id": "x", "visibility": "private", "owner": "another-project"}),
    ("volumes", "delete_volume", VOLUME, {"volume": {"id": "x", "attachments": [{"server_id": "theirs"}]}}),
    ("volumes", "delete_snapshot", SNAPSHOT, {"snapshot": {"id": "x", "name": "before the upgrade"}}),
    ("volumes", "delete_snapshot", SNAPSHOT, {"snapshot": {"id": "x"}}),
    ("networking", "delete_security_group", GROUP, {"security_group": {"id": "x", "name": "default"}}),
    ("networking", "delete_security_group", GROUP, {"security_group": {"id": "x"}}),
    (
        "networking", "delete_security_group", GROUP,
        {"security_group": {"id": "x", "name": "imaging-r7", "project_id": "another-project"}},
    ),
    (
        "networking", "close_security_group", GROUP,
        {"security_group": {"id": "x", "name": "default", "security_group_rules": [{"id": "y"}]}},
    ),
    (
        "networking", "close_security_group", GROUP,
        {"security_group": {"id": "x", "name": "imaging-r7", "project_id": "another-project"}},
    ),
)  # fmt: skip


@pytest.mark.parametrize("service, call, path, shown", CASES)
async def test_what_looks_like_anybodys_own_is_not_deleted(scripted, cloud, *, service, call, path, shown):
    scripted.on("GET", path, shown)
    scripted.on("DELETE", path, Reply(204))
    with pytest.raises(NotOwnedError):
        await getattr(getattr(cloud, service), call)("x")
    assert scripted.seen("DELETE") == []


OLDER = {
    "id": "x", "name": "older", "visibility": "private", "owner": PROJECT, "protected": False, "status": "active",
    "imaging.succeeded_by": "y", "imaging.succeeded_by.image": "x",
}  # fmt: skip


async def test_an_older_image_that_another_follows_goes_by_its_typed_name(scripted, cloud):
    scripted.on("GET", IMAGE, OLDER)
    scripted.on("GET", f"{IMAGE}/members", {"members": []})
    scripted.on("DELETE", IMAGE, Reply(204))
    await cloud.images.delete_older_image("x", "older")
    assert len(scripted.seen("DELETE", IMAGE)) == 1


@pytest.mark.parametrize(
    "shown, typed",
    [
        ({"owner": "another-project"}, "older"),
        ({"owner": None}, "older"),
        ({"visibility": "public"}, "older"),
        ({"visibility": "community"}, "older"),
        ({"visibility": "shared"}, "older"),
        ({"visibility": "a new word"}, "older"),
        ({"protected": True}, "older"),
        ({}, "another name"),
        ({}, "Older"),
        ({"name": ""}, ""),
        ({"imaging.succeeded_by": ""}, "older"),
        ({"imaging.succeeded_by.image": "an ancestor"}, "older"),
    ],
)
async def test_an_image_that_is_not_surely_an_older_one_of_ones_own_is_not_deleted(scripted, cloud, shown, typed):
    scripted.on("GET", IMAGE, {**OLDER, **shown})
    scripted.on("GET", f"{IMAGE}/members", {"members": []})
    scripted.on("DELETE", IMAGE, Reply(204))
    with pytest.raises(NotOwnedError):
        await cloud.images.delete_older_image("x", typed)
    assert scripted.seen("DELETE") == []


async def test_an_older_image_with_members_is_not_deleted_although_it_is_private_now(scripted, cloud):
    scripted.on("GET", IMAGE, OLDER)
    scripted.on("GET", f"{IMAGE}/members", {"members": [{"member_id": "theirs", "status": "accepted"}]})
    scripted.on("DELETE", IMAGE, Reply(204))
    with pytest.raises(NotOwnedError, match="other projects see it"):
        await cloud.images.delete_older_image("x", "older")
    assert scripted.seen("DELETE") == []


async def test_an_older_image_whose_members_cannot_be_read_is_not_deleted(scripted, cloud):
    scripted.on("GET", IMAGE, OLDER)
    scripted.on("GET", f"{IMAGE}/members", Reply(500))
    scripted.on("DELETE", IMAGE, Reply(204))
    with pytest.raises(ImagingError):
        await cloud.images.delete_older_image("x", "older")
    assert scripted.seen("DELETE") == []


async def test_an_older_image_that_is_the_source_of_a_run_is_not_even_asked_about(scripted, cloud):
    cloud.protect("x")
    with pytest.raises(NotOwnedError, match="the source of a run"):
        await cloud.images.delete_older_image("x", "older")
    assert scripted.calls == []


@pytest.mark.parametrize(
    "service, call",
    [
        ("compute", "delete_instance"),
        ("images", "delete_image"),
        ("volumes", "delete_volume"),
        ("volumes", "delete_snapshot"),
    ],
)
async def test_what_is_protected_is_not_even_asked_about(scripted, cloud, service, call):
    cloud.protect("x")
    with pytest.raises(NotOwnedError, match="the source of a run"):
        await getattr(getattr(cloud, service), call)("x")
    assert scripted.calls == []


async def test_below_2_85_a_volume_cannot_be_kept_and_nothing_is_asked(scripted, cloud):
    scripted.max_microversion = "2.84"
    with pytest.raises(RejectedError, match="too old"):
        await cloud.compute.keep_volume("i-1", "v")
    assert scripted.seen("PUT") == []


async def test_from_2_85_on_the_flag_of_an_attached_volume_is_taken_off(scripted, cloud):
    scripted.on("PUT", "/compute/v2.1/servers/i-1/os-volume_attachments/v", Reply(202))
    await cloud.compute.keep_volume("i-1", "v")
    (asked,) = scripted.seen("PUT")
    assert asked.body == {"volumeAttachment": {"volumeId": "v", "delete_on_termination": False}}
    assert asked.microversion == "2.96"

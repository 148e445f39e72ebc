"""The last guard: whatever a caller says, the adapters delete nothing that looks like anybody's own."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import NotOursError, RejectedError
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
    with pytest.raises(NotOursError):
        await getattr(getattr(cloud, service), call)("x")
    assert scripted.seen("DELETE") == []


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
    with pytest.raises(NotOursError, match="the source of a run"):
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

"""Nova, from the newest microversion that the console knows down to 2.1."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from models.cloud.launch import AttachRequest, LaunchRequest
from models.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotOwnedError,
    RejectedError,
    ServerFaultError,
)
from tests.cloud.scripted import Reply

SERVER = "/compute/v2.1/servers/i-1"
ACTION = f"{SERVER}/action"


def server(**more) -> dict[str, Any]:
    return {"id": "i-1", "name": "db-07", "status": "ACTIVE", "image": {"id": "img"}, "flavor": {}, **more}


@pytest.mark.parametrize(
    "offered,spoken", [("2.1", (2, 1)), ("2.60", (2, 60)), ("2.96", (2, 96)), ("2.104", (2, 96)), ("", (2, 1))]
)
async def test_it_speaks_the_highest_microversion_that_both_sides_know(scripted, enter, offered, spoken):
    scripted.max_microversion = offered
    scripted.on("GET", SERVER, {"server": server()})
    cloud = await enter(scripted.url)
    assert await cloud.compute.microversion() == spoken
    await cloud.compute.instance("i-1")
    assert scripted.seen("GET", SERVER)[0].microversion == f"{spoken[0]}.{spoken[1]}"


async def test_a_version_document_that_fails_for_a_moment_does_not_make_the_cloud_an_old_one(scripted, cloud):
    versions = {"version": {"id": "v2.1", "version": "2.96", "min_version": "2.1"}}
    scripted.on("GET", "/compute/v2.1/?", Reply(503), Reply(503), versions)
    assert await cloud.compute.microversion() == (2, 96)


async def test_a_version_document_that_cannot_be_had_is_an_error_not_2_1(scripted, cloud):
    scripted.on("GET", "/compute/v2.1/?", Reply(503))
    with pytest.raises(ServerFaultError):
        await cloud.compute.microversion()


async def test_a_cloud_that_hides_its_version_document_is_spoken_to_at_2_1(scripted, cloud):
    scripted.on("GET", "/compute/v2.1/?", Reply(404))
    assert await cloud.compute.microversion() == (2, 1)


async def test_the_list_follows_every_page_by_the_last_id_and_begins_with_a_short_one(scripted, cloud):
    more = [{"rel": "next", "href": "http://inside.invalid/servers?marker=wrong"}]
    scripted.on(
        "GET",
        "/compute/v2.1/servers/detail",
        {"servers": [server(id="a"), server(id="b")], "servers_links": more},
        {"servers": [server(id="c")]},
    )
    pages = [page async for page in cloud.compute.instances()]
    assert [[one.id for one in page] for page in pages] == [["a", "b"], ["c"]]
    first, second = scripted.seen("GET", "/compute/v2.1/servers/detail")
    assert first.query == {"limit": ["100"]}
    assert second.query == {"marker": ["b"]}


async def test_a_list_whose_next_page_never_ends_is_not_followed_for_ever(scripted, cloud):
    scripted.on(
        "GET", "/compute/v2.1/servers/detail", {"servers": [server()], "servers_links": [{"rel": "next", "href": "x"}]}
    )
    assert len([page async for page in cloud.compute.instances()]) == 2


async def test_changes_are_asked_for_by_the_time_of_the_server_and_bring_its_time(scripted, cloud):
    scripted.on("GET", "/compute/v2.1/servers/detail", {"servers": [server(status="DELETED")]})
    changes = await cloud.compute.changed_instances(datetime(2026, 11, 1, 13, 59, tzinfo=UTC))
    assert changes.instances[0].status == "DELETED"
    assert changes.server_time == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
    assert scripted.seen("GET", ".*detail")[0].query == {"changes-since": ["2026-11-01T13:59:00Z"]}


async def test_below_2_47_the_sizes_are_looked_up_once_for_each_flavor(scripted, enter):
    scripted.max_microversion = "2.46"
    scripted.on("GET", SERVER, {"server": server(flavor={"id": "f1", "links": []})})
    flavor = {"id": "f1", "name": "m3.tiny", "vcpus": 1, "ram": 3072, "disk": 20, "swap": ""}
    scripted.on("GET", "/compute/v2.1/flavors/detail", {"flavors": [flavor]})
    cloud = await enter(scripted.url)
    for _ in range(2):
        found = await cloud.compute.instance("i-1")
        assert (found.flavor.name, found.flavor.disk_gib) == ("m3.tiny", 20)
    assert len(scripted.seen("GET", "/compute/v2.1/flavors.*")) == 1


async def test_below_2_47_a_cloud_that_names_a_new_flavor_for_each_instance_is_not_asked_for_all(scripted, enter):
    scripted.max_microversion = "2.46"
    listed = [server(id=f"i-{number}", flavor={"id": f"f{number}"}) for number in range(300)]
    scripted.on("GET", "/compute/v2.1/servers/detail", {"servers": listed})
    scripted.on("GET", "/compute/v2.1/flavors/detail", {"flavors": []})
    cloud = await enter(scripted.url)
    found = [one async for page in cloud.compute.instances() for one in page]
    assert len(found) == 300
    assert len(scripted.seen("GET", "/compute/v2.1/flavors.*")) < 60


async def test_below_2_47_a_flavor_that_is_gone_leaves_the_sizes_unknown(scripted, enter):
    scripted.max_microversion = "2.46"
    scripted.on("GET", SERVER, {"server": server(flavor={"id": "old"})})
    scripted.on("GET", "/compute/v2.1/flavors/detail", {"flavors": []})
    found = await (await enter(scripted.url)).compute.instance("i-1")
    assert (found.flavor.id, found.flavor.vcpus) == ("old", None)


@pytest.mark.parametrize("offered,sent", [("2.72", None), ("2.73", {"locked_reason": "imaging"})])
async def test_a_lock_has_a_reason_only_where_the_cloud_keeps_it(scripted, enter, offered, sent):
    scripted.max_microversion = offered
    scripted.on("POST", ACTION, Reply(202))
    await (await enter(scripted.url)).compute.lock("i-1", "imaging")
    assert scripted.seen("POST", ACTION)[0].body == {"lock": sent}


@pytest.mark.parametrize(
    "offered,sent",
    [
        ("2.48", {"volumeId": "v", "device": "/dev/vdb"}),
        ("2.49", {"volumeId": "v", "device": "/dev/vdb", "tag": "pg"}),
        ("2.79", {"volumeId": "v", "device": "/dev/vdb", "tag": "pg", "delete_on_termination": False}),
    ],
)
async def test_an_attachment_is_asked_for_with_all_that_the_cloud_is_new_enough_for(scripted, enter, offered, sent):
    scripted.max_microversion = offered
    scripted.on("POST", f"{SERVER}/os-volume_attachments", {"volumeAttachment": {}})
    request = AttachRequest(volume_id="v", device="/dev/vdb", tag="pg", delete_on_termination=False)
    await (await enter(scripted.url)).compute.attach_volume("i-1", request)
    assert scripted.seen("POST")[0].body == {"volumeAttachment": sent}


async def test_the_new_image_is_named_by_the_body_or_before_2_45_by_the_location(scripted, cloud):
    scripted.on("POST", ACTION, Reply(202, {"image_id": "img-new"}))
    assert await cloud.compute.create_image("i-1", "n", {"imaging.run": "r"}) == "img-new"
    scripted.on("POST", ACTION, Reply(202, headers={"Location": "http://inside.invalid:9292/images/img-old/"}))
    assert await cloud.compute.create_image("i-1", "n", {}) == "img-old"


async def test_an_answer_without_the_new_images_id_is_an_unreadable_one(scripted, cloud):
    scripted.on("POST", ACTION, Reply(202, {"image_id": None}))
    with pytest.raises(BadAnswerError, match="make an image"):
        await cloud.compute.create_image("i-1", "n", {})


async def test_a_launch_gives_the_id_alone_and_encodes_the_user_data(scripted, cloud):
    scripted.on("POST", "/compute/v2.1/servers", Reply(202, {"server": {"id": "new", "adminPass": "hush"}}))
    request = LaunchRequest(
        name="test", image_id="img", flavor_id="f", network_id="net", security_group_name="sg", user_data="#!/bin/sh\n…"
    )
    assert await cloud.compute.launch(request) == "new"
    sent = scripted.seen("POST", "/compute/v2.1/servers")[0].body["server"]
    assert sent["networks"] == [{"uuid": "net"}]
    assert sent["security_groups"] == [{"name": "sg"}]
    assert base64.b64decode(sent["user_data"]).decode() == "#!/bin/sh\n…"


async def test_a_launch_without_a_network_names_none_and_asks_for_a_config_drive(scripted, cloud):
    scripted.on("POST", "/compute/v2.1/servers", Reply(202, {"server": {"id": "new"}}))
    request = LaunchRequest(name="clone", image_id="img", flavor_id="f", network_id=None, config_drive=True)
    await cloud.compute.launch(request)
    sent = scripted.seen("POST", "/compute/v2.1/servers")[0].body["server"]
    assert (sent["networks"], sent["config_drive"]) == ("none", True)
    assert "key_name" not in sent


async def test_below_2_37_nova_would_choose_a_network_so_nothing_is_launched(scripted, cloud):
    scripted.max_microversion = "2.36"
    with pytest.raises(RejectedError, match="without any network"):
        await cloud.compute.launch(LaunchRequest(name="clone", image_id="img", flavor_id="f", network_id=None))
    assert scripted.seen("POST", "/compute/v2.1/servers") == []


async def test_a_refusal_because_of_the_state_says_what_the_state_is(scripted, cloud):
    locked = {"conflictingRequest": {"code": 409, "message": "Instance i-1 is locked"}}
    scripted.on("POST", ACTION, Reply(409, locked))
    now = server(status="SHUTOFF", locked=True, locked_reason="mine", **{"OS-EXT-STS:task_state": "image_uploading"})
    scripted.on("GET", SERVER, {"server": now})
    with pytest.raises(ConflictError) as caught:
        await cloud.compute.stop("i-1")
    assert caught.value.meaning == "It is SHUTOFF, in the task image_uploading, locked (mine) now."
    assert caught.value.request_id == "req-scripted"


async def test_a_refusal_stays_a_refusal_when_the_state_cannot_be_read(scripted, cloud):
    scripted.on("POST", ACTION, Reply(409, {"conflictingRequest": {"message": "no"}}))
    with pytest.raises(ConflictError, match="refused to start"):
        await cloud.compute.start("i-1")


async def test_an_administrators_lock_is_not_opened(scripted, cloud):
    text = "Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed."
    scripted.on("POST", ACTION, Reply(403, {"forbidden": {"code": 403, "message": text}}))
    with pytest.raises(ForbiddenError, match="unlock_override"):
        await cloud.compute.unlock("i-1")


async def test_the_console_log_comes_raw_and_its_absence_is_not_found(scripted, cloud):
    scripted.on(
        "POST",
        ACTION,
        {"output": "\x1b[2Jlogin:"},
        {"output": None},
        Reply(404, {"itemNotFound": {"message": "Guest does not have a console available."}}),
    )
    assert await cloud.compute.console_log("i-1") == "\x1b[2Jlogin:"
    assert await cloud.compute.console_log("i-1") == ""
    with pytest.raises(NotFoundError, match="does not have a console"):
        await cloud.compute.console_log("i-1")


async def test_metadata_keys_are_added_and_deleted_one_by_one(scripted, cloud):
    scripted.on("POST", f"{SERVER}/metadata", {"metadata": {}})
    scripted.on("DELETE", f"{SERVER}/metadata/.*", Reply(204))
    await cloud.compute.set_metadata("i-1", {"imaging.claim.r": "{}"})
    await cloud.compute.delete_metadata("i-1", "imaging.claim.r/../x")
    assert scripted.seen("POST")[0].body == {"metadata": {"imaging.claim.r": "{}"}}
    assert scripted.seen("DELETE")[0].path == f"{SERVER}/metadata/imaging.claim.r%2F..%2Fx"


async def test_no_id_leads_to_another_place_of_the_api(scripted, cloud):
    with pytest.raises(NotFoundError):
        await cloud.compute.instance("../flavors/detail?x=1#")
    assert scripted.calls[-1].path == "/compute/v2.1/servers/..%2Fflavors%2Fdetail%3Fx%3D1%23"


class TestDeleting:
    """Nothing is deleted but what a run made for its test."""

    @pytest.mark.parametrize("role", ["test", "clone"])
    async def test_a_test_instance_is_deleted(self, scripted, cloud, role):
        scripted.on("GET", SERVER, {"server": server(metadata={"imaging.role": role})})
        scripted.on("DELETE", SERVER, Reply(204))
        await cloud.compute.delete_instance("i-1")
        assert len(scripted.seen("DELETE")) == 1

    @pytest.mark.parametrize(
        "metadata",
        [
            {},
            None,
            {"imaging.role": "source"},
            {"imaging.role": "TEST"},
            {"imaging.role": "test", "imaging.claim.r7": "{}"},
            {"imaging.role": "clone", "imaging.claim.r7.0": "{}"},
        ],
    )
    async def test_what_is_not_marked_or_carries_a_claim_is_never_deleted(self, scripted, cloud, metadata):
        scripted.on("GET", SERVER, {"server": server(metadata=metadata)})
        scripted.on("DELETE", SERVER, Reply(204))
        with pytest.raises(NotOwnedError):
            await cloud.compute.delete_instance("i-1")
        assert scripted.seen("DELETE") == []

    async def test_the_source_of_a_run_is_never_deleted_whatever_its_metadata_say(self, scripted, cloud):
        scripted.on("GET", SERVER, {"server": server(metadata={"imaging.role": "test"})})
        scripted.on("DELETE", SERVER, Reply(204))
        cloud.protect("i-1")
        with pytest.raises(NotOwnedError, match="source"):
            await cloud.compute.delete_instance("i-1")
        assert scripted.calls == []

    async def test_what_cannot_be_read_is_not_deleted(self, scripted, cloud):
        scripted.on("GET", SERVER, Reply(403, {"forbidden": {"message": "no"}}))
        scripted.on("DELETE", SERVER, Reply(204))
        with pytest.raises(ForbiddenError):
            await cloud.compute.delete_instance("i-1")
        assert scripted.seen("DELETE") == []

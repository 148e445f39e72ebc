"""POST /servers: what the test launch asks, and every way in which it is refused or fails."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.making import Choice, a_server, delete_server, fresh_name, launch, server_request
from tests.contract.subject import Subject, complaint

UNKNOWN = "11111111-2222-3333-4444-555555555555"


def ask(cloud: Subject, body: dict[str, Any], at: str = "2.93"):
    return cloud.compute.post("/servers", json=body, microversion=at)


@pytest.fixture
def group(cloud: Subject) -> Iterator[dict[str, Any]]:
    body = {"security_group": {"name": fresh_name(cloud, "group"), "description": "for a test launch"}}
    group = cloud.network.post("/security-groups", json=body).json()["security_group"]
    yield group
    cloud.until(lambda: cloud.network.delete(f"/security-groups/{group['id']}").status_code in (204, 404), "group free")


def test_a_launch_answers_with_the_id_and_a_password_that_must_not_be_kept(cloud: Subject, choice: Choice):
    reply = ask(cloud, server_request(choice, fresh_name(cloud, "launched")))
    assert reply.status_code == 202
    answer = reply.json()["server"]
    try:
        assert set(answer) >= {"id", "links", "adminPass"}
        assert reply.headers["Location"].endswith(f"/servers/{answer['id']}")
        assert cloud.server(answer["id"])["status"] in ("BUILD", "ACTIVE")
        cloud.until_idle(answer["id"], "ACTIVE")
    finally:
        delete_server(cloud, answer["id"])


def test_while_it_is_built_it_goes_forwards(cloud: Subject, choice: Choice):
    order = ["scheduling", None, "networking", "block_device_mapping", "spawning"]
    seen: list[tuple[str, str | None]] = []
    with cloud.hooked(spawn={"delay": 0.5}):
        server = launch(cloud, server_request(choice, fresh_name(cloud, "built")))

        def observe() -> bool:
            now = cloud.server(server)
            seen.append((now["status"], now["OS-EXT-STS:task_state"]))
            return bool(now["status"] == "ACTIVE")

        try:
            cloud.until(observe, "ACTIVE", finely=True)
        finally:
            delete_server(cloud, server)
    while_building = [task for status, task in seen if status == "BUILD"]
    assert "spawning" in while_building
    assert [order.index(task) for task in while_building] == sorted(order.index(task) for task in while_building)


def test_metadata_description_user_data_and_group_are_taken(cloud: Subject, choice: Choice, group: dict[str, Any]):
    text = base64.b64encode(b"#!/bin/sh\necho imaging >/dev/console\n").decode()
    body = server_request(
        choice,
        fresh_name(cloud, "marked"),
        metadata={"imaging.role": "test", "imaging.run": "20261101-a1b2"},
        description="made by a run",
        user_data=text,
        security_groups=[{"name": group["id"]}],
    )
    with a_server(cloud, body) as server:
        found = cloud.server(server)
        assert found["metadata"] == {"imaging.role": "test", "imaging.run": "20261101-a1b2"}
        assert found["description"] == "made by a run"
        assert [g["name"] for g in found["security_groups"]] == [group["name"]]
        (port,) = cloud.network.get(f"/ports?device_id={server}").json()["ports"]
        assert port["security_groups"] == [group["id"]]
        in_use = cloud.network.delete(f"/security-groups/{group['id']}")
        assert in_use.status_code == 409
        assert in_use.json()["NeutronError"]["type"] == "SecurityGroupInUse"


def test_two_servers_may_have_one_name(cloud: Subject, choice: Choice):
    name = fresh_name(cloud, "twin")
    with a_server(cloud, server_request(choice, name)), a_server(cloud, server_request(choice, name)):
        assert len(cloud.compute.get(f"/servers?name={name}").json()["servers"]) == 2


def test_from_2_37_the_networks_are_required(cloud: Subject, choice: Choice):
    body = server_request(choice, fresh_name(cloud, "nowhere"))
    del body["server"]["networks"]
    message = complaint(ask(cloud, body, at="2.37"), "badRequest", 400)
    assert "'networks' is a required property" in message


def test_from_2_37_a_server_can_be_launched_without_any_network(cloud: Subject, choice: Choice):
    with a_server(cloud, server_request(choice, fresh_name(cloud, "alone"), networks="none")) as server:
        assert cloud.network.get(f"/ports?device_id={server}").json()["ports"] == []
        assert cloud.server(server)["addresses"] == {}


def test_a_config_drive_is_shown_where_one_was_asked_for(cloud: Subject, choice: Choice):
    with a_server(cloud, server_request(choice, fresh_name(cloud, "drive"), config_drive=True)) as server:
        assert cloud.server(server)["config_drive"] == "True"


def test_a_server_in_a_group_without_rules_has_an_address_all_the_same(
    cloud: Subject, choice: Choice, group: dict[str, Any]
):
    for rule in group["security_group_rules"]:
        cloud.network.delete(f"/security-group-rules/{rule['id']}")
    body = server_request(choice, fresh_name(cloud, "closed"), security_groups=[{"name": group["id"]}])
    with a_server(cloud, body) as server:
        (port,) = cloud.network.get(f"/ports?device_id={server}").json()["ports"]
        assert port["security_groups"] == [group["id"]]
        assert port["fixed_ips"]


def test_user_data_that_is_not_base64_is_400(cloud: Subject, choice: Choice):
    body = server_request(choice, fresh_name(cloud, "unread"), user_data="#!/bin/sh")
    assert "is not a 'base64'" in complaint(ask(cloud, body), "badRequest", 400)


def test_an_image_that_cannot_be_seen_is_400(cloud: Subject, choice: Choice):
    body = server_request(choice, fresh_name(cloud, "imageless"), imageRef=UNKNOWN)
    assert complaint(ask(cloud, body), "badRequest", 400) == "Can not find requested image"


def test_an_unknown_flavor_is_400(cloud: Subject, choice: Choice):
    body = server_request(choice, fresh_name(cloud, "flavorless"), flavorRef="no-such-flavor")
    message = complaint(ask(cloud, body), "badRequest", 400)
    assert message == "Flavor no-such-flavor could not be found."


def test_an_unknown_network_is_400(cloud: Subject, choice: Choice):
    body = server_request(choice, fresh_name(cloud, "netless"), networks=[{"uuid": UNKNOWN}])
    message = complaint(ask(cloud, body), "badRequest", 400)
    assert message == f"Network {UNKNOWN} could not be found."


def test_an_unknown_security_group_is_400(cloud: Subject, choice: Choice):
    body = server_request(choice, fresh_name(cloud, "groupless"), security_groups=[{"name": UNKNOWN}])
    message = complaint(ask(cloud, body), "badRequest", 400)
    assert message == f"Unable to find security_group with name or id '{UNKNOWN}'"


def patch(cloud: Subject, image: str, **values: object) -> None:
    reply = cloud.image.patch(
        f"/images/{image}",
        json=[{"op": "replace", "path": f"/{key}", "value": value} for key, value in values.items()],
        headers={"Content-Type": "application/openstack-images-v2.1-json-patch"},
    )
    assert reply.status_code == 200, reply.text


def test_a_flavor_whose_disk_is_too_small_is_400_with_both_sizes(cloud: Subject, choice: Choice, snapshot: str):
    patch(cloud, snapshot, min_disk=5000)
    body = server_request(choice, fresh_name(cloud, "too-small"), imageRef=snapshot)
    assert complaint(ask(cloud, body), "badRequest", 400) == (
        "Flavor's disk is smaller than the minimum size specified in image metadata. "
        f"Flavor disk is {choice.flavor['disk'] * 2**30} bytes, minimum size is {5000 * 2**30} bytes."
    )


def test_a_flavor_whose_memory_is_too_small_is_400(cloud: Subject, choice: Choice, snapshot: str):
    patch(cloud, snapshot, min_ram=5000000)
    body = server_request(choice, fresh_name(cloud, "too-small"), imageRef=snapshot)
    assert complaint(ask(cloud, body), "badRequest", 400) == "Flavor's memory is too small for requested image."


def test_the_image_of_a_run_can_be_launched(cloud: Subject, choice: Choice, snapshot: str):
    with a_server(cloud, server_request(choice, fresh_name(cloud, "launch"), imageRef=snapshot)) as server:
        assert cloud.server(server)["image"]["id"] == snapshot


def test_a_launch_that_fails_on_the_host_is_in_error_with_a_fault(cloud: Subject, choice: Choice):
    with cloud.hooked(spawn={"fail": "no room"}):
        server = launch(cloud, server_request(choice, fresh_name(cloud, "doomed")))
        try:
            cloud.until(lambda: cloud.server(server)["status"] == "ERROR", "ERROR")
            found = cloud.server(server)
            assert found["OS-EXT-STS:vm_state"] == "error"
            assert found["fault"]["code"] == 500
            assert found["fault"]["created"]
            assert found["fault"]["message"] == (
                "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures "
                f"for instance {server}."
            )
            for action, arguments in (("createImage", {"name": "x"}), ("os-stop", None)):
                assert complaint(cloud.act(server, action, arguments), "conflictingRequest", 409)
        finally:
            delete_server(cloud, server)


def test_more_than_the_quota_is_403_with_the_numbers(cloud: Subject, choice: Choice):
    limits = cloud.compute.get("/limits").json()["limits"]["absolute"]
    if limits["maxTotalInstances"] < 0:
        pytest.skip("no limit on instances here")
    many = limits["maxTotalInstances"] + 1
    body = server_request(choice, fresh_name(cloud, "many"), min_count=many, max_count=many)
    message = complaint(ask(cloud, body), "forbidden", 403)
    assert message.startswith("Quota exceeded for ")
    assert "Requested " in message
    assert f"{many}" in message
    assert f"of {limits['maxTotalInstances']} instances" in message


def test_a_deleted_server_is_gone_and_so_are_its_ports(cloud: Subject, choice: Choice):
    server = launch(cloud, server_request(choice, fresh_name(cloud, "gone")))
    cloud.until_idle(server, "ACTIVE")
    reply = cloud.compute.delete(f"/servers/{server}")
    assert reply.status_code == 204
    cloud.until(lambda: cloud.compute.get(f"/servers/{server}").status_code == 404, "gone")
    assert complaint(cloud.compute.delete(f"/servers/{server}"), "itemNotFound", 404)
    assert cloud.network.get(f"/ports?device_id={server}").json()["ports"] == []

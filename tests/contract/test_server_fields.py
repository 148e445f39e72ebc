"""What Nova tells about one server, and from which microversion on: the oldest that a feature needs is documented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.contract.making import Choice
from tests.contract.subject import Subject, complaint

UNKNOWN = "11111111-2222-3333-4444-555555555555"

FROM_THE_START = {
    "id",
    "name",
    "status",
    "tenant_id",
    "user_id",
    "metadata",
    "created",
    "updated",
    "image",
    "flavor",
    "addresses",
    "key_name",
    "security_groups",
    "os-extended-volumes:volumes_attached",
    "OS-EXT-STS:task_state",
    "OS-EXT-STS:vm_state",
    "OS-EXT-STS:power_state",
    "OS-EXT-AZ:availability_zone",
    "OS-SRV-USG:launched_at",
    "config_drive",
}


def test_the_oldest_microversion_has_what_a_list_needs(cloud: Subject, server: str):
    assert set(cloud.server(server, at="2.1")) >= FROM_THE_START


def test_an_active_server_is_active_in_all_three_states(cloud: Subject, server: str):
    found = cloud.server(server, at="2.1")
    assert found["status"] == "ACTIVE"
    assert found["OS-EXT-STS:vm_state"] == "active"
    assert found["OS-EXT-STS:power_state"] == 1
    assert found["OS-EXT-STS:task_state"] is None


def test_times_are_utc_to_the_second(cloud: Subject, server: str):
    created = cloud.server(server)["created"]
    assert datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) < datetime.now(UTC)


def test_image_and_flavor_are_ids_and_addresses_go_by_network_name(cloud: Subject, server: str, choice: Choice):
    found = cloud.server(server, at="2.1")
    assert found["image"]["id"] == choice.image["id"]
    assert found["flavor"]["id"] == choice.flavor["id"]
    address = found["addresses"][choice.network["name"]][0]
    assert address["OS-EXT-IPS:type"] == "fixed"
    assert address["version"] in (4, 6)
    assert address["addr"]
    assert address["OS-EXT-IPS-MAC:mac_addr"]


def test_it_belongs_to_who_launched_it(cloud: Subject, server: str):
    found = cloud.server(server)
    assert found["tenant_id"] == cloud.member.current_project_id
    assert found["user_id"] == cloud.member.current_user_id


@pytest.mark.parametrize(
    "field, since, before",
    [
        ("locked", "2.9", "2.8"),
        ("description", "2.19", "2.18"),
        ("tags", "2.26", "2.25"),
        ("locked_reason", "2.73", "2.72"),
    ],
)
def test_a_field_appears_at_its_microversion(cloud: Subject, server: str, field: str, since: str, before: str):
    assert field not in cloud.server(server, at=before)
    assert field in cloud.server(server, at=since)


def test_from_2_47_the_flavor_is_told_in_full_but_without_its_id(cloud: Subject, server: str, choice: Choice):
    flavor = cloud.server(server, at="2.47")["flavor"]
    assert "id" not in flavor
    assert flavor["original_name"] == choice.flavor["name"]
    assert {k: flavor[k] for k in ("vcpus", "ram", "disk", "ephemeral", "swap")} == {
        k: choice.flavor[k] or 0 for k in ("vcpus", "ram", "disk")
    } | {"ephemeral": choice.flavor["OS-FLV-EXT-DATA:ephemeral"], "swap": choice.flavor["swap"] or 0}


def test_without_a_lock_there_is_no_reason(cloud: Subject, server: str):
    found = cloud.server(server, at="2.73")
    assert found["locked"] is False
    assert found["locked_reason"] is None


def test_attached_volumes_are_listed_with_their_delete_flag(cloud: Subject, server: str, volume: str):
    assert cloud.server(server)["os-extended-volumes:volumes_attached"] == []
    cloud.attach(server, volume)
    assert cloud.server(server)["os-extended-volumes:volumes_attached"] == [
        {"id": volume, "delete_on_termination": False}
    ]


def test_attachments_tell_tag_delete_flag_and_ids_at_their_microversions(cloud: Subject, server: str, volume: str):
    cloud.attach(server, volume)
    (oldest,) = cloud.attachments(server, at="2.1")
    assert {"id", "device", "serverId", "volumeId"} == set(oldest)
    assert oldest["volumeId"] == oldest["id"] == volume
    assert oldest["serverId"] == server
    assert "tag" in cloud.attachments(server, at="2.70")[0]
    assert cloud.attachments(server, at="2.79")[0]["delete_on_termination"] is False
    (newest,) = cloud.attachments(server, at="2.89")
    assert "id" not in newest
    assert newest["attachment_id"]
    assert newest["bdm_uuid"]


def test_flavors_are_numbers_in_mib_and_gib(cloud: Subject):
    listing = cloud.compute.get("/flavors/detail", microversion="2.61").json()["flavors"]
    for flavor in listing:
        assert all(isinstance(flavor[k], int) for k in ("vcpus", "ram", "disk", "OS-FLV-EXT-DATA:ephemeral"))
        assert isinstance(flavor["extra_specs"], dict)
        assert flavor["name"]
    assert "extra_specs" not in cloud.compute.get("/flavors/detail", microversion="2.60").json()["flavors"][0]


def test_an_unknown_server_is_404(cloud: Subject):
    for reply in (
        cloud.compute.get(f"/servers/{UNKNOWN}"),
        cloud.compute.delete(f"/servers/{UNKNOWN}"),
        cloud.act(UNKNOWN, "os-stop"),
        cloud.compute.get(f"/servers/{UNKNOWN}/os-volume_attachments"),
    ):
        message = complaint(reply, "itemNotFound", 404)
        assert message in (f"Instance {UNKNOWN} could not be found.", f"Instance {UNKNOWN} has no mapping to a cell.")


def test_the_interfaces_tell_the_networks_by_id(cloud: Subject, server: str, choice: Choice):
    reply = cloud.compute.get(f"/servers/{server}/os-interface")
    (interface,) = reply.json()["interfaceAttachments"]
    assert interface["net_id"] == choice.network["id"]
    assert interface["port_state"] in ("ACTIVE", "DOWN", "BUILD")
    assert interface["port_id"]
    assert interface["fixed_ips"][0]["ip_address"]


def test_the_actions_tell_what_was_asked_newest_first(cloud: Subject, server: str):
    cloud.act(server, "os-stop")
    cloud.until_idle(server, "SHUTOFF")
    actions = cloud.compute.get(f"/servers/{server}/os-instance-actions").json()["instanceActions"]
    assert actions[0]["action"] == "stop"
    assert actions[-1]["action"] == "create"
    assert set(actions[0]) >= {"action", "request_id", "start_time", "message", "user_id", "project_id"}
    one = cloud.compute.get(f"/servers/{server}/os-instance-actions/{actions[0]['request_id']}")
    assert one.json()["instanceAction"]["action"] == "stop"


def test_from_2_58_the_actions_tell_when_they_were_updated(cloud: Subject, server: str):
    at_2_58 = cloud.compute.get(f"/servers/{server}/os-instance-actions", microversion="2.58").json()
    assert "updated_at" in at_2_58["instanceActions"][0]

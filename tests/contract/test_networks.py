"""Neutron: networks, ports, and the security group that a run makes for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.making import Choice, fresh_name
from tests.contract.subject import Subject

UNKNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def group(cloud: Subject) -> Iterator[dict[str, Any]]:
    reply = cloud.network.post(
        "/security-groups",
        json={"security_group": {"name": fresh_name(cloud, "group"), "description": "for run 20261101-a1b2"}},
    )
    assert reply.status_code == 201, reply.text
    group = reply.json()["security_group"]
    yield group
    cloud.network.delete(f"/security-groups/{group['id']}")


def test_networks_tell_what_an_instance_can_be_launched_on(cloud: Subject, choice: Choice):
    listing = cloud.network.get("/networks").json()["networks"]
    for network in listing:
        assert set(network) >= {
            "id",
            "name",
            "status",
            "subnets",
            "shared",
            "admin_state_up",
            "router:external",
            "port_security_enabled",
            "tenant_id",
        }
    one = cloud.network.get(f"/networks/{choice.network['id']}").json()["network"]
    assert one["id"] == choice.network["id"]


def test_a_servers_ports_tell_its_networks_and_groups(cloud: Subject, server: str, choice: Choice):
    (port,) = cloud.network.get(f"/ports?device_id={server}").json()["ports"]
    assert port["network_id"] == choice.network["id"]
    assert port["device_id"] == server
    assert port["port_security_enabled"] in (True, False)
    assert isinstance(port["security_groups"], list)


def test_every_project_has_a_default_group(cloud: Subject):
    groups = cloud.network.get("/security-groups").json()["security_groups"]
    default = next(g for g in groups if g["name"] == "default")
    assert {rule["direction"] for rule in default["security_group_rules"]} == {"ingress", "egress"}
    assert all(
        set(r) >= {"direction", "protocol", "remote_ip_prefix", "remote_group_id"}
        for g in groups
        for r in g["security_group_rules"]
    )


def test_a_new_group_lets_everything_out_and_nothing_in(cloud: Subject, group: dict[str, Any]):
    rules = group["security_group_rules"]
    assert {rule["direction"] for rule in rules} == {"egress"}
    assert {rule["ethertype"] for rule in rules} == {"IPv4", "IPv6"}
    found = cloud.network.get(f"/security-groups?name={group['name']}").json()["security_groups"]
    assert [g["id"] for g in found] == [group["id"]]
    assert found[0]["description"] == "for run 20261101-a1b2"


def test_a_groups_rules_are_deleted_one_by_one_until_it_has_none(cloud: Subject, group: dict[str, Any]):
    for rule in group["security_group_rules"]:
        reply = cloud.network.delete(f"/security-group-rules/{rule['id']}")
        assert (reply.status_code, reply.text) == (204, "")
    found = cloud.network.get(f"/security-groups/{group['id']}").json()["security_group"]
    assert found["security_group_rules"] == []
    again = cloud.network.delete(f"/security-group-rules/{group['security_group_rules'][0]['id']}")
    assert again.status_code == 404
    assert again.json()["NeutronError"]["type"] == "SecurityGroupRuleNotFound"


def test_a_group_is_deleted_at_once(cloud: Subject, group: dict[str, Any]):
    reply = cloud.network.delete(f"/security-groups/{group['id']}")
    assert (reply.status_code, reply.text) == (204, "")
    assert cloud.network.get(f"/security-groups/{group['id']}").status_code == 404


def test_errors_have_a_type_and_a_message(cloud: Subject):
    for url, kind, what in (
        (f"/networks/{UNKNOWN}", "NetworkNotFound", f"Network {UNKNOWN} could not be found."),
        (f"/security-groups/{UNKNOWN}", "SecurityGroupNotFound", f"Security group {UNKNOWN} does not exist"),
    ):
        reply = cloud.network.get(url)
        assert reply.status_code == 404
        error = reply.json()["NeutronError"]
        assert (error["type"], error["message"]) == (kind, what)

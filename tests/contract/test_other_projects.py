"""What belongs to another project is not there."""

from __future__ import annotations

from tests.contract.making import fresh_name
from tests.contract.subject import Subject, complaint


def test_its_servers_are_404_and_not_listed(cloud: Subject, server: str):
    other = cloud.login("other").compute
    message = complaint(other.get(f"/servers/{server}"), "itemNotFound", 404)
    assert message == f"Instance {server} could not be found."
    assert complaint(other.delete(f"/servers/{server}"), "itemNotFound", 404)
    assert server not in [s["id"] for s in other.get("/servers").json()["servers"]]


def test_its_private_images_are_404_and_not_listed(cloud: Subject, snapshot: str):
    other = cloud.login("other").image
    assert other.get(f"/images/{snapshot}").status_code == 404
    assert other.delete(f"/images/{snapshot}").status_code == 404
    assert snapshot not in [i["id"] for i in other.get("/images?limit=100").json()["images"]]


def test_its_volumes_are_404(cloud: Subject, volume: str):
    message = complaint(cloud.login("other").block_storage.get(f"/volumes/{volume}"), "itemNotFound", 404)
    assert message == f"Volume {volume} could not be found."


def test_its_security_groups_are_404(cloud: Subject):
    other = cloud.login("other").network
    body = {"security_group": {"name": fresh_name(cloud, "theirs")}}
    group = other.post("/security-groups", json=body).json()["security_group"]["id"]
    try:
        assert cloud.network.get(f"/security-groups/{group}").status_code == 404
        assert cloud.network.delete(f"/security-groups/{group}").status_code == 404
    finally:
        other.delete(f"/security-groups/{group}")


def test_a_member_may_not_list_all_projects(cloud: Subject):
    message = complaint(cloud.compute.get("/servers?all_tenants=1"), "forbidden", 403)
    assert message.startswith("Policy doesn't allow os_compute_api:servers:index:get_all_tenants")

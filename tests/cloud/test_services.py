"""Glance, Cinder, Neutron and the quotas of all."""

from __future__ import annotations

from typing import Any

import pytest

from models.cloud.quota import Limit, Quota
from models.errors import ConflictError, ForbiddenError, NotFoundError, ServerFaultError, ServiceMissingError
from models.run.request import Visibility
from tests.cloud.scripted import PROJECT, Reply

IMAGE = "/image/v2/images/img"
VOLUME = f"/volume/v3/{PROJECT}"


def image(**more) -> dict[str, Any]:
    return {"id": "img", "name": "n", "status": "active", "visibility": "private", **more}


class TestImages:
    async def test_own_hidden_and_community_ones_are_asked_for_and_each_comes_once(self, scripted, cloud):
        scripted.on(
            "GET",
            "/image/v2/images",
            {"images": [image(id="a")], "next": "/v2/images?marker=a"},
            {"images": [image(id="b")]},
            {"images": [image(id="b"), image(id="c", visibility="community")]},
            {"images": [image(id="d", os_hidden=True)]},
        )
        found = [one.id async for page in cloud.images.images() for one in page]
        assert found == ["a", "b", "c", "d"]
        asked = [call.query for call in scripted.seen("GET", "/image/v2/images")]
        assert [query.get("marker") for query in asked] == [None, ["a"], None, None]
        assert asked[2]["visibility"] == ["community"]
        assert asked[3]["os_hidden"] == ["true"]
        assert asked[2]["owner"] == asked[3]["owner"] == [PROJECT]

    async def test_an_update_names_what_changes_and_nothing_else(self, scripted, cloud):
        scripted.on("GET", IMAGE, image(old="1"))
        scripted.on("PATCH", IMAGE, image(name="new"))
        await cloud.images.update_image(
            "img", name="new", min_ram_mib=0, visibility=Visibility.SHARED,
            properties={"a/b~c": "x"}, remove_properties=("old", "never there"),
        )  # fmt: skip
        call = scripted.seen("PATCH")[0]
        assert call.headers["content-type"] == "application/openstack-images-v2.1-json-patch"
        assert call.body == [
            {"op": "replace", "path": "/name", "value": "new"},
            {"op": "replace", "path": "/min_ram", "value": 0},
            {"op": "replace", "path": "/visibility", "value": "shared"},
            {"op": "add", "path": "/a~1b~0c", "value": "x"},
            {"op": "remove", "path": "/old"},
        ]

    async def test_an_update_of_nothing_sends_nothing(self, scripted, cloud):
        scripted.on("GET", IMAGE, image())
        assert (await cloud.images.update_image("img")).id == "img"
        assert scripted.seen("PATCH") == []

    async def test_members_are_read_and_an_image_that_is_not_shared_has_none(self, scripted, cloud):
        scripted.on("GET", f"{IMAGE}/members", {"members": [{"member_id": "p", "status": "pending"}]}, Reply(403))
        scripted.on("GET", IMAGE, image())
        assert await cloud.images.members("img") == {"p": "pending"}
        assert await cloud.images.members("img") == {}

    async def test_members_of_a_shared_image_that_may_not_be_read_are_no_empty_list(self, scripted, cloud):
        scripted.on("GET", f"{IMAGE}/members", Reply(403))
        scripted.on("GET", IMAGE, image(visibility="shared"))
        with pytest.raises(ForbiddenError):
            await cloud.images.members("img")

    async def test_an_image_is_shared_and_deleted_by_one_call_each(self, scripted, cloud):
        scripted.on("POST", f"{IMAGE}/members", {"member_id": "p"})
        scripted.on("GET", IMAGE, {"id": "img", "visibility": "private"})
        scripted.on("DELETE", IMAGE, Reply(204))
        await cloud.images.add_member("img", "p")
        await cloud.images.delete_image("img")
        assert scripted.seen("POST")[0].body == {"member": "p"}
        assert len(scripted.seen("DELETE", IMAGE)) == 1

    async def test_an_image_that_is_gone_is_not_found(self, scripted, cloud):
        scripted.on("GET", IMAGE, Reply(404, "<html><body>No image found with ID img</body></html>"))
        with pytest.raises(NotFoundError, match="No image found with ID img"):
            await cloud.images.image("img")


class TestVolumes:
    async def test_all_pages_are_read(self, scripted, cloud):
        scripted.on(
            "GET", f"{VOLUME}/volumes/detail",
            {"volumes": [{"id": "v1", "bootable": "true"}], "volumes_links": [{"rel": "next", "href": "x"}]},
            {"volumes": [{"id": "v2", "status": "in-use", "attachments": [{"server_id": "i", "device": "/dev/vdb"}]}]},
        )  # fmt: skip
        first, second = await cloud.volumes.volumes()
        assert first.bootable
        assert second.uses[0].server_id == "i"

    async def test_one_volume_and_one_snapshot(self, scripted, cloud):
        scripted.on("GET", f"{VOLUME}/volumes/v", {"volume": {"id": "v", "size": 3}})
        scripted.on("GET", f"{VOLUME}/snapshots/s", {"snapshot": {"id": "s", "volume_id": "v"}})
        scripted.on("GET", f"{VOLUME}/snapshots/detail", {"snapshots": [{"id": "s"}]})
        assert (await cloud.volumes.volume("v")).size_gib == 3
        assert (await cloud.volumes.snapshot("s")).volume_id == "v"
        assert [one.id for one in await cloud.volumes.snapshots()] == ["s"]

    async def test_a_cloud_without_cinder_says_so(self, scripted, enter):
        scripted.services = ("compute", "image", "network")
        cloud = await enter(scripted.url)
        assert await cloud.volumes.unavailable_because() == "this cloud has no volume service"
        with pytest.raises(ServiceMissingError):
            await cloud.volumes.volume("v")

    @pytest.mark.parametrize("status,why", [(403, "may not use"), (404, "not there")])
    async def test_a_forbidden_or_absent_cinder_says_so(self, scripted, cloud, status, why):
        scripted.on("GET", f"{VOLUME}/limits", Reply(status))
        assert why in (await cloud.volumes.unavailable_because() or "")

    async def test_a_cinder_in_passing_trouble_is_not_called_absent(self, scripted, cloud):
        scripted.on("GET", f"{VOLUME}/limits", Reply(503))
        with pytest.raises(ServerFaultError):
            await cloud.volumes.unavailable_because()

    async def test_a_cinder_that_works_has_no_excuse(self, scripted, cloud):
        scripted.on("GET", f"{VOLUME}/limits", {"limits": {}})
        assert await cloud.volumes.unavailable_because() is None


class TestNetworking:
    async def test_only_networks_that_an_instance_can_be_put_on_are_listed(self, scripted, cloud):
        own = {"project_id": PROJECT, "subnets": ["s"]}
        scripted.on(
            "GET", "/network/v2.0/networks",
            {
                "networks": [
                    {"id": "own", **own},
                    {"id": "shared", "project_id": "other", "shared": True, "subnets": ["s"]},
                    {"id": "public", "project_id": "other", "router:external": True, "subnets": ["s"]},
                    {"id": "provider", "router:external": True, "shared": True, "subnets": ["s"]},
                    {"id": "own-external", "router:external": True, **own},
                    {"id": "others", "project_id": "other", "subnets": ["s"]},
                    {"id": "bare", "project_id": PROJECT, "subnets": []},
                ]
            },
        )  # fmt: skip
        assert [network.id for network in await cloud.networking.networks()] == ["own", "shared", "provider"]

    async def test_a_group_is_closed_rule_by_rule_and_read_again(self, scripted, cloud):
        rules = [{"id": "r1", "direction": "egress"}, {"id": "r2", "direction": "egress"}]
        group = {"id": "g", "name": "imaging-clone-r7"}
        scripted.on(
            "GET",
            "/network/v2.0/security-groups/g",
            {"security_group": {**group, "security_group_rules": rules}},
            {"security_group": {**group, "security_group_rules": []}},
        )
        scripted.on("DELETE", "/network/v2.0/security-group-rules/r1", Reply(204))
        gone = {"NeutronError": {"type": "SecurityGroupRuleNotFound", "message": "no"}}
        scripted.on("DELETE", "/network/v2.0/security-group-rules/r2", Reply(404, gone))
        assert (await cloud.networking.close_security_group("g")).rule_ids == ()
        assert len(scripted.seen("DELETE")) == 2

    @pytest.mark.parametrize("shown", [{}, {"security_group_rules": None}, {"security_group_rules": [{"id": None}]}])
    async def test_rules_that_cannot_be_read_are_not_none(self, scripted, cloud, shown):
        group = {"id": "g", "name": "imaging-clone-r7", **shown}
        scripted.on("GET", "/network/v2.0/security-groups/g", {"security_group": group})
        assert (await cloud.networking.close_security_group("g")).rule_ids is None

    async def test_security_groups_are_made_listed_and_deleted(self, scripted, cloud):
        scripted.on("POST", "/network/v2.0/security-groups", Reply(201, {"security_group": {"id": "g", "name": "n"}}))
        scripted.on("GET", "/network/v2.0/security-groups", {"security_groups": [{"id": "g"}]})
        used = {"NeutronError": {"type": "SecurityGroupInUse", "message": "Security Group g in use.", "detail": ""}}
        scripted.on("DELETE", "/network/v2.0/security-groups/g", Reply(409, used))
        scripted.on("GET", "/network/v2.0/security-groups/g", {"security_group": {"id": "g", "name": "imaging-r7"}})
        assert (await cloud.networking.create_security_group("n", "d")).id == "g"
        assert [group.id for group in await cloud.networking.security_groups()] == ["g"]
        with pytest.raises(ConflictError, match="in use"):
            await cloud.networking.delete_security_group("g")


class TestQuota:
    async def test_it_is_put_together_from_three_services(self, scripted, cloud):
        nova = {"totalInstancesUsed": 3, "maxTotalInstances": 10, "maxServerMeta": 128}
        cinder = {"totalSnapshotsUsed": 0, "maxTotalSnapshots": 10}
        scripted.on("GET", "/compute/v2.1/limits", {"limits": {"rate": [], "absolute": nova}})
        scripted.on("GET", f"{VOLUME}/limits", {"limits": {"rate": [], "absolute": cinder}})
        scripted.on("GET", "/image/v2/info/usage", {"usage": {"image_count_total": {"limit": 5, "usage": 1}}})
        found = await cloud.quota()
        assert found.instances == Limit(used=3, maximum=10)
        assert found.volume_snapshots == Limit(used=0, maximum=10)
        assert found.images == Limit(used=1, maximum=5)
        assert found.cores is None

    async def test_what_no_service_tells_is_unknown(self, scripted, cloud):
        assert await cloud.quota() == Quota()

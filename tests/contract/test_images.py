"""Glance: lists, changes by JSON patch, sharing, and errors that are not JSON."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from requests import Response

from tests.contract.making import Choice, a_server, fresh_name, server_request
from tests.contract.subject import Subject, longest

UNKNOWN = "11111111-2222-3333-4444-555555555555"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def patch(cloud: Subject, image: str, *operations: dict[str, Any]) -> Response:
    reply: Response = cloud.image.patch(f"/images/{image}", json=list(operations), headers=PATCH)
    return reply


def add(key: str, value: object) -> dict[str, Any]:
    return {"op": "add", "path": f"/{key}", "value": value}


def replace(key: str, value: object) -> dict[str, Any]:
    return {"op": "replace", "path": f"/{key}", "value": value}


@pytest.fixture(scope=longest)
def made(cloud: Subject, choice: Choice) -> Iterator[str]:
    """What createImage makes: an active, private image of the project."""
    with a_server(cloud, server_request(choice, fresh_name(cloud, "server"))) as server:
        image = cloud.create_image(server, fresh_name(cloud, "image"))
        cloud.until_image(image)
        cloud.until_idle(server, "ACTIVE")
    yield image
    cloud.image.delete(f"/images/{image}")


@pytest.fixture
def image(cloud: Subject, made: str) -> Iterator[str]:
    """The same, as new for each test."""
    before = cloud.glance_image(made)
    yield made
    after = cloud.glance_image(made)
    if after["visibility"] == "shared":
        for member in cloud.image.get(f"/images/{made}/members").json()["members"]:
            cloud.image.delete(f"/images/{made}/members/{member['member_id']}")
    changed = [key for key in before if key != "updated_at" and after[key] != before[key]]
    added = [key for key in after if key not in before]
    removals = [{"op": "remove", "path": f"/{key.replace('/', '~1')}"} for key in added]
    assert patch(cloud, made, *removals, *(replace(key, before[key]) for key in changed)).status_code == 200


def words(reply: Response, code: int) -> str:
    """What an error of Glance says: HTML or plain text."""
    assert reply.status_code == code, reply.text
    assert not reply.headers["Content-Type"].startswith("application/json")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def listed(cloud: Subject, query: str = "", who: str = "member") -> list[str]:
    glance = cloud.image if who == "member" else cloud.login(who).image
    seen: list[str] = []
    url: str | None = f"/images?limit=100&{query}"
    while url is not None:
        listing = glance.get(url).json()
        seen += [image["id"] for image in listing["images"]]
        url = listing.get("next", "").removeprefix("/v2") or None
    return seen


def test_an_image_tells_all_that_the_console_shows(cloud: Subject, choice: Choice):
    found = cloud.glance_image(choice.image["id"])
    assert set(found) >= {
        "id",
        "name",
        "status",
        "visibility",
        "owner",
        "protected",
        "min_disk",
        "min_ram",
        "size",
        "virtual_size",
        "disk_format",
        "container_format",
        "checksum",
        "os_hidden",
        "os_hash_algo",
        "os_hash_value",
        "created_at",
        "updated_at",
        "tags",
    }
    assert found["visibility"] == "public"
    assert found["protected"] in (True, False)


def test_pages_follow_each_other_by_next_which_is_a_path(cloud: Subject, image: str):
    listing = cloud.image.get("/images?limit=1").json()
    assert len(listing["images"]) == 1
    assert listing["next"] == f"/v2/images?limit=1&marker={listing['images'][0]['id']}"
    second = cloud.image.get(listing["next"].removeprefix("/v2")).json()
    assert second["images"][0]["id"] != listing["images"][0]["id"]


def test_the_last_page_has_no_next(cloud: Subject, image: str):
    name = cloud.glance_image(image)["name"]
    listing = cloud.image.get(f"/images?name={name}").json()
    assert [i["id"] for i in listing["images"]] == [image]
    assert "next" not in listing


def test_the_newest_comes_first(cloud: Subject, image: str):
    times = [i["created_at"] for i in cloud.image.get("/images?limit=100").json()["images"]]
    assert times == sorted(times, reverse=True)


def test_an_image_can_be_found_by_a_property_of_its_own(cloud: Subject, image: str):
    assert patch(cloud, image, add("imaging.run", cloud.prefix)).status_code == 200
    assert listed(cloud, f"imaging.run={cloud.prefix}") == [image]


def test_lists_are_filtered_by_visibility_and_owner(cloud: Subject, choice: Choice, image: str):
    project = cloud.member.current_project_id
    assert image in listed(cloud, "visibility=private")
    assert image not in listed(cloud, "visibility=public")
    assert choice.image["id"] in listed(cloud, "visibility=public")
    assert image in listed(cloud, f"owner={project}")


def test_a_hidden_image_is_listed_only_among_the_hidden(cloud: Subject, image: str):
    assert patch(cloud, image, replace("os_hidden", True)).status_code == 200
    assert image not in listed(cloud)
    assert image in listed(cloud, "os_hidden=true")


def test_a_patch_changes_what_it_names_and_nothing_else(cloud: Subject, image: str):
    before = cloud.glance_image(image)
    reply = patch(
        cloud,
        image,
        replace("name", f"{cloud.prefix}-renamed"),
        replace("min_disk", before["min_disk"] + 1),
        replace("min_ram", 64),
        add("description", "what it is\nand how it differs: ü"),
        add("imaging.verdict", '{"image":"x"}'),
    )
    assert reply.status_code == 200
    after = reply.json()
    assert after == cloud.glance_image(image)
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == {"name", "min_disk", "min_ram", "description", "imaging.verdict", "updated_at"} - (
        set() if after["updated_at"] != before["updated_at"] else {"updated_at"}
    )
    assert after["description"] == "what it is\nand how it differs: ü"


def test_a_slash_in_a_key_is_written_as_in_json_pointers(cloud: Subject, image: str):
    assert patch(cloud, image, add("imaging~1note", "a")).json()["imaging/note"] == "a"


def test_adding_a_property_that_is_there_replaces_it(cloud: Subject, image: str):
    patch(cloud, image, add("colour", "blue"))
    assert patch(cloud, image, add("colour", "red")).json()["colour"] == "red"


def test_a_property_is_removed_by_name(cloud: Subject, image: str):
    patch(cloud, image, add("colour", "blue"))
    reply = patch(cloud, image, {"op": "remove", "path": "/colour"})
    assert reply.status_code == 200
    assert "colour" not in reply.json()


def test_removing_or_replacing_what_is_not_there_is_409(cloud: Subject, image: str):
    removed = patch(cloud, image, {"op": "remove", "path": "/colour"})
    assert "Property colour does not exist." in words(removed, 409)
    replaced = patch(cloud, image, replace("colour", "red"))
    assert "Property colour does not exist." in words(replaced, 409)


@pytest.mark.parametrize("key, value", [("name", "x" * 256), ("min_disk", -1), ("min_disk", "much"), ("colour", 7)])
def test_a_value_that_does_not_fit_is_400(cloud: Subject, image: str, key: str, value: object):
    words(patch(cloud, image, add(key, value)), 400)


def test_what_the_cloud_keeps_for_itself_is_403(cloud: Subject, image: str):
    assert "Attribute 'status' is read-only." in words(patch(cloud, image, replace("status", "queued")), 403)
    assert "disk_format" in words(patch(cloud, image, replace("disk_format", "iso")), 403)
    assert "os_glance" in words(patch(cloud, image, add("os_glance_x", "1")), 403)


def test_a_member_may_not_publish_to_the_world(cloud: Subject, image: str):
    reply = patch(cloud, image, replace("visibility", "public"))
    assert "You are not authorized to complete publicize_image action." in words(reply, 403)
    assert cloud.glance_image(image)["visibility"] == "private"


def test_visibility_may_be_shared_community_or_private(cloud: Subject, image: str):
    for visibility in ("shared", "community", "private"):
        assert patch(cloud, image, replace("visibility", visibility)).json()["visibility"] == visibility


def test_a_shared_image_has_members_that_wait_until_they_accept(cloud: Subject, image: str):
    other = cloud.login("other").current_project_id
    patch(cloud, image, replace("visibility", "shared"))
    assert cloud.image.get(f"/images/{image}/members").json()["members"] == []
    reply = cloud.image.post(f"/images/{image}/members", json={"member": other})
    assert reply.status_code == 200
    assert (reply.json()["member_id"], reply.json()["status"]) == (other, "pending")
    (member,) = cloud.image.get(f"/images/{image}/members").json()["members"]
    assert (member["member_id"], member["status"], member["image_id"]) == (other, "pending", image)
    assert image not in listed(cloud, who="other")
    assert cloud.login("other").image.get(f"/images/{image}").status_code == 200


def test_the_same_member_twice_is_409(cloud: Subject, image: str):
    patch(cloud, image, replace("visibility", "shared"))
    cloud.image.post(f"/images/{image}/members", json={"member": "f" * 32})
    again = cloud.image.post(f"/images/{image}/members", json={"member": "f" * 32})
    assert f"Member {'f' * 32} is duplicated for image {image}" in words(again, 409)


def test_a_private_image_takes_no_members(cloud: Subject, image: str):
    reply = cloud.image.post(f"/images/{image}/members", json={"member": "f" * 32})
    assert f"Not allowed to create members for image {image}." in words(reply, 403)


def test_a_community_image_is_seen_by_who_knows_its_id(cloud: Subject, image: str):
    other = cloud.login("other").image
    assert other.get(f"/images/{image}").status_code == 404
    patch(cloud, image, replace("visibility", "community"))
    assert other.get(f"/images/{image}").status_code == 200
    assert image not in listed(cloud, who="other")
    assert image in listed(cloud, "visibility=community", who="other")


def test_an_unknown_image_is_404_in_words_that_are_not_json(cloud: Subject):
    gone = words(cloud.image.get(f"/images/{UNKNOWN}"), 404)
    assert f"No image found with ID {UNKNOWN}" in gone
    assert "404 Not Found" in gone
    assert f"Failed to find image {UNKNOWN} to delete" in words(cloud.image.delete(f"/images/{UNKNOWN}"), 404)


def test_a_protected_image_cannot_be_deleted(cloud: Subject, image: str):
    patch(cloud, image, replace("protected", True))
    try:
        reply = cloud.image.delete(f"/images/{image}")
        assert f"Image {image} is protected and cannot be deleted." in words(reply, 403)
    finally:
        patch(cloud, image, replace("protected", False))


def test_someone_elses_public_image_can_be_neither_changed_nor_deleted(cloud: Subject, choice: Choice):
    if cloud.glance_image(choice.image["id"])["owner"] == cloud.member.current_project_id:
        pytest.skip("the public image is this project's own")
    assert patch(cloud, choice.image["id"], replace("name", "mine")).status_code == 403
    assert cloud.image.delete(f"/images/{choice.image['id']}").status_code == 403


def test_a_deleted_image_is_gone_at_once(cloud: Subject, server: str):
    image = cloud.create_image(server, fresh_name(cloud, "passing"))
    cloud.until_image(image)
    cloud.until_idle(server, "ACTIVE")
    reply = cloud.image.delete(f"/images/{image}")
    assert (reply.status_code, reply.text) == (204, "")
    assert cloud.image.get(f"/images/{image}").status_code == 404
    assert cloud.image.delete(f"/images/{image}").status_code == 404


@pytest.fixture
def queued(cloud: Subject) -> Iterator[str]:
    """An image without data."""
    body = {"name": fresh_name(cloud, "queued"), "disk_format": "raw", "container_format": "bare"}
    reply = cloud.image.post("/images", json=body)
    assert reply.status_code == 201, reply.text
    yield reply.json()["id"]
    cloud.image.delete(f"/images/{reply.json()['id']}")


def test_an_image_without_data_is_queued_and_cannot_be_launched(cloud: Subject, choice: Choice, queued: str):
    assert cloud.glance_image(queued)["status"] == "queued"
    body = server_request(choice, fresh_name(cloud, "never"), imageRef=queued)
    reply = cloud.compute.post("/servers", json=body, microversion="2.93")
    assert reply.status_code == 400
    assert reply.json()["badRequest"]["message"] == f"Image {queued} is not active."

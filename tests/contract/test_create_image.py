"""createImage of an image-backed server: what is asked, the states on the way, what the image then says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.contract.making import Choice, a_server, fresh_name, server_request
from tests.contract.subject import Subject, complaint

ORDER_OF_IMAGE = ["queued", "saving", "active"]
ORDER_OF_TASK = ["image_snapshot_pending", "image_snapshot", "image_pending_upload", "image_uploading", None]
SLOWLY = {"snapshot": {"delay": 1}, "upload": {"delay": 1}}


@pytest.fixture
def name(cloud: Subject) -> Iterator[str]:
    """A name for images; all of that name are deleted at the end."""
    name = fresh_name(cloud, "image")
    yield name
    for image in cloud.image.get(f"/images?name={name}").json()["images"]:
        cloud.image.delete(f"/images/{image['id']}")


def ask(cloud: Subject, server: str, name: object, at: str = "2.93", **properties: str):
    return cloud.act(server, "createImage", {"name": name, "metadata": properties}, at=at)


def is_in_order(seen: Sequence[object], order: Sequence[object]) -> bool:
    """Whether what was seen goes forwards; a phase may be too short to be seen."""
    places = [order.index(state) for state in seen]
    return places == sorted(places)


States = tuple[str, str | None]
"""Of the image, and of the server's task."""


def seen_on_the_way(cloud: Subject, server: str, image: str) -> tuple[list[str], list[str | None], list[States]]:
    """The states of image and task until both are done: each without repeats, and the pairs."""
    pairs: list[States] = []

    def observe() -> bool:
        now = (cloud.glance_image(image)["status"], cloud.server(server)["OS-EXT-STS:task_state"])
        if not pairs or pairs[-1] != now:
            pairs.append(now)
        return now == ("active", None)

    cloud.until(observe, "image active and task done", finely=True)
    images = list(dict.fromkeys(status for status, _ in pairs))
    tasks = list(dict.fromkeys(task for _, task in pairs))
    return images, tasks, pairs


def test_from_2_45_the_id_is_in_the_body_alone(cloud: Subject, server: str, name: str):
    reply = ask(cloud, server, name, at="2.45")
    assert reply.status_code == 202
    assert "Location" not in reply.headers
    cloud.until_image(reply.json()["image_id"])
    cloud.until_idle(server, "ACTIVE")


def test_before_2_45_the_id_is_the_end_of_the_location_alone(cloud: Subject, server: str, name: str):
    reply = ask(cloud, server, name, at="2.1")
    assert reply.status_code == 202
    assert reply.text == ""
    image = reply.headers["Location"].rsplit("/", 1)[-1]
    assert cloud.until_image(image)["name"] == name
    cloud.until_idle(server, "ACTIVE")


def test_the_image_exists_at_once_private_and_without_a_format(cloud: Subject, server: str, name: str):
    with cloud.hooked(**SLOWLY):
        image = cloud.glance_image(cloud.create_image(server, name))
        assert image["status"] == "queued"
        assert image["visibility"] == "private"
        assert image["size"] is image["disk_format"] is image["container_format"] is None
        assert image["instance_uuid"] == server
        assert image["owner"] == cloud.member.current_project_id
        cloud.until_image(image["id"])
        cloud.until_idle(server, "ACTIVE")


def test_image_and_task_go_through_their_states_in_order(cloud: Subject, server: str, name: str):
    with cloud.hooked(**SLOWLY):
        image = cloud.create_image(server, name)
        images, tasks, pairs = seen_on_the_way(cloud, server, image)
    assert images == ORDER_OF_IMAGE
    assert is_in_order(tasks, ORDER_OF_TASK)
    assert {"image_pending_upload", "image_uploading"} <= set(tasks)
    assert ("saving", "image_uploading") in pairs


def test_a_quick_one_goes_forwards_too(cloud: Subject, server: str, name: str):
    images, tasks, _ = seen_on_the_way(cloud, server, cloud.create_image(server, name))
    assert is_in_order(images, ORDER_OF_IMAGE)
    assert is_in_order(tasks, ORDER_OF_TASK)


def test_the_server_stays_in_its_state(cloud: Subject, stopped_server: str, name: str):
    cloud.until_image(cloud.create_image(stopped_server, name))
    assert cloud.until_idle(stopped_server, "SHUTOFF")["OS-EXT-STS:vm_state"] == "stopped"


def test_the_image_tells_where_it_comes_from(cloud: Subject, server: str, choice: Choice, name: str):
    image = cloud.until_image(cloud.create_image(server, name))
    cloud.until_idle(server, "ACTIVE")
    assert image["name"] == name
    assert image["image_type"] == "snapshot"
    assert image["base_image_ref"] == choice.image["id"]
    assert image["instance_uuid"] == server
    assert image["user_id"] == cloud.member.current_user_id
    assert image["owner_id"] == image["owner"] == cloud.member.current_project_id
    assert image["image_location"] == "snapshot"
    assert image["image_state"] == "available"
    assert image["disk_format"] in ("raw", "qcow2")
    assert image["container_format"] == "bare"
    assert image["size"] > 0
    assert image["protected"] is False
    assert "block_device_mapping" not in image


def test_its_smallest_disk_is_that_of_the_flavor(cloud: Subject, server: str, choice: Choice, name: str):
    image = cloud.until_image(cloud.create_image(server, name))
    cloud.until_idle(server, "ACTIVE")
    assert image["min_disk"] == choice.flavor["disk"]
    assert image["min_ram"] == choice.image["min_ram"]


def test_the_base_images_properties_are_inherited(cloud: Subject, server: str, choice: Choice, name: str):
    known = [key for key in ("os_distro", "os_version") if key in choice.image]
    if not known:
        pytest.skip("the base image says nothing of its system")
    image = cloud.until_image(cloud.create_image(server, name))
    cloud.until_idle(server, "ACTIVE")
    assert {key: image[key] for key in known} == {key: choice.image[key] for key in known}


def test_what_is_given_along_becomes_properties(cloud: Subject, server: str, name: str):
    given = {"imaging.run": "20261101-a1b2", "imaging.source": server, "description": "a line\nand another: ü"}
    image = cloud.glance_image(cloud.create_image(server, name, **given))
    assert {key: image[key] for key in given} == given
    cloud.until_image(image["id"])
    cloud.until_idle(server, "ACTIVE")
    assert {key: cloud.glance_image(image["id"])[key] for key in given} == given


def test_the_reason_of_a_lock_becomes_a_property(cloud: Subject, server: str, name: str):
    assert cloud.act(server, "lock", {"locked_reason": "imaging in progress"}).status_code == 202
    image = cloud.until_image(cloud.create_image(server, name))
    cloud.until_idle(server, "ACTIVE")
    assert cloud.act(server, "unlock").status_code == 202
    assert image["locked_reason"] == "imaging in progress"


def test_properties_are_inherited_by_images_of_launched_instances(
    cloud: Subject, choice: Choice, server: str, name: str
):
    """So a run's id in a property proves nothing by itself."""
    first = cloud.create_image(server, name, **{"imaging.run": "r1"})
    cloud.until_image(first)
    cloud.until_idle(server, "ACTIVE")
    body = server_request(choice, fresh_name(cloud, "launch"), imageRef=first)
    with a_server(cloud, body) as launched:
        second = cloud.until_image(cloud.create_image(launched, name))
        cloud.until_idle(launched, "ACTIVE")
    assert second["imaging.run"] == "r1"
    assert second["instance_uuid"] == launched
    assert second["base_image_ref"] == choice.image["id"], "the first of the line, not the parent"


def test_an_attached_volume_is_not_part_of_the_image(cloud: Subject, server: str, volume: str, name: str):
    cloud.attach(server, volume)
    image = cloud.until_image(cloud.create_image(server, name))
    cloud.until_idle(server, "ACTIVE")
    assert "block_device_mapping" not in image
    assert cloud.volume.get(f"/snapshots?volume_id={volume}").json()["snapshots"] == []


@pytest.mark.parametrize("accepted", ["with.dots", "with spaces", "with/slash", "x" * 255])
def test_a_name_may_be_nearly_anything(cloud: Subject, server: str, accepted: str):
    image = cloud.create_image(server, accepted)
    try:
        assert cloud.until_image(image)["name"] == accepted
        cloud.until_idle(server, "ACTIVE")
    finally:
        cloud.image.delete(f"/images/{image}")


def test_two_images_may_have_one_name(cloud: Subject, server: str, name: str):
    for _ in range(2):
        cloud.until_image(cloud.create_image(server, name))
        cloud.until_idle(server, "ACTIVE")
    assert len(cloud.image.get(f"/images?name={name}").json()["images"]) == 2


@pytest.mark.parametrize(
    "refused, why",
    [
        ("", "Invalid input for field/attribute name."),
        ("x" * 256, "is too long"),
        (" leading", "Can not start or end with whitespace."),
        ("trailing ", "Can not start or end with whitespace."),
        (7, "is not of type 'string'"),
    ],
)
def test_a_name_is_refused(cloud: Subject, server: str, refused: object, why: str):
    assert why in complaint(ask(cloud, server, refused), "badRequest", 400)


@pytest.mark.parametrize("there, back, state", [("pause", "unpause", "PAUSED"), ("suspend", "resume", "SUSPENDED")])
def test_a_paused_or_suspended_server_can_be_imaged(
    cloud: Subject, server: str, name: str, *, there: str, back: str, state: str
):
    if cloud.act(server, there).status_code != 202:
        pytest.skip(f"{there} is not for members of this cloud")
    cloud.until_idle(server, state)
    try:
        cloud.until_image(cloud.create_image(server, name))
        cloud.until_idle(server, state)
    finally:
        cloud.act(server, back)
        cloud.until_idle(server, "ACTIVE")


def test_a_shelved_server_cannot_be_imaged_or_stopped(cloud: Subject, own_server: str, name: str):
    if cloud.act(own_server, "shelve").status_code != 202:
        pytest.skip("shelve is not for members of this cloud")
    found = cloud.until(lambda: shelved(cloud, own_server), "shelved")
    state = found["OS-EXT-STS:vm_state"]
    message = complaint(ask(cloud, own_server, name), "conflictingRequest", 409)
    assert message == f"Cannot 'createImage' instance {own_server} while it is in vm_state {state}"
    assert complaint(cloud.act(own_server, "os-stop"), "conflictingRequest", 409)
    for image in cloud.image.get(f"/images?name={found['name']}-shelved").json()["images"]:
        cloud.image.delete(f"/images/{image['id']}")


def shelved(cloud: Subject, server: str) -> dict[str, Any] | None:
    now = cloud.server(server)
    return now if now["status"].startswith("SHELVED") and now["OS-EXT-STS:task_state"] is None else None


def test_while_it_is_imaged_neither_a_second_image_nor_a_stop_is_possible(cloud: Subject, server: str, name: str):
    with cloud.hooked(**SLOWLY):
        image = cloud.create_image(server, name)
        second = complaint(ask(cloud, server, name), "conflictingRequest", 409)
        assert second.startswith(f"Cannot 'createImage' instance {server} while it is in task_state image_")
        stop = complaint(cloud.act(server, "os-stop"), "conflictingRequest", 409)
        assert stop.startswith(f"Cannot 'stop' instance {server} while it is in task_state image_")
        cloud.until_image(image)
        cloud.until_idle(server, "ACTIVE")


def vanished(cloud: Subject, image: str) -> bool:
    return bool(cloud.image.get(f"/images/{image}").status_code == 404)


@pytest.mark.parametrize("phase", ["snapshot", "upload"])
def test_an_image_that_fails_on_the_host_vanishes_and_the_server_is_as_before(
    cloud: Subject, server: str, name: str, phase: str
):
    with cloud.hooked(**{phase: {"fail": "disk on fire", "delay": 0.3}}):
        image = cloud.create_image(server, name)
        cloud.until(lambda: vanished(cloud, image), "the image has vanished")
        found = cloud.until_idle(server, "ACTIVE")
    assert "fault" not in found


def test_an_image_deleted_on_the_way_leaves_the_server_idle(cloud: Subject, server: str, name: str):
    with cloud.hooked(**SLOWLY):
        image = cloud.create_image(server, name)
        assert cloud.image.delete(f"/images/{image}").status_code == 204
        assert vanished(cloud, image)
        found = cloud.until_idle(server, "ACTIVE")
    assert "fault" not in found


def test_a_server_deleted_on_the_way_leaves_no_active_image(cloud: Subject, own_server: str, name: str):
    with cloud.hooked(**SLOWLY):
        image = cloud.create_image(own_server, name)
        assert cloud.compute.delete(f"/servers/{own_server}").status_code == 204
        cloud.until_gone(cloud.compute, f"/servers/{own_server}")
        assert vanished(cloud, image) or cloud.glance_image(image)["status"] != "active"

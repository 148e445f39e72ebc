"""States of a real cloud in which rules fail: each is brought about for a while, and then ended again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from openstack.connection import Connection

from tests.contract.making import Choice, a_server, a_volume, fresh_name, server_request
from tests.contract.subject import Subject
from tests.openstack.rule_ground import answered

UBUNTU = {"os_distro": "ubuntu", "os_version": "20.04", "description": "Ubuntu 20.04 for the tests of the rules"}
"""What the base image says about itself between two tests."""
HARDWARE = {
    "hw_disk_bus": "scsi",
    "hw_scsi_model": "virtio-scsi",
    "hw_qemu_guest_agent": "yes",
    "os_require_quiesce": "yes",
}
"""What Jetstream2 recommends for images."""


@contextlib.contextmanager
def an_image(connection: Connection, name: str, data: bytes, **fields: object) -> Iterator[str]:
    """An active image with these bytes; format raw unless another is given."""
    body = {"name": name, "disk_format": "raw", "container_format": "bare", **fields}
    image_id = answered(connection.image.post("/images", json=body))["id"]
    try:
        headers = {"Content-Type": "application/octet-stream"}
        answered(connection.image.put(f"/images/{image_id}/file", data=data, headers=headers))
        yield image_id
    finally:
        answered(connection.image.delete(f"/images/{image_id}"))


@contextlib.contextmanager
def an_image_of(cloud: Subject, instance_id: str, *, awaited: bool = True) -> Iterator[str]:
    """An image that is made of an instance, active unless it is not awaited."""
    image_id = cloud.create_image(instance_id, fresh_name(cloud, "image"))
    try:
        if awaited:
            cloud.until_image(image_id)
            cloud.until_idle(instance_id, "ACTIVE")
        yield image_id
    finally:
        answered(cloud.image.delete(f"/images/{image_id}"))


@contextlib.contextmanager
def a_stored_qcow2(cloud: Subject) -> Iterator[str]:
    """What a snapshot is where hosts store qcow2: put in by hand, for those of loopstack are raw."""
    admin = cloud.login("admin")
    public = admin.image.get("/images?name=tiny-qcow2").json()["images"][0]["id"]
    data = admin.image.get(f"/images/{public}/file").content
    with an_image(cloud.member, fresh_name(cloud, "stored"), data, disk_format="qcow2") as image_id:
        yield image_id


@contextlib.contextmanager
def an_image_that_bob_shares(cloud: Subject) -> Iterator[str]:
    """An image of another project, shared with alice's, which has accepted it."""
    bob, project = cloud.login("other"), cloud.member.current_project_id
    with an_image(bob, fresh_name(cloud, "theirs"), bytes(4096), visibility="shared") as image_id:
        url = f"/images/{image_id}/members"
        answered(bob.image.post(url, json={"member": project}))
        answered(cloud.image.put(f"{url}/{project}", json={"status": "accepted"}))
        yield image_id


@contextlib.contextmanager
def described(cloud: Subject, image_id: str, **properties: str) -> Iterator[None]:
    """Let the base image say other things of itself."""
    _describe(cloud, image_id, properties)
    try:
        yield
    finally:
        _describe(cloud, image_id, {name: UBUNTU.get(name) for name in properties})


def _describe(cloud: Subject, image_id: str, properties: Mapping[str, str | None]) -> None:
    patch_image(
        cloud,
        image_id,
        [
            {"op": "remove", "path": f"/{name}"} if value is None else {"op": "add", "path": f"/{name}", "value": value}
            for name, value in properties.items()
        ],
    )


def patch_image(cloud: Subject, image_id: str, patch: list[dict[str, object]]) -> None:
    """Change an image by a JSON patch."""
    headers = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    answered(cloud.image.patch(f"/images/{image_id}", data=json.dumps(patch), headers=headers))


@contextlib.contextmanager
def an_instance_of(cloud: Subject, choice: Choice, image_id: str) -> Iterator[str]:
    """An instance that was launched from an image."""
    body = server_request(choice, fresh_name(cloud, "launch"))
    body["server"]["imageRef"] = image_id
    with a_server(cloud, body) as instance_id:
        yield instance_id


@contextlib.contextmanager
def an_instance_on_a_volume(cloud: Subject, choice: Choice) -> Iterator[str]:
    """An instance whose root disk is a volume of 1 GB."""
    body = server_request(choice, fresh_name(cloud, "backed"))
    del body["server"]["imageRef"]
    with a_volume(cloud, imageRef=choice.image["id"]) as root:
        disk = {"boot_index": 0, "uuid": root, "source_type": "volume", "destination_type": "volume"}
        body["server"]["block_device_mapping_v2"] = [disk]
        with a_server(cloud, body) as instance_id:
            yield instance_id


@contextlib.contextmanager
def a_flavor(cloud: Subject, **size: int) -> Iterator[str]:
    """A flavor that an administrator has made for everybody."""
    admin = cloud.login("admin").compute
    body = {"flavor": {"name": fresh_name(cloud, "flavor"), **size}}
    flavor_id = answered(admin.post("/flavors", json=body))["flavor"]["id"]
    try:
        yield flavor_id
    finally:
        answered(admin.delete(f"/flavors/{flavor_id}"))


@contextlib.contextmanager
def locked_by_an_administrator(cloud: Subject, instance_id: str) -> Iterator[None]:
    """A lock that its owner cannot take away."""
    admin = cloud.login("admin").compute
    answered(admin.post(f"/servers/{instance_id}/action", json={"lock": None}))
    try:
        yield
    finally:
        answered(admin.post(f"/servers/{instance_id}/action", json={"unlock": None}))


@contextlib.contextmanager
def quotas(cloud: Subject, service: str, **limits: int) -> Iterator[None]:
    """Other quotas of alice's project, set by an administrator."""
    admin = getattr(cloud.login("admin"), service)
    url = f"/os-quota-sets/{cloud.member.current_project_id}"
    before = admin.get(url).json()["quota_set"]
    answered(admin.put(url, json={"quota_set": limits}))
    try:
        yield
    finally:
        answered(admin.put(url, json={"quota_set": {name: before[name] for name in limits}}))


@contextlib.contextmanager
def bob_in_the_project_of_alice(cloud: Subject) -> Iterator[None]:
    """Another member of alice's project, by an administrator's grant."""
    admin = cloud.login("admin").identity
    member = admin.get("/roles?name=member").json()["roles"][0]["id"]
    bob = cloud.login("other").current_user_id
    grant = f"/projects/{cloud.member.current_project_id}/users/{bob}/roles/{member}"
    answered(admin.put(grant))
    try:
        yield
    finally:
        answered(admin.delete(grant))


@contextlib.contextmanager
def a_credential(cloud: Subject, lasts: timedelta) -> Iterator[dict[str, str]]:
    """An application credential of alice's that ends so soon; what `auth` in clouds.yaml says about it."""
    ends = f"{datetime.now(UTC) + lasts:%Y-%m-%dT%H:%M:%SZ}"
    body = {"name": fresh_name(cloud, "ending"), "secret": "s3cret", "expires_at": ends}
    url = f"/users/{cloud.member.current_user_id}/application_credentials"
    made = answered(cloud.identity.post(url, json={"application_credential": body}))["application_credential"]
    try:
        yield {"application_credential_id": made["id"], "application_credential_secret": "s3cret"}
    finally:
        answered(cloud.identity.delete(f"{url}/{made['id']}"))

"""Makes what the tests need on a cloud, and puts it away again."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.subject import RECENT, Subject

_numbers = itertools.count(1)


def fresh_name(cloud: Subject, what: str) -> str:
    """A name that nothing else on the cloud has."""
    return f"{cloud.prefix}-{what}-{next(_numbers)}"


class Choice:
    """Which of the things that the cloud offers the tests use: small, and fit for each other."""

    def __init__(self, cloud: Subject) -> None:
        self._cloud = cloud
        images = cloud.image.get("/images?visibility=public&status=active&limit=100").json()["images"]
        self.image = self._pick("image", [i for i in images if i["disk_format"] in ("raw", "qcow2")])
        self.flavor = self._pick("flavor", self._flavors(self.image))
        networks = cloud.network.get("/networks").json()["networks"]
        usable = [n for n in networks if n["subnets"] and not n["router:external"]]
        self.network = self._pick("network", usable)

    def _flavors(self, image: dict[str, Any]) -> list[dict[str, Any]]:
        flavors = self._cloud.compute.get("/flavors/detail", microversion=RECENT).json()["flavors"]
        needed = max(image["min_disk"], -(-(image["virtual_size"] or image["size"] or 0) // 2**30))
        fitting = [f for f in flavors if f["disk"] >= needed and f["ram"] >= image["min_ram"] and f["disk"]]
        return sorted(fitting, key=lambda f: (f["vcpus"], f["ram"], f["disk"]))

    def _pick(self, what: str, offered: list[dict[str, Any]]) -> dict[str, Any]:
        wanted = self._cloud.chosen.get(what)
        fitting = [one for one in offered if wanted in (None, one["name"])]
        if not fitting:
            pytest.fail(f"no {what} here that the tests could use{f' named {wanted}' if wanted else ''}")
        return fitting[0]


def server_request(choice: Choice, name: str, **more: object) -> dict[str, Any]:
    """The body of POST /servers for a small image-backed instance."""
    return {
        "server": {
            "name": name,
            "imageRef": choice.image["id"],
            "flavorRef": choice.flavor["id"],
            "networks": [{"uuid": choice.network["id"]}],
            **more,
        }
    }


def launch(cloud: Subject, body: dict[str, Any], at: str = RECENT) -> str:
    """POST /servers; the id."""
    reply = cloud.compute.post("/servers", json=body, microversion=at)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["server"]["id"])


def delete_server(cloud: Subject, server_id: str) -> None:
    """Unlock it if need be, delete it and wait until it is gone."""
    reply = cloud.compute.delete(f"/servers/{server_id}")
    if reply.status_code == 409:
        cloud.act(server_id, "unlock")
        cloud.compute.delete(f"/servers/{server_id}")
    cloud.until_gone(cloud.compute, f"/servers/{server_id}")


@contextlib.contextmanager
def a_server(cloud: Subject, body: dict[str, Any]) -> Iterator[str]:
    """A server that is ACTIVE, deleted at the end."""
    server_id = launch(cloud, body)
    try:
        cloud.until_idle(server_id, "ACTIVE")
        yield server_id
    finally:
        delete_server(cloud, server_id)


@contextlib.contextmanager
def a_volume(cloud: Subject, **more: object) -> Iterator[str]:
    """A volume of 1 GB that is available, detached and deleted at the end."""
    body = {"volume": {"name": fresh_name(cloud, "volume"), "size": 1, **more}}
    reply = cloud.volume.post("/volumes", json=body)
    assert reply.status_code == 202, reply.text
    volume_id = reply.json()["volume"]["id"]
    try:
        cloud.until_volume(volume_id, "available")
        yield volume_id
    finally:
        delete_volume(cloud, volume_id)


def delete_volume(cloud: Subject, volume_id: str) -> None:
    """Detach it if need be, delete it and wait until it is gone."""
    reply = cloud.volume.get(f"/volumes/{volume_id}")
    if reply.status_code == 404:
        return
    for attachment in reply.json()["volume"]["attachments"]:
        server_id = attachment["server_id"]
        if cloud.compute.delete(f"/servers/{server_id}/os-volume_attachments/{volume_id}").status_code == 409:
            cloud.act(server_id, "unlock")
            cloud.compute.delete(f"/servers/{server_id}/os-volume_attachments/{volume_id}")
    cloud.until(lambda: cloud.cinder_volume(volume_id)["status"] != "detaching", "volume detached")
    cloud.until(lambda: cloud.volume.delete(f"/volumes/{volume_id}").status_code == 202, "volume may be deleted")
    cloud.until_gone(cloud.volume, f"/volumes/{volume_id}")


def as_new(cloud: Subject, server_id: str) -> bool:
    """Bring a server back to how it was made; False when that cannot be done by simple means."""
    reply = cloud.compute.get(f"/servers/{server_id}", microversion=RECENT)
    if reply.status_code != 200:
        return False
    now = reply.json()["server"]
    if now["locked"]:
        cloud.act(server_id, "unlock")
    if now["metadata"]:
        cloud.compute.put(f"/servers/{server_id}/metadata", json={"metadata": {}})
    if now["status"] not in ("ACTIVE", "SHUTOFF") or now["os-extended-volumes:volumes_attached"]:
        return False
    cloud.until(lambda: cloud.server(server_id)["OS-EXT-STS:task_state"] is None, "server idle")
    if cloud.server(server_id)["status"] == "SHUTOFF":
        cloud.act(server_id, "os-start")
    cloud.until_idle(server_id, "ACTIVE")
    return True


def sweep(cloud: Subject) -> None:
    """Delete what a broken test has left, known by its name."""
    for server in cloud.compute.get(f"/servers?name={cloud.prefix}").json()["servers"]:
        delete_server(cloud, server["id"])
    for image in cloud.image.get(f"/images?limit=200&owner={cloud.member.current_project_id}").json()["images"]:
        if image["name"].startswith(cloud.prefix):
            cloud.image.delete(f"/images/{image['id']}")
    for snapshot in cloud.volume.get("/snapshots").json()["snapshots"]:
        if cloud.prefix in (snapshot["name"] or ""):
            cloud.volume.delete(f"/snapshots/{snapshot['id']}")
            cloud.until_gone(cloud.volume, f"/snapshots/{snapshot['id']}")
    for volume in cloud.volume.get("/volumes").json()["volumes"]:
        if volume["name"].startswith(cloud.prefix):
            delete_volume(cloud, volume["id"])
    for group in cloud.network.get("/security-groups").json()["security_groups"]:
        if group["name"].startswith(cloud.prefix):
            cloud.network.delete(f"/security-groups/{group['id']}")

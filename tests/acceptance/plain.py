"""The demonstration cloud asked over plain HTTP, by nothing that the program itself is made of."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from imaging.democloud.seed import names
from tests.acceptance.terminal import wait_for
from tests.support.demo import DemoCloud

_ANSWER_SECONDS = 20


class PlainApi:
    """A user with `curl`."""

    def __init__(self, demo: DemoCloud, name: str = names.OWNER) -> None:
        """Log in as the owner of the instances, or as another member of their project."""
        self._url = demo.url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        domain = {"name": "Default"}
        user = {"name": name, "domain": domain, "password": demo.password}
        project = {"name": names.PROJECT, "domain": domain}
        login = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}
        self.token = ""
        with self._call("POST", "/identity/v3/auth/tokens", {"auth": login}) as answer:
            self.token = answer.headers["X-Subject-Token"]

    def get(self, path: str) -> Any:
        """What lies at a path."""
        with self._call("GET", path) as answer:
            return json.load(answer)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask for something."""
        with self._call("POST", path, body) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def delete(self, path: str) -> None:
        """Delete something."""
        self._call("DELETE", path).close()

    def new_image(self, name: str, disk: bytes) -> str:
        """Upload a raw disk; the id of its image."""
        about = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "private"}
        image_id = str(self.post("/image/v2/images", about)["id"])
        self._call("PUT", f"/image/v2/images/{image_id}/file", disk).close()
        return image_id

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        is_disk = isinstance(body, bytes)
        headers = {
            "Content-Type": "application/octet-stream" if is_disk else "application/json",
            "OpenStack-API-Version": "compute 2.96",
            "X-Auth-Token": self.token,
        }
        data = body if body is None or is_disk else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, method=method, data=data, headers=headers)
        return self._opener.open(request, timeout=_ANSWER_SECONDS)

    def server(self, server_id: str) -> dict[str, Any]:
        """One instance."""
        return dict(self.get(f"/compute/v2.1/servers/{server_id}")["server"])

    def image(self, image_id: str) -> dict[str, Any]:
        """One image."""
        return dict(self.get(f"/image/v2/images/{image_id}"))

    def attached(self, server_id: str) -> list[tuple[str, str]]:
        """The volumes of an instance in their order: device and id."""
        rows = self.get(f"/compute/v2.1/servers/{server_id}/os-volume_attachments")["volumeAttachments"]
        return [(row["device"], row["volumeId"]) for row in rows]

    def instance_as_seen(self, server_id: str) -> dict[str, Any]:
        """Everything of an instance that a run changes and must give back."""
        server = self.server(server_id)
        kept = ("status", "OS-EXT-STS:task_state", "OS-EXT-STS:power_state", "locked", "locked_reason", "metadata")
        return {name: server[name] for name in kept} | {"volumes": self.attached(server_id)}

    def others(self) -> dict[str, Any]:
        """Everything else of the project that a run must leave as it was; images apart."""
        return {
            "instances": {one["id"] for one in self.get("/compute/v2.1/servers")["servers"]},
            "groups": {one["id"] for one in self.get("/network/v2.0/security-groups")["security_groups"]},
            "volumes": {one["id"]: one["status"] for one in self.get(f"{self._volumes}/volumes/detail")["volumes"]},
            "snapshots": {one["id"] for one in self.get(f"{self._volumes}/snapshots")["snapshots"]},
        }

    @property
    def _volumes(self) -> str:
        return f"/volume/v3/{names.project_id()}"

    def image_ids(self) -> set[str]:
        """All images that can be seen."""
        return {one["id"] for one in self.get("/image/v2/images?limit=200")["images"]}

    def launch(self, name: str, image_id: str) -> str:
        """Launch an instance, wait until it runs, give its id."""
        body = {
            "name": name,
            "imageRef": image_id,
            "flavorRef": names.flavor_id("m3.tiny"),
            "networks": [{"uuid": names.network_id("astro-net")}],
        }
        server_id = str(self.post("/compute/v2.1/servers", {"server": body})["server"]["id"])
        wait_for(lambda: self.server(server_id)["status"] == "ACTIVE")
        return server_id

    def snapshot(self, name: str, server_id: str) -> str:
        """Make an image of an instance as Nova does it by itself, wait until it is active, give its id."""
        path = f"/compute/v2.1/servers/{server_id}/action"
        image_id = str(self.post(path, {"createImage": {"name": name}})["image_id"])
        wait_for(lambda: self.image(image_id)["status"] == "active")
        return image_id

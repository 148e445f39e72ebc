"""Plain HTTP to the demonstration cloud, as a stranger speaks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from imaging.democloud.seed import names
from tests.support.demo import DemoCloud

RECENT = "2.93"
_ANSWER_SECONDS = 10


@dataclass
class Talk:
    """A login to a project of the demonstration cloud."""

    demo: DemoCloud
    token: str

    @classmethod
    def log_in(cls, demo: DemoCloud, user: str = names.OWNER, project: str = names.PROJECT) -> Talk:
        domain = {"id": "default"}
        auth: dict[str, Any] = {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user, "domain": domain, "password": demo.password}},
            },
            "scope": {"project": {"name": project, "domain": domain}},
        }
        reply = requests.post(f"{demo.url}/identity/v3/auth/tokens", json={"auth": auth}, timeout=_ANSWER_SECONDS)
        assert reply.status_code == 201, reply.text
        return cls(demo, reply.headers["X-Subject-Token"])

    def ask(self, method: str, path: str, body: Any = None, at: str = RECENT) -> requests.Response:
        """A call below the address of the cloud."""
        headers = {"X-Auth-Token": self.token, "OpenStack-API-Version": f"compute {at}"}
        return requests.request(method, self.demo.url + path, json=body, headers=headers, timeout=_ANSWER_SECONDS)

    def server(self, server_id: str, at: str = RECENT) -> dict[str, Any]:
        reply = self.ask("GET", f"/compute/v2.1/servers/{server_id}", at=at)
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["server"])

    def status(self, server_id: str) -> tuple[str, str | None]:
        """Status and task state."""
        server = self.server(server_id)
        return server["status"], server["OS-EXT-STS:task_state"]

    def act(self, server_id: str, action: str, arguments: Any = None) -> requests.Response:
        return self.ask("POST", f"/compute/v2.1/servers/{server_id}/action", {action: arguments})

    def attachments(self, server_id: str) -> list[dict[str, Any]]:
        return list(
            self.ask("GET", f"/compute/v2.1/servers/{server_id}/os-volume_attachments").json()["volumeAttachments"]
        )

    def volume(self, volume_id: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"/volume/v3/volumes/{volume_id}").json()["volume"])

    def image(self, image_id: str) -> dict[str, Any]:
        reply = self.ask("GET", f"/image/v2/images/{image_id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def console(self, server_id: str) -> str:
        reply = self.act(server_id, "os-getConsoleOutput", {})
        assert reply.status_code == 200, reply.text
        return str(reply.json()["output"])

    def image_of(self, server_id: str, **properties: str) -> str:
        """A finished image of a server."""
        reply = self.act(server_id, "createImage", {"name": "an-image", "metadata": properties})
        assert reply.status_code == 202, reply.text
        self.demo.turn(20)
        return str(reply.json()["image_id"])

    def launch(self, image_id: str, *, flavor: str = "m3.tiny", **more: Any) -> str:
        """Ask for a server; its id."""
        body = {
            "name": "a-launch",
            "imageRef": image_id,
            "flavorRef": names.flavor_id(flavor),
            "networks": [{"uuid": names.network_id("astro-net")}],
            **more,
        }
        reply = self.ask("POST", "/compute/v2.1/servers", {"server": body})
        assert reply.status_code == 202, reply.text
        return str(reply.json()["server"]["id"])

    def launched_from(self, image_id: str, **more: Any) -> str:
        """A server that has had ten seconds to boot."""
        server_id = self.launch(image_id, **more)
        self.demo.turn(15)
        assert self.status(server_id) == ("ACTIVE", None)
        return server_id

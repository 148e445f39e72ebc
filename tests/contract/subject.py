"""The cloud under test: a real OpenStack or the demonstration cloud, spoken to in plain HTTP.

The tests go through openstacksdk's service proxies as adapters (login, catalogue and microversion header are theirs)
and read raw JSON, so they hold the cloud and not our own way to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import pytest
import requests
from openstack.connection import Connection
from requests import Response

T = TypeVar("T")

Scope = Literal["session", "module", "function"]

ON_REAL_CLOUD = bool(os.environ.get("IMAGING_TEST_ON_REAL_CLOUD"))
"""Set by tests/openstack/run.py alone, so that no plain `pytest` ever touches a cloud of the user's."""


def longest(fixture_name: str, config: pytest.Config) -> Scope:
    """The scope of a fixture that takes long to make: shared on a real cloud; the other one is new for every test."""
    return "module" if ON_REAL_CLOUD else "function"


RECENT = "2.93"
"""The microversion at which the tests speak where nothing hangs on it: the highest of Zed (2022)."""


class Pace(Protocol):
    """How the cloud's time passes."""

    def tick(self, waited: float) -> None:
        """Let some time pass, given how many of its seconds have been waited through already."""

    def seconds(self) -> float:
        """The time that has passed, by the cloud's own reckoning."""


class RealPace:
    """Time passes by itself."""

    def tick(self, waited: float) -> None:
        time.sleep(min(0.05 + waited / 20, 1))

    def seconds(self) -> float:
        return time.monotonic()


class TurnedPace:
    """The demonstration cloud's clock is held, and turned by hand: quick, and each state can be seen."""

    def __init__(self, turn: Callable[[float], object]) -> None:
        self._turn = turn
        self._turned = 0.0

    def tick(self, waited: float) -> None:
        step = max(0.25, 4 * waited)  # further each time, unless states on the way are to be seen
        self._turn(step)
        self._turned += step

    def seconds(self) -> float:
        return self._turned


Orders = Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]]
"""What a call of a back end does, by its name: one order, or several of which the first that matches holds."""


class Hooks(Protocol):
    """Makes the back ends slow, or fail: `{"snapshot": {"delay": 3, "match": "db-"}}` (tests/openstack/README.md)."""

    def set(self, hooks: Orders) -> None:
        """From now on do this, and nothing else."""


class LoopstackHooks:
    """Loopstack reads them from a file at every call of a back end."""

    def __init__(self, state: Path) -> None:
        self._file = state / "hooks.json"

    def set(self, hooks: Orders) -> None:
        passing = self._file.with_suffix(".new")
        passing.write_text(json.dumps(hooks))
        passing.rename(self._file)


class DemoHooks:
    """The demonstration cloud is told over its control channel: `POST /_control/hooks`, the same JSON."""

    def __init__(self, url: str, control_token: str) -> None:
        self._url, self._headers = f"{url}/_control/hooks", {"X-Control-Token": control_token}

    def set(self, hooks: Orders) -> None:
        if requests.post(self._url, json=hooks, headers=self._headers, timeout=10).status_code == 404:
            pytest.skip("the demonstration cloud does not fail, or dawdle, on command")


@dataclass
class Subject:
    """The cloud under test, logged in as an ordinary member of a project."""

    kind: str
    """loopstack, demo, or own: a cloud of the user's."""
    prefix: str
    """Everything made by this run of the tests has a name that begins so."""
    member: Connection
    pace: Pace
    hooks: Hooks | None = None
    connect: Callable[[str], Connection | None] = lambda _who: None
    """Another login by its part: other (another project), admin, appcred; None where there is none."""
    chosen: dict[str, str] = field(default_factory=dict)
    """Names that the user wants used: image, flavor, network."""

    @property
    def compute(self) -> Any:
        return self.member.compute

    @property
    def image(self) -> Any:
        return self.member.image

    @property
    def volume(self) -> Any:
        return self.member.block_storage

    @property
    def network(self) -> Any:
        return self.member.network

    @property
    def identity(self) -> Any:
        return self.member.identity

    def login(self, who: str) -> Connection:
        """Another login; the test is skipped where there is none."""
        connection = self.connect(who)
        if connection is None:
            pytest.skip(f"no login of the part {who!r} on this cloud")
        return connection

    @contextlib.contextmanager
    def hooked(self, **hooks: Mapping[str, Any]) -> Iterator[None]:
        """Let the back ends be slow or fail, for what this run of the tests has made; skipped where none obeys."""
        if self.hooks is None:
            pytest.skip("this cloud does not fail, or dawdle, on command")
        self.hooks.set({name: {"match": self.prefix, **hook} for name, hook in hooks.items()})
        try:
            yield
        finally:
            self.hooks.set({})

    def until(self, observe: Callable[[], T | None], what: str, seconds: float = 90, *, finely: bool = False) -> T:
        """Ask until there is an answer other than None or False.

        Args:
            observe: asks the cloud once.
            what: what is waited for, for the failure's text.
            seconds: how long, in the cloud's own time.
            finely: in small steps to the end, so that passing states are seen.
        """
        start = self.pace.seconds()
        while True:
            found = observe()
            if found:
                return found
            waited = self.pace.seconds() - start
            assert waited < seconds, f"not within {seconds:g} s: {what}"
            self.pace.tick(0 if finely else waited)

    # What most tests ask, in short.

    def server(self, server_id: str, at: str = RECENT) -> dict[str, Any]:
        """GET of a server that exists."""
        reply = self.compute.get(f"/servers/{server_id}", microversion=at)
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["server"])

    def act(self, server_id: str, action: str, arguments: object = None, at: str = RECENT) -> Response:
        """POST of an action on a server."""
        url = f"/servers/{server_id}/action"
        reply: Response = self.compute.post(url, json={action: arguments}, microversion=at)
        return reply

    def until_idle(self, server_id: str, status: str, seconds: float = 90) -> dict[str, Any]:
        """Until a server has this status and no task state; an ERROR not asked for fails at once."""

        def observe() -> dict[str, Any] | None:
            now = self.server(server_id)
            assert now["status"] == status or now["status"] != "ERROR", now.get("fault")
            return now if now["status"] == status and now["OS-EXT-STS:task_state"] is None else None

        return self.until(observe, f"server {status} and idle", seconds)

    def until_gone(self, proxy: Any, url: str, seconds: float = 90) -> None:
        """Until a GET answers 404, or Nova's short-lived DELETED."""

        def observe() -> bool:
            reply = proxy.get(url)
            return bool(reply.status_code == 404 or reply.json().get("server", {}).get("status") == "DELETED")

        self.until(observe, f"{url} gone", seconds)

    def glance_image(self, image_id: str) -> dict[str, Any]:
        """GET of an image that exists."""
        reply = self.image.get(f"/images/{image_id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def until_image(self, image_id: str, status: str = "active") -> dict[str, Any]:
        """Until an image has this status."""

        def observe() -> dict[str, Any] | None:
            now = self.glance_image(image_id)
            return now if now["status"] == status else None

        return self.until(observe, f"image {status}")

    def cinder_volume(self, volume_id: str) -> dict[str, Any]:
        """GET of a volume that exists."""
        reply = self.volume.get(f"/volumes/{volume_id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["volume"])

    def until_volume(self, volume_id: str, status: str) -> dict[str, Any]:
        """Until a volume has this status."""

        def observe() -> dict[str, Any] | None:
            now = self.cinder_volume(volume_id)
            assert status.startswith("error") or not now["status"].startswith("error"), now
            return now if now["status"] == status else None

        return self.until(observe, f"volume {status}")

    def attachments(self, server_id: str, at: str = RECENT) -> list[dict[str, Any]]:
        """A server's volume attachments, in no promised order."""
        reply = self.compute.get(f"/servers/{server_id}/os-volume_attachments", microversion=at)
        assert reply.status_code == 200, reply.text
        return list(reply.json()["volumeAttachments"])

    def attach(self, server_id: str, volume_id: str, *, at: str = RECENT, **more: object) -> dict[str, Any]:
        """Attach a volume and wait until both sides say so."""
        reply = self.compute.post(
            f"/servers/{server_id}/os-volume_attachments",
            json={"volumeAttachment": {"volumeId": volume_id, **more}},
            microversion=at,
        )
        assert reply.status_code == 200, reply.text
        self.until_volume(volume_id, "in-use")
        self.until(lambda: self.is_attached(server_id, volume_id), "the server lists the volume")
        return dict(reply.json()["volumeAttachment"])

    def is_attached(self, server_id: str, volume_id: str) -> bool:
        """Whether the server's attachments hold this volume."""
        return volume_id in [a["volumeId"] for a in self.attachments(server_id)]

    def detach(self, server_id: str, volume_id: str) -> None:
        """Detach a volume and wait until both sides say so."""
        reply = self.compute.delete(f"/servers/{server_id}/os-volume_attachments/{volume_id}")
        assert reply.status_code == 202, reply.text
        self.until_volume(volume_id, "available")
        self.until(lambda: not self.is_attached(server_id, volume_id), "the server does not list the volume")

    def create_image(self, server_id: str, name: str, **properties: str) -> str:
        """Ask for an image of a server; its id."""
        reply = self.act(server_id, "createImage", {"name": name, "metadata": properties})
        assert reply.status_code == 202, reply.text
        return str(reply.json()["image_id"])


def complaint(reply: Response, kind: str, code: int) -> str:
    """The message of an error: below `itemNotFound` and the like in Nova and Cinder, below `error` in Keystone."""
    assert reply.status_code == code, reply.text
    body = reply.json()[kind]
    assert body["code"] == code
    return str(body["message"])

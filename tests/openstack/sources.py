"""The instance that a run on a real OpenStack makes an image of, and what the run could leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract.making import Choice, a_server, a_volume, fresh_name, server_request
from tests.contract.subject import Subject
from tests.openstack.command_line import CommandLine


@dataclass(frozen=True)
class Source:
    """The instance to be imaged, and how it was."""

    cloud: Subject
    id: str
    name: str

    def now(self) -> dict[str, Any]:
        """What must be the same before and after."""
        server = self.cloud.server(self.id)
        return {
            "status": server["status"],
            "task": server["OS-EXT-STS:task_state"],
            "lock": (server["locked"], server["locked_reason"]),
            "metadata": server["metadata"],
            "volumes": {
                a["device"]: (a["volumeId"], a["tag"], a["delete_on_termination"])
                for a in self.cloud.attachments(self.id)
            },
        }


LISTS: dict[str, Callable[[Subject], list[dict[str, Any]]]] = {
    "servers": lambda cloud: cloud.compute.get("/servers").json()["servers"],
    "images": lambda cloud: cloud.image.get("/images?limit=500&visibility=private").json()["images"],
    "volumes": lambda cloud: cloud.volume.get("/volumes").json()["volumes"],
    "snapshots": lambda cloud: cloud.volume.get("/snapshots").json()["snapshots"],
    "groups": lambda cloud: cloud.network.get("/security-groups").json()["security_groups"],
}


def inventory(cloud: Subject) -> dict[str, set[str]]:
    """The ids of all that a run could leave behind."""
    return {what: {one["id"] for one in ask(cloud)} for what, ask in LISTS.items()}


def added(cloud: Subject, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is there now and was not before."""
    return {what: new for what, ids in inventory(cloud).items() if (new := ids - before[what])}


@pytest.fixture
def source(cloud: Subject, choice: Choice) -> Iterator[Source]:
    """An ACTIVE instance, locked with a reason, with metadata and two volumes, not in the order of their making."""
    name = fresh_name(cloud, "source")
    with (
        a_server(cloud, server_request(choice, name, metadata={"colour": "blue"})) as server,
        a_volume(cloud, name=f"{name}-scratch") as scratch,
        a_volume(cloud, name=f"{name}-data") as data,
    ):
        cloud.attach(server, data, tag="pgdata")
        cloud.attach(server, scratch)
        cloud.act(server, "lock", {"locked_reason": "in production"})
        yield Source(cloud, server, name)


@pytest.fixture
def imaging(cloud: Subject, tmp_path: Path) -> CommandLine:
    """The command line with an empty HOME."""
    return CommandLine(cloud, tmp_path)


@pytest.fixture
def before(cloud: Subject, source: Source) -> Iterator[dict[str, set[str]]]:
    """What is there once the source is; images that are new at the end are deleted."""
    there = inventory(cloud)
    yield there
    for image in added(cloud, there).get("images", ()):
        cloud.image.delete(f"/images/{image}")

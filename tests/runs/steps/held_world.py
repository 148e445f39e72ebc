"""What the steps' tests stand on: `db-07` with its two volumes in the demonstration cloud, and what others do to it.

The steps speak to it over real HTTP with the program's own services. Tests look at its records, and change them as
people, hosts and operators would: time passes only when somebody sleeps (`tests.support.demo_here`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from imaging.cloud.interface import Cloud
from imaging.democloud.machines.attachments import next_device, use
from imaging.democloud.machines.image_creation import create_image
from imaging.democloud.machines.servers import Order, delete, launch
from imaging.democloud.records.image import Image
from imaging.democloud.records.server import Attachment, Flavor, Server
from imaging.democloud.records.volume import Volume, VolumeUse
from imaging.democloud.seed import names
from imaging.democloud.web.faults import Fault
from imaging.democloud.world import World
from models.cloud.instance import Instance
from models.cloud.login import Login
from models.cloud.network import Network
from tests.support.demo_here import DemoHere

DB = names.server_id("db-07")
PGDATA, SCRATCH = names.volume_id("pgdata"), names.volume_id("scratch")
BASE = names.image_id("Featured-Ubuntu24")
NET = names.network_id("astro-net")
OTHERS = "0f0e0d0c-0b0a-4a09-8807-060504030201"
"""The id of something that is not there, or is somebody else's."""


@dataclass(frozen=True)
class Request:
    """A request that changes something, as it is told apart from others."""

    method: str
    path: str
    sends: str = ""

    def is_in(self, line: Mapping[str, Any]) -> bool:
        """Whether a line of the cloud's record of calls is such a request."""
        found = line["method"] == self.method and re.search(self.path, line["path"])
        return bool(found) and re.search(self.sends, json.dumps(line["body"])) is not None


def _action(name: str) -> Request:
    return Request("POST", r"/servers/[^/]+/action$", rf'^\{{"{name}"')


CHANGES = {
    "stop": _action("os-stop"),
    "start": _action("os-start"),
    "lock": _action("lock"),
    "unlock": _action("unlock"),
    "create_image": _action("createImage"),
    "set_metadata": Request("POST", "/metadata$"),
    "delete_metadata": Request("DELETE", "/metadata/"),
    "attach_volume": Request("POST", "/os-volume_attachments$"),
    "detach_volume": Request("DELETE", "/os-volume_attachments/"),
    "keep_volume": Request("PUT", "/os-volume_attachments/"),
    "launch": Request("POST", "/servers$"),
    "delete_instance": Request("DELETE", r"/servers/[^/]+$"),
    "update_image": Request("PATCH", r"/images/[^/]+$"),
    "add_member": Request("POST", "/members$"),
    "delete_image": Request("DELETE", r"/images/[^/]+$"),
    "delete_volume": Request("DELETE", r"/volumes/[^/]+$"),
    "delete_snapshot": Request("DELETE", r"/snapshots/[^/]+$"),
    "create_security_group": Request("POST", "/security-groups$"),
    "delete_security_group": Request("DELETE", "/security-groups/"),
}
"""By the names that the program's own services have for them."""

CONSOLE = _action("os-getConsoleOutput")
"""Reading a console is a POST, too."""
GOOD_BOOT = (
    "[    0.000000] Linux version 6.1.0\n"
    "[[0;32m  OK  [0m] Reached target [0;1;39mgetty.target[0m - Login Prompts.\n\n"
    "host login: [   46.8] cloud-init[368]: Cloud-init v. 22.4.2 running 'modules:final' at Sun. Up 46.44 seconds.\n"
    "[   48.2] cloud-init[368]: Cloud-init v. 22.4.2 finished at Sun, 22 Nov 2026 21:00:41 +0000. "
    "Datasource DataSourceConfigDrive [net,ver=2][source=/dev/sr0].  Up 48.23 seconds\n"
)
"""A console without our own marker, as of an image whose cloud-init runs no user data."""

LOST: dict[str, Any] = {"drop": True, "when": "after"}
"""The request is carried out, but its answer never comes."""
UNHEARD: dict[str, Any] = {"drop": True}
"""No answer comes, and nothing was done."""


def refusal(status: int, sentence: str) -> dict[str, Any]:
    """What Nova answers when it refuses."""
    kind = {400: "badRequest", 403: "forbidden", 409: "conflictingRequest"}.get(status, "computeFault")
    return {"status": status, "body": {kind: {"code": status, "message": sentence}}}


class HeldWorld:
    """The cloud as it is, `db-07` above all."""

    def __init__(self, here: DemoHere) -> None:
        """Begin again, with `db-07` and what belongs to it alone in the project."""
        self.here = here
        self.clock = here.begin_again()
        self.cloud: Cloud = here.services(self.clock)
        self.source: Instance
        self.login: Login
        self.network: Network
        _leave_one_instance(self.records)

    async def look(self) -> None:
        """Read what a plan says about the source, the login and the network."""
        self.source = await self.cloud.compute.instance(DB)
        self.login = await self.cloud.login()
        self.network = await self.cloud.networking.network(NET)
        self.here.front.calls.clear()

    @property
    def records(self) -> World:
        """Everything that there is."""
        return self.here.world

    @property
    def db(self) -> Server:
        """The source."""
        return self.records.servers[DB]

    @property
    def attached(self) -> list[str]:
        """The ids of its volumes, as Nova lists them."""
        return [one.volume_id for one in self.db.attachments]

    def picture(self) -> tuple[Any, ...]:
        """All of the source that a user could see to have changed."""
        db, volumes = self.db, self.records.volumes.values()
        rows = [(row.volume_id, row.device, row.tag, row.delete_on_termination) for row in db.attachments]
        uses = {each.id: (each.status, [(use.server_id, use.device) for use in each.uses]) for each in volumes}
        return db.vm_state, db.task_state, db.locked_by, db.locked_reason, dict(db.metadata), rows, uses

    @property
    def launched(self) -> list[Server]:
        """The instances that are there beside it."""
        return [one for one in self.records.servers.values() if one.id != DB and one.vm_state != "deleted"]

    @property
    def snapshots_of_db(self) -> list[Image]:
        """The images that were made of it."""
        return [one for one in self.records.images.values() if one.properties.get("image_type") == "snapshot"]

    def set(self, server_id: str = DB, **changes: Any) -> None:
        """Something happens to an instance, `db-07` unless another is named."""
        self.records.turn_server(self.records.servers[server_id], **changes)

    def lock(self, reason: str | None = None, *, by: str = "owner") -> None:
        """Somebody locks `db-07`."""
        self.set(locked_by=by, locked_reason=reason)

    def set_volume(self, volume_id: str, status: str, *users: str) -> None:
        """Something happens to a volume; `users` are the instances that it is attached to now."""
        volume = self.records.volumes[volume_id]
        now = self.records.now()
        volume.uses = [VolumeUse(self.records.ids.fresh(), each, "/dev/vdb", now) for each in users]
        self.records.turn_volume(volume, status)

    def set_device(self, place: int, device: str) -> None:
        """The volume in this place has another letter than one would think."""
        self.db.attachments[place].device = device

    def new_volume(self, name: str, *, to: str | None = None, **more: Any) -> str:
        """Somebody's volume, attached to an instance where one is named; its id."""
        volume = Volume(names.volume_id(name), name, 1, names.project_id(), names.user_id(), self.records.now())
        volume.status, self.records.volumes[volume.id] = "available", volume
        if to is not None:
            server = self.records.servers[to]
            attachment = Attachment(volume.id, next_device(server), attachment_id=self.records.ids.fresh(), **more)
            server.attachments.append(attachment)
            use(self.records, server, volume, attachment)
        return volume.id

    def stop_and_let_go(self) -> None:
        """`db-07` is stopped, and its volumes are detached."""
        self.set(vm_state="stopped", power_state=4)
        for attachment in self.db.attachments:
            self.set_volume(attachment.volume_id, "available")
        self.db.attachments = []

    def make_image(self, name: str, properties: dict[str, str]) -> str:
        """Begin to make an image of `db-07`, as somebody asked for some time ago; its id."""
        request_id = self.records.ids.request_id()
        user_id = self.db.user_id
        return create_image(self.records, self.db, name, properties, request_id=request_id, user_id=user_id).id

    def delete(self, server_id: str = DB) -> None:
        """Somebody deletes an instance."""
        server = self.records.servers[server_id]
        delete(self.records, server, self.records.ids.request_id(), server.user_id)

    def launch(self, name: str, metadata: dict[str, str]) -> str:
        """Somebody launches an instance, which comes up; its id."""
        order = Order(
            name=name,
            project_id=names.project_id(),
            user_id=names.user_id(),
            flavor=self.records.flavors[names.flavor_id("m3.tiny")],
            image=self.records.images[BASE],
            networks=[self.records.networks[NET]],
            security_groups=[],
            request_id=self.records.ids.request_id(),
            metadata=metadata,
        )
        server = launch(self.records, order)
        self.clock.turn(15)
        return server.id

    def new_image(self, key: str, name: str, properties: dict[str, str], *, created_at: float | None = None) -> str:
        """Somebody's image, made now or at the time that is given; its id."""
        made = self.records.now() if created_at is None else created_at
        image = Image(names.image_id(key), name, names.project_id(), made, made, "active", properties=properties)
        image.size = 2**30
        self.records.images[image.id] = image
        return image.id

    def new_network(self, name: str) -> None:
        """One more network of the project."""
        like = self.records.networks[NET]
        own = replace(like, id=names.network_id(name), name=name)
        own.subnets = [replace(like.subnets[0], id=self.records.ids.fresh(), network_id=own.id)]
        self.records.networks[own.id] = own

    def console(self, text: str) -> None:
        """What the console of a test instance shows from now on."""
        self.hook("console", text=text, match="imaging-")

    def console_grows(self, text: str) -> None:
        """What it shows besides."""
        self.console(str(self.records.hooks["console"]["text"]) + text)

    @property
    def groups_of_runs(self) -> list[str]:
        """The names of the security groups that runs have made."""
        groups = self.records.security_groups.values()
        return [one.name for one in groups if one.name.startswith("imaging-")]

    def volumes_of(self, server: Server) -> list[Volume]:
        """What is attached to an instance."""
        return [self.records.volumes[one.volume_id] for one in server.attachments]

    def boot_from_volume(self) -> str:
        """`db-07` has always been volume-backed; the id of its root volume."""
        root = self.new_volume("root", to=DB, boot_index=0)
        self.db.attachments.insert(0, self.db.attachments.pop())
        self.db.attachments[0].device = "/dev/vda"
        volume = self.records.volumes[root]
        volume.size, volume.bootable, volume.disk = 20, True, self.db.disk
        self.db.image_id = None
        return root

    def later(self, seconds: float, happens: Callable[[], object]) -> None:
        """Something that happens by itself, after so many seconds."""

        def act() -> None:
            happens()

        self.records.after(seconds, act)

    def fault(self, change: str | Request, *, skip: int = 0, times: int = 1, **trouble: Any) -> None:
        """Something goes wrong with the next requests of a kind."""
        asked = CHANGES[change] if isinstance(change, str) else change
        self.here.front.faults.append(Fault(asked.method, asked.path, asked.sends, skip=skip, times=times, **trouble))

    def answer(self, method: str, path: str, body: Any, *, status: int = 200, times: int = -1) -> None:
        """Something else answers in place of a service."""
        self.here.front.faults.append(Fault(method, path, status=status, body=body, times=times))

    def cell_down(self, *, seconds: float) -> None:
        """Nova does not reach the database that knows `db-07`, and says about it what little it knows elsewhere."""
        known = {"id": DB, "status": "UNKNOWN", "tenant_id": self.db.project_id, "links": []}
        self.answer("GET", rf"/servers/{DB}$", {"server": {**known, "created": "2126-10-01T12:00:00Z"}})
        self.later(seconds, self.here.front.faults.pop)

    def hook(self, name: str, **trouble: Any) -> None:
        """Something goes wrong below the services: see `/_control/hooks`."""
        self.records.hooks[name] = trouble

    def quotas(self, **limits: int) -> None:
        """What the project may use."""
        own = self.records.quotas[names.project_id()]
        self.records.quotas[names.project_id()] = replace(own, **limits)

    @property
    def calls(self) -> list[str]:
        """What was asked to be changed, oldest first, each with what it was about."""
        found = ((_change(line), line) for line in self.here.front.calls)
        return [f"{change} {self._target(line)}".strip() for change, line in found if change]

    def asked(self, change: str) -> list[str]:
        """What of one kind was asked to be changed."""
        return [each for each in self.calls if each.split(" ")[0] == change]

    def _target(self, line: Mapping[str, Any]) -> str:
        """By name, where it is a flavor or a volume."""
        body = str(line["body"])
        things: list[Flavor | Any] = [*self.records.flavors.values(), *self.records.volumes.values()]
        return next((one.name for one in things if one.id in body or line["path"].endswith(one.id)), "")


def _change(line: Mapping[str, Any]) -> str:
    return next((name for name, request in CHANGES.items() if request.is_in(line)), "")


def _leave_one_instance(world: World) -> None:
    """A small project, in which every list is short."""
    db = world.servers[DB]
    db.image_id, db.image_properties = BASE, dict(world.images[BASE].properties)
    db.attachments[1].delete_on_termination, db.attachments[1].tag = True, "tmp"
    world.servers = {DB: db}
    world.ports = {port_id: world.ports[port_id] for port_id in db.port_ids}
    world.volumes = {each: world.volumes[each] for each in (PGDATA, SCRATCH)}
    world.images = {BASE: world.images[BASE]}

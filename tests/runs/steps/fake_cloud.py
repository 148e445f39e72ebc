"""A cloud in memory, small and exact: what it does at once, what a moment later, and where an answer gets lost.

`faults` maps a call ("stop", "launch", …) to what is to go wrong, one entry for each time: an error to raise, or
`Lost(acts=True)` for a request that is carried out although its answer never comes.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from models.errors import (
    ConflictError,
    LostAnswerError,
    NotFoundError,
    NotOursError,
    RejectedError,
)
from models.flavor import Flavor
from models.image import Image
from models.instance import Instance, InstanceAction, InstanceFlavor, VolumeAttachment
from models.launch import AttachRequest, LaunchRequest
from models.login import CloudIdentity, Login
from models.network import Network, Port, SecurityGroup
from models.quota import Quota
from models.request import Visibility
from models.volume import Volume, VolumeSnapshot, VolumeUse
from tests.support.clock import ManualClock

GOOD_BOOT = (
    "[    0.000000] Linux version 6.1.0\n"
    "[[0;32m  OK  [0m] Reached target [0;1;39mgetty.target[0m - Login Prompts.\n\n"
    "child login: [   46.8] cloud-init[368]: Cloud-init v. 22.4.2 running 'modules:final' at Sun. Up 46.44 seconds.\n"
    "[   48.2] cloud-init[368]: Cloud-init v. 22.4.2 finished at Sun, 22 Nov 2026 21:00:41 +0000. "
    "Datasource DataSourceConfigDrive [net,ver=2][source=/dev/sr0].  Up 48.23 seconds\n"
)
IDENTITY = CloudIdentity(cloud="fake", auth_url="http://cloud/v3", project_id="project", user_id="user")


@dataclass(frozen=True)
class Lost:
    """An answer that never comes."""

    acts: bool


@dataclass
class World:
    """All that exists; the five services below are views of it."""

    clock: ManualClock
    servers: dict[str, Instance] = field(default_factory=dict)
    attached: dict[str, list[VolumeAttachment]] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    snapshots: dict[str, VolumeSnapshot] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    groups: dict[str, SecurityGroup] = field(default_factory=dict)
    flavors: tuple[Flavor, ...] = ()
    limits: Quota = field(default_factory=Quota)
    version: tuple[int, int] = (2, 96)
    faults: dict[str, list[Exception | Lost | Callable[[], None]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    build_faults: list[str] = field(default_factory=list)
    """Nova's fault for each next launch; empty: it becomes ACTIVE."""
    console: str = GOOD_BOOT
    actions: tuple[InstanceAction, ...] = ()
    user_data: dict[str, str] = field(default_factory=dict)
    launched: list[LaunchRequest] = field(default_factory=list)
    snapshot_seconds: float = 2.0
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self, kind: str) -> str:
        return f"{kind}-{next(self._ids)}"

    def later(self, seconds: float, change: Callable[[], None]) -> None:
        """Something that the cloud does by itself, after a while."""
        self._later.append((self.clock.monotonic() + seconds, change))

    def settle(self) -> None:
        due = [entry for entry in self._later if entry[0] <= self.clock.monotonic()]
        self._later = [entry for entry in self._later if entry not in due]
        for _, change in due:
            change()

    def set(self, server_id: str, **fields: object) -> None:
        if server_id in self.servers:
            self.servers[server_id] = self.servers[server_id].model_copy(update=fields)

    def set_volume(self, volume_id: str, **fields: object) -> None:
        self.volumes[volume_id] = self.volumes[volume_id].model_copy(update=fields)

    def set_image(self, image_id: str, **fields: object) -> None:
        if image_id in self.images:
            self.images[image_id] = self.images[image_id].model_copy(update=fields)

    def ask(self, call: str, act: Callable[[], object]) -> object:
        """A request that changes something: it is written down, and may go wrong."""
        self.settle()
        self.calls.append(call)
        planned = self.faults.get(call.split(" ", maxsplit=1)[0])
        fault = planned.pop(0) if planned else None
        if isinstance(fault, BaseException):
            raise fault
        if isinstance(fault, Lost):
            if fault.acts:
                act()
            raise LostAnswerError("the answer was lost")
        if fault is not None:
            fault()
        return act()


def one(found: Mapping[str, object], key: str) -> object:
    if key not in found:
        raise NotFoundError(f"no {key}")
    return found[key]


class FakeCompute:
    def __init__(self, world: World) -> None:
        self.world = world

    async def microversion(self) -> tuple[int, int]:
        return self.world.version

    async def instances(self) -> AsyncIterator[tuple[Instance, ...]]:
        self.world.settle()
        yield tuple(self.world.servers.values())

    async def instance(self, instance_id: str) -> Instance:
        self.world.settle()
        return one(self.world.servers, instance_id)

    async def attachments(self, instance_id: str) -> tuple[VolumeAttachment, ...]:
        await self.instance(instance_id)
        return tuple(self.world.attached.get(instance_id, ()))

    async def ports(self, instance_id: str) -> tuple[Port, ...]:
        return (Port(id="port", network_id="net"),)

    async def actions(self, instance_id: str) -> tuple[InstanceAction, ...]:
        return self.world.actions

    async def console_log(self, instance_id: str) -> str:
        await self.instance(instance_id)
        return self.world.console

    async def flavors(self) -> tuple[Flavor, ...]:
        return self.world.flavors

    async def stop(self, instance_id: str) -> None:
        def act() -> None:
            self._refuse(instance_id, needs="ACTIVE")
            self.world.set(instance_id, task_state="powering-off")
            self.world.later(2, lambda: self.world.set(instance_id, status="SHUTOFF", task_state=None))

        self.world.ask(f"stop {instance_id}", act)

    async def start(self, instance_id: str) -> None:
        def act() -> None:
            self._refuse(instance_id, needs="SHUTOFF")
            self.world.set(instance_id, task_state="powering-on")
            self.world.later(2, lambda: self.world.set(instance_id, status="ACTIVE", task_state=None))

        self.world.ask(f"start {instance_id}", act)

    def _refuse(self, instance_id: str, *, needs: str | None = None) -> None:
        server = one(self.world.servers, instance_id)
        if server.locked:
            raise ConflictError(f"Instance {instance_id} is locked")
        if needs and (server.status != needs or server.task_state):
            raise ConflictError(f"Instance is {server.status}, {server.task_state}")

    async def lock(self, instance_id: str, reason: str | None) -> None:
        def act() -> None:
            if not self.world.servers[instance_id].locked:  # a locked one keeps its old reason
                self.world.set(instance_id, locked=True, locked_reason=reason)

        self.world.ask(f"lock {instance_id}", act)

    async def unlock(self, instance_id: str) -> None:
        act = lambda: self.world.set(instance_id, locked=False, locked_reason=None)  # noqa: E731  # one line is clearer
        self.world.ask(f"unlock {instance_id}", act)

    async def set_metadata(self, instance_id: str, items: Mapping[str, str]) -> None:
        def act() -> None:
            self._refuse(instance_id)
            assert all(len(value) <= 255 for value in items.values())
            self.world.set(instance_id, metadata={**self.world.servers[instance_id].metadata, **items})

        self.world.ask(f"set_metadata {instance_id}", act)

    async def delete_metadata(self, instance_id: str, key: str) -> None:
        def act() -> None:
            self._refuse(instance_id)
            metadata = dict(self.world.servers[instance_id].metadata)
            if key not in metadata:
                raise NotFoundError(key)
            del metadata[key]
            self.world.set(instance_id, metadata=metadata)

        self.world.ask(f"delete_metadata {key}", act)

    async def attach_volume(self, instance_id: str, request: AttachRequest) -> None:
        def act() -> None:
            self._refuse(instance_id)
            volume = one(self.world.volumes, request.volume_id)
            if volume.status != "available":
                raise RejectedError(f"Invalid volume: status must be available, it is {volume.status}")
            self.world.set_volume(volume.id, status="attaching")
            self.world.later(1, lambda: self._attached(instance_id, request))

        self.world.ask(f"attach_volume {request.volume_id}", act)

    def _attached(self, instance_id: str, request: AttachRequest) -> None:
        row = VolumeAttachment(
            volume_id=request.volume_id,
            device=request.device,
            delete_on_termination=request.delete_on_termination,
            tag=request.tag,
        )
        self.world.attached.setdefault(instance_id, []).append(row)
        uses = (VolumeUse(server_id=instance_id, device=request.device),)
        self.world.set_volume(request.volume_id, status="in-use", uses=uses)

    async def detach_volume(self, instance_id: str, volume_id: str) -> None:
        def act() -> None:
            self._refuse(instance_id)
            if all(row.volume_id != volume_id for row in self.world.attached[instance_id]):
                raise NotFoundError("not attached")
            self.world.set_volume(volume_id, status="detaching")
            # Cinder calls it available while Nova still lists it.
            self.world.later(1, lambda: self.world.set_volume(volume_id, status="available", uses=()))
            self.world.later(2, lambda: self._unlist(instance_id, volume_id))

        self.world.ask(f"detach_volume {volume_id}", act)

    def _unlist(self, instance_id: str, volume_id: str) -> None:
        rows = self.world.attached[instance_id]
        self.world.attached[instance_id] = [row for row in rows if row.volume_id != volume_id]

    async def create_image(self, instance_id: str, name: str, properties: Mapping[str, str]) -> str:
        return self.world.ask(f"create_image {name}", lambda: self.make_image(instance_id, name, properties))

    def make_image(self, instance_id: str, name: str, properties: Mapping[str, str]) -> str:
        server = one(self.world.servers, instance_id)
        if server.task_state:
            raise ConflictError(f"Cannot 'createImage' while it is in task_state {server.task_state}")
        world, image_id = self.world, self.world.new_id("image")
        base = world.images.get(server.image_id or "")
        world.images[image_id] = Image(
            id=image_id,
            name=name,
            status="queued",
            min_disk_gib=server.flavor.disk_gib or 0,
            created_at=world.clock.now(),
            properties={
                **(base.properties if base else {}),
                **({"locked_reason": server.locked_reason} if server.locked_reason else {}),
                **properties,
                "image_type": "snapshot",
                "instance_uuid": instance_id,
            },
        )
        world.set(instance_id, task_state="image_pending_upload")
        seconds = world.snapshot_seconds
        world.later(seconds / 2, lambda: world.set_image(image_id, status="saving"))
        world.later(seconds, lambda: world.set_image(image_id, status="active", size_bytes=2**30))
        world.later(seconds + 0.5, lambda: world.set(instance_id, task_state=None))
        return image_id

    async def launch(self, request: LaunchRequest) -> str:
        return self.world.ask(f"launch {request.flavor_id}", lambda: self._launch(request))

    def _launch(self, request: LaunchRequest) -> str:
        world, server_id = self.world, self.world.new_id("child")
        world.launched.append(request)
        world.servers[server_id] = Instance(
            id=server_id,
            name=request.name,
            status="BUILD",
            task_state="spawning",
            image_id=request.image_id,
            created_at=world.clock.now(),
            metadata=dict(request.metadata),
        )
        world.attached[server_id] = []
        fault = world.build_faults.pop(0) if world.build_faults else ""
        status = {"status": "ERROR", "fault": fault} if fault else {"status": "ACTIVE"}
        world.later(3, lambda: world.set(server_id, task_state=None, **status))
        return server_id

    async def delete_instance(self, instance_id: str) -> None:
        def act() -> None:
            server = one(self.world.servers, instance_id)
            if server.metadata.get("imaging.role") != "test":
                raise NotOursError(instance_id)
            self.world.set(instance_id, task_state="deleting")
            self.world.later(1, lambda: self.world.servers.pop(instance_id, None))
            for row in self.world.attached.get(instance_id, ()):
                self.world.later(1, lambda row=row: self.world.set_volume(row.volume_id, status="available", uses=()))

        self.world.ask(f"delete_instance {instance_id}", act)


class FakeImages:
    def __init__(self, world: World) -> None:
        self.world = world

    async def images(self) -> AsyncIterator[tuple[Image, ...]]:
        self.world.settle()
        yield tuple(self.world.images.values())

    async def image(self, image_id: str) -> Image:
        self.world.settle()
        return one(self.world.images, image_id)

    async def update_image(
        self,
        image_id: str,
        *,
        name: str | None = None,
        min_disk_gib: int | None = None,
        min_ram_mib: int | None = None,
        visibility: Visibility | None = None,
        properties: Mapping[str, str] | None = None,
        remove_properties: tuple[str, ...] = (),
    ) -> Image:
        def act() -> Image:
            image = one(self.world.images, image_id)
            kept = {key: value for key, value in image.properties.items() if key not in remove_properties}
            given = {
                "name": name,
                "min_disk_gib": min_disk_gib,
                "min_ram_mib": min_ram_mib,
                "visibility": visibility.value if visibility else None,
            }
            changes = {key: value for key, value in given.items() if value is not None}
            self.world.set_image(image_id, properties={**kept, **(properties or {})}, **changes)
            return self.world.images[image_id]

        return self.world.ask(f"update_image {image_id}", act)

    async def members(self, image_id: str) -> Mapping[str, str]:
        return self.world.members.get(image_id, {})

    async def add_member(self, image_id: str, project_id: str) -> None:
        act = lambda: self.world.members.setdefault(image_id, {}).update({project_id: "pending"})  # noqa: E731  # short
        self.world.ask(f"add_member {project_id}", act)

    async def delete_image(self, image_id: str) -> None:
        def act() -> None:
            one(self.world.images, image_id)
            del self.world.images[image_id]

        self.world.ask(f"delete_image {image_id}", act)


class FakeVolumes:
    def __init__(self, world: World) -> None:
        self.world = world

    async def unavailable_because(self) -> str | None:
        return None

    async def volumes(self) -> tuple[Volume, ...]:
        self.world.settle()
        return tuple(self.world.volumes.values())

    async def volume(self, volume_id: str) -> Volume:
        self.world.settle()
        return one(self.world.volumes, volume_id)

    async def snapshots(self) -> tuple[VolumeSnapshot, ...]:
        return tuple(self.world.snapshots.values())

    async def snapshot(self, snapshot_id: str) -> VolumeSnapshot:
        self.world.settle()
        return one(self.world.snapshots, snapshot_id)

    async def delete_volume(self, volume_id: str) -> None:
        self.world.ask(f"delete_volume {volume_id}", lambda: self.world.volumes.pop(volume_id))

    async def delete_snapshot(self, snapshot_id: str) -> None:
        self.world.ask(f"delete_snapshot {snapshot_id}", lambda: self.world.snapshots.pop(snapshot_id))


class FakeNetworking:
    def __init__(self, world: World) -> None:
        self.world = world

    async def networks(self) -> tuple[Network, ...]:
        return tuple(self.world.networks.values())

    async def network(self, network_id: str) -> Network:
        return one(self.world.networks, network_id)

    async def security_groups(self) -> tuple[SecurityGroup, ...]:
        return tuple(self.world.groups.values())

    async def create_security_group(self, name: str, description: str) -> SecurityGroup:
        def act() -> SecurityGroup:
            group = SecurityGroup(id=self.world.new_id("group"), name=name)
            self.world.groups[group.id] = group
            return group

        return self.world.ask(f"create_security_group {name}", act)

    async def delete_security_group(self, group_id: str) -> None:
        self.world.ask(f"delete_security_group {group_id}", lambda: self.world.groups.pop(group_id))


class FakeCloud:
    """The `Cloud` of `imaging.cloud.interface`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.compute = FakeCompute(world)
        self.images = FakeImages(world)
        self.volumes = FakeVolumes(world)
        self.networking = FakeNetworking(world)

    async def login(self) -> Login:
        return Login(identity=IDENTITY)

    async def quota(self) -> Quota:
        return self.world.limits

    def protect(self, instance_id: str) -> None: ...

    async def close(self) -> None: ...


def small_world(clock: ManualClock) -> World:
    """`db`, running, with the volumes pgdata (vdb) and scratch (vdc), and something to launch a test with."""
    world = World(clock=clock)
    world.servers["db"] = Instance(
        id="db",
        name="db-07",
        status="ACTIVE",
        locked=False,
        image_id="base",
        flavor=InstanceFlavor(name="small", vcpus=1, ram_mib=2048, disk_gib=10),
        created_at=clock.now() - timedelta(days=30),
        metadata={"owner": "astro"},
    )
    world.images["base"] = Image(id="base", name="Ubuntu24", status="active", visibility="public", min_disk_gib=5)
    world.attached["db"] = [
        VolumeAttachment(volume_id="pgdata", device="/dev/vdb", delete_on_termination=False),
        VolumeAttachment(volume_id="scratch", device="/dev/vdc", delete_on_termination=True, tag="tmp"),
    ]
    for row in world.attached["db"]:
        uses = (VolumeUse(server_id="db", device=row.device),)
        world.volumes[row.volume_id] = Volume(id=row.volume_id, name=row.volume_id, status="in-use", uses=uses)
    world.flavors = tuple(
        Flavor(id=name, name=name, vcpus=vcpus, ram_mib=2048 * vcpus, disk_gib=10 * vcpus)
        for name, vcpus in (("small", 1), ("quad", 4), ("medium", 8), ("large", 16), ("huge", 32))
    )
    world.networks["net"] = Network(id="net", name="auto_allocated_network", subnet_ids=("subnet",))
    return world


def volume_backed(world: World, image_id: str, *snapshot_ids: str) -> None:
    """Turn an image into Nova's empty record that names volume snapshots."""
    for snapshot_id in snapshot_ids:
        world.snapshots[snapshot_id] = VolumeSnapshot(id=snapshot_id, name="", status="available")
    mapping = json.dumps([{"snapshot_id": snapshot_id} for snapshot_id in snapshot_ids])
    image = world.images[image_id]
    properties = {**image.properties, "block_device_mapping": mapping}
    properties.pop("instance_uuid", None)
    world.set_image(image_id, status="active", size_bytes=0, properties=properties)

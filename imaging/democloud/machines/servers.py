"""Servers made and deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from imaging.democloud.console_output import switch_on
from imaging.democloud.machines import attachments, image_creation
from imaging.democloud.machines.phases import Phase, begin, finish_action, note_action, play
from imaging.democloud.machines.sealing import begin_seal
from imaging.democloud.machines.volumes import delete_volume, make_volume
from imaging.democloud.records.disk import Disk
from imaging.democloud.records.image import Image
from imaging.democloud.records.network import Network, Port
from imaging.democloud.records.server import Attachment, Flavor, Server
from imaging.democloud.records.volume import Volume
from imaging.democloud.world import World

_GIB = 1024**3
_SCHEDULING_SECONDS, _MAPPING_SECONDS, _SPAWNING_SECONDS = 1.5, 1.0, 2.5
_NO_HOST = "No valid host was found. There are not enough hosts available."


@dataclass
class Order:
    """A launch that the API has accepted."""

    name: str
    project_id: str
    user_id: str
    flavor: Flavor
    image: Image | None
    networks: Sequence[Network]
    security_groups: list[str]
    request_id: str
    metadata: dict[str, str] = field(default_factory=dict)
    mappings: Sequence[dict[str, Any]] = ()
    """Block devices, as in `block_device_mapping_v2`."""
    user_data: str | None = None
    config_drive: bool = False
    key_name: str | None = None
    description: str | None = None
    tags: list[str] = field(default_factory=list)


def launch(world: World, order: Order) -> Server:
    """Begin to build a server."""
    image = order.image
    mappings = list(order.mappings) or _mappings_of(image)
    volume_backed = any(
        one.get("boot_index") in {0, "0"} and one.get("destination_type") == "volume" for one in mappings
    )
    server = Server(
        id=world.ids.fresh(),
        name=order.name,
        project_id=order.project_id,
        user_id=order.user_id,
        flavor=order.flavor,
        created_at=world.now(),
        updated_at=world.now(),
        disk=image.disk if image else Disk(),
        # V9: shown as the empty text, also where the launch named an image.
        image_id=None if volume_backed or image is None else image.id,
        image_properties=dict(image.properties) if image else {},
        image_min_ram=image.min_ram if image else 0,
        image_min_disk=image.min_disk if image else 0,
        metadata=dict(order.metadata),
        tags=list(order.tags),
        description=order.description,
        key_name=order.key_name,
        user_data=order.user_data,
        config_drive=order.config_drive,
        security_groups=list(order.security_groups),
        serial=world.number(),
    )
    server.secret = world.ids.secret(server.id)
    world.servers[server.id] = server
    _Building(world, server, order, mappings)
    return server


def _mappings_of(image: Image | None) -> list[dict[str, Any]]:
    """What the empty image of a volume-backed server names."""
    text = image.properties.get("block_device_mapping") if image else None
    return list(json.loads(text)) if text else []


class _Building:
    """A server on its way from `scheduling` to ACTIVE, or to ERROR."""

    def __init__(self, world: World, server: Server, order: Order, mappings: list[dict[str, Any]]) -> None:
        self._world, self._server, self._order, self._mappings = world, server, order, mappings
        self._hook = world.hook("spawn", server.name)
        self._action = note_action(
            world, server, "create", order.request_id, order.user_id, "compute__do_build_and_run_instance"
        )
        self._job = begin(server)
        world.turn_server(server, task_state="scheduling")
        world.after(_SCHEDULING_SECONDS, self._connect)

    def _connect(self) -> None:
        if self._server.job != self._job:
            return
        for network in self._order.networks:
            add_port(self._world, self._server, network)
        self._world.turn_server(self._server, task_state="networking")
        # Only now, on the host: the API said yes a second ago (N10, V9).
        trouble = _trouble(self._world, self._order, self._mappings)
        if trouble:
            self._fail(trouble)
        elif self._mappings:
            self._world.turn_server(self._server, task_state="block_device_mapping")
            self._world.after(_MAPPING_SECONDS, self._spawn)
        else:
            self._spawn()

    def _spawn(self) -> None:
        if self._server.job != self._job:
            return
        for mapping in self._mappings:
            _add_volume(self._world, self._server, mapping)
        up = {} if self._hook.fail else {"vm_state": "active", "power_state": 1}
        phases = [Phase(0, {"task_state": "spawning"}), Phase(_SPAWNING_SECONDS, {"task_state": None, **up})]
        play(self._world, self._server, phases, delay=self._hook.delay, done=self._done)

    def _done(self) -> None:
        if self._hook.fail:
            no_host = self._hook.fail.startswith("No valid host")
            self._fail(self._hook.text or (_NO_HOST if no_host else _exhausted(self._server)))
            return
        # Last of all: until it is set nobody but Nova can have attached a volume.
        self._server.launched_at = self._world.now()
        switch_on(self._server, self._world.now())
        self._server.shows_host_keys = True
        begin_seal(self._world, self._server)
        finish_action(self._world, self._action)

    def _fail(self, why: str) -> None:
        begin(self._server)
        self._server.fault = (500, why, self._world.now())
        self._world.turn_server(self._server, vm_state="error", task_state=None, power_state=0)
        finish_action(self._world, self._action, error=why)


def _exhausted(server: Server) -> str:
    return (
        "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures "
        f"for instance {server.id}."
    )


def _trouble(world: World, order: Order, mappings: list[dict[str, Any]]) -> str | None:
    """Why the host cannot build it, although the API said yes."""
    for mapping in mappings:
        snapshot = world.snapshots.get(mapping.get("snapshot_id") or mapping.get("uuid") or "")
        # V9: the image is active before its snapshots are.
        if snapshot is not None and snapshot.status != "available":
            return (
                "Build of instance aborted: Invalid input received: Invalid snapshot: Originating snapshot status "
                "must be one of 'available' values (HTTP 400)"
            )
    image, room = order.image, order.flavor.disk * _GIB
    # N10: the API has compared everything but the virtual size.
    if image is not None and not mappings and room and (image.virtual_size or 0) > room:
        return (
            "Build of instance aborted: Flavor's disk is too small for requested image. "
            f"Flavor disk is {room} bytes, image is {image.virtual_size} bytes."
        )
    return None


def add_port(world: World, server: Server, network: Network) -> Port:
    """Give a server an address on a network."""
    place = world.number()
    subnet = network.subnets[0]
    first, second = subnet.cidr.split(".")[:2]
    port = Port(
        id=world.ids.fresh(),
        network_id=network.id,
        subnet_id=subnet.id,
        project_id=server.project_id,
        server_id=server.id,
        address=f"{first}.{second}.{place // 250 % 250}.{place % 250 + 4}",
        mac=f"fa:16:3e:{place >> 16 & 255:02x}:{place >> 8 & 255:02x}:{place & 255:02x}",
        created_at=world.now(),
        security_groups=list(server.security_groups) if network.port_security else [],
    )
    world.ports[port.id] = port
    world.addresses_given += 1
    server.port_ids.append(port.id)
    return port


def _add_volume(world: World, server: Server, mapping: dict[str, Any]) -> None:
    volume = _volume_for(world, server, mapping)
    if volume is None:
        return
    index = mapping.get("boot_index")
    root = index in {0, "0"}
    attachment = Attachment(
        volume_id=volume.id,
        device="/dev/vda" if root else attachments.next_device(server),
        boot_index=0 if root else None,
        delete_on_termination=bool(mapping.get("delete_on_termination")),
        tag=mapping.get("tag"),
        attachment_id=world.ids.fresh(),
        bdm_id=world.ids.fresh(),
    )
    server.attachments.append(attachment)
    attachments.use(world, server, volume, attachment)
    if root and volume.disk is not None:
        server.disk = volume.disk


def _volume_for(world: World, server: Server, mapping: dict[str, Any]) -> Volume | None:
    """The volume that a block device names, or a new one from the image or snapshot that it names."""
    source = mapping.get("source_type")
    if source == "volume":
        return world.volumes.get(str(mapping.get("uuid") or mapping.get("volume_id")))
    snapshot = world.snapshots.get(str(mapping.get("uuid") or mapping.get("snapshot_id")))
    image = world.images.get(str(mapping.get("uuid") or mapping.get("image_id")))
    if mapping.get("destination_type") != "volume":
        return None
    size = int(mapping.get("volume_size") or (snapshot.size if snapshot else 0) or server.flavor.disk or 1)
    return make_volume(
        world,
        name="",
        size=size,
        project_id=server.project_id,
        user_id=server.user_id,
        snapshot_id=snapshot.id if snapshot else None,
        disk=snapshot.disk if snapshot else None,
        image=image,
    )


def delete(world: World, server: Server, request_id: str, user_id: str) -> None:
    """Begin to delete a server; for half a second it can still be read as DELETED."""
    note_action(world, server, "delete", request_id, user_id, "compute_terminate_instance")
    # V6: an unfinished image goes with its server.
    image_creation.abandon(world, server)
    hook = world.hook("destroy", server.name)
    # A server that never came up has nothing on a host to be cleared away.
    seconds = 0.2 if server.vm_state == "error" else 1.5
    play(
        world,
        server,
        [
            Phase(0, {"task_state": "deleting"}),
            Phase(seconds, {"vm_state": "deleted", "task_state": None, "power_state": 0}),
        ],
        delay=hook.delay,
        done=lambda: _clear_away(world, server),
    )


def _clear_away(world: World, server: Server) -> None:
    server.terminated_at = world.now()
    server.booted_at = None
    server.locked_by = server.locked_reason = None
    for port_id in server.port_ids:
        world.ports.pop(port_id, None)
    world.addresses_given += 1
    server.port_ids = []
    for attachment in server.attachments:
        volume = world.volumes.get(attachment.volume_id)
        if volume is None:
            continue
        attachments.release(world, server, volume)
        # Any volume: Nova deletes one that somebody attached with this flag as well.
        if attachment.delete_on_termination:
            delete_volume(world, volume)
    server.attachments = []

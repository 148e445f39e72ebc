"""createImage: a snapshot of the root disk, or of the volumes of a volume-backed server."""

from __future__ import annotations

import json
from typing import Any

from imaging.democloud.image_bytes.disks import DiskContent, disk_named
from imaging.democloud.machines.phases import Phase, finish_action, note_action, play
from imaging.democloud.machines.volumes import make_snapshot
from imaging.democloud.records.image import Image
from imaging.democloud.records.server import Action, Server
from imaging.democloud.world import World

_GIB = 1024**3
_NOT_INHERITED = {
    "block_device_mapping", "bdm_v2", "root_device_name", "cache_in_nova", "bittorrent",
    "img_signature", "img_signature_hash_method", "img_signature_key_type", "img_signature_certificate_uuid",
}  # fmt: skip
_MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"


def create_image(
    world: World, server: Server, name: str, properties: dict[str, str], *, request_id: str, user_id: str
) -> Image:
    """Begin to make an image of a server. Glance has it at once."""
    image = _register(world, server, name, properties, user_id)
    action = note_action(world, server, "createImage", request_id, user_id, "compute_snapshot_instance")
    if server.root_attachment is None:
        _snapshot_disk(world, server, image, action)
    else:
        _snapshot_volumes(world, server, image)
        finish_action(world, action)
    return image


def _register(world: World, server: Server, name: str, properties: dict[str, str], user_id: str) -> Image:
    # V24: everything else is passed on to every descendant, our own notes included.
    inherited = {key: value for key, value in server.image_properties.items() if key not in _NOT_INHERITED}
    own = {
        # An instance of an instance's image names the first of its line.
        "base_image_ref": server.image_properties.get("base_image_ref") or server.image_id or "",
        "boot_roles": "member,reader",
        "image_type": "snapshot",
        "owner_project_name": world.projects[server.project_id].name,
        "owner_user_name": world.users[user_id].name,
        "user_id": user_id,
    }
    if server.locked_reason is not None:
        # V24: Nova keeps it among what it noted of the image, and so it is passed on with that.
        own["locked_reason"] = server.locked_reason
    if server.root_attachment is None:
        # V7: of a volume-backed server Nova does not write which one it was.
        own["instance_uuid"] = server.id
    image = Image(
        id=world.ids.fresh(),
        name=name,
        owner=server.project_id,
        created_at=world.now(),
        updated_at=world.now(),
        # N9, V8: a small disk in a large flavor makes an image that no small flavor can launch.
        min_disk=max(server.image_min_disk, server.flavor.disk),
        min_ram=server.image_min_ram,
        properties={**inherited, **own, **properties},
        disk=server.disk,
        serial=world.number(),
    )
    world.images[image.id] = image
    # N3: in Glance at once, without a format and without a byte.
    world.turn_image(image, "queued")
    return image


def _snapshot_disk(world: World, server: Server, image: Image, action: Action) -> None:
    taking, sending = world.hook("snapshot", server.name), world.hook("upload", server.name)
    in_snapshot, in_upload = taking.delay, taking.delay + sending.delay
    # `play` below takes this number: another job on the server ends this one.
    job = server.job + 1

    def still() -> bool:
        """Whether this is still what the server does, and the image has not been deleted under it."""
        return server.job == job and image.id in world.images

    def send() -> None:
        if not still():
            return
        if taking.fail:
            _fail(world, server, image, action, taking.fail)
            return
        image.disk_format, image.container_format = "qcow2", "bare"
        image.properties |= {"image_location": "snapshot", "image_state": "available", "owner_id": server.project_id}
        world.turn_image(image, "saving")

    def finish() -> None:
        if not still():
            return
        if sending.fail:
            _fail(world, server, image, action, sending.fail)
            return
        _fill(server, image)
        world.turn_image(image, "active")
        finish_action(world, action)

    play(
        world,
        server,
        [
            Phase(0, {"task_state": "image_snapshot_pending"}),
            Phase(0.5, {"task_state": "image_snapshot"}),
            Phase(2.0 + in_snapshot, {"task_state": "image_pending_upload"}),
            Phase(4.0 + in_snapshot, {"task_state": "image_uploading"}),
            # V4: 0.4 s after the image is active.
            Phase(8.4 + in_upload, {"task_state": None}),
        ],
    )
    world.after(4.0 + in_snapshot, send)
    world.after(8.0 + in_upload, finish)


def _fill(server: Server, image: Image) -> None:
    name = disk_named(server.disk.recording, server.disk.system)
    image.content = content = DiskContent(name, "qcow2", server.flavor.disk * _GIB)
    image.size, image.virtual_size = content.size, content.virtual_bytes
    image.checksum, image.os_hash_value = content.sums.md5, content.sums.sha512


def _fail(world: World, server: Server, image: Image, action: Action, why: str) -> None:
    """A snapshot that fails on the host: the image is deleted, the server is idle again, nobody says why."""
    server.job += 1
    world.gone("image", image)
    world.turn_server(server, task_state=None)
    finish_action(world, action, error=why)


def abandon(world: World, server: Server) -> None:
    """The server is deleted: what it was being imaged into goes too, unless it is complete."""
    for image in list(world.images.values()):
        if image.properties.get("instance_uuid") == server.id and image.status in {"queued", "saving"}:
            world.gone("image", image)


def _snapshot_volumes(world: World, server: Server, image: Image) -> None:
    """Nova does not wait for the volume snapshots: the image, which is empty, is active at once."""
    image.properties |= {
        "bdm_v2": "True",
        "root_device_name": "/dev/vda",
        "block_device_mapping": json.dumps([_mapping(world, server, place, image.name) for place in _in_order(server)]),
    }
    # The flavor's disk plays no part here: the root volume has a size of its own.
    root = server.root_attachment
    if root is not None:
        image.min_disk = max(server.image_min_disk, world.volumes[root.volume_id].size)
    image.disk_format, image.container_format = "qcow2", "bare"
    # N5, V9: empty, with the checksum of nothing, and active at once.
    image.size, image.checksum = 0, _MD5_OF_NOTHING
    world.turn_image(image, "active")


def _in_order(server: Server) -> list[int]:
    # The root first, the others as they were attached.
    return sorted(range(len(server.attachments)), key=lambda place: server.attachments[place].boot_index != 0)


def _mapping(world: World, server: Server, place: int, image_name: str) -> dict[str, Any]:
    attachment = server.attachments[place]
    volume = world.volumes[attachment.volume_id]
    snapshot = make_snapshot(world, volume, f"snapshot for {image_name}")
    return {
        "source_type": "snapshot",
        "destination_type": "volume",
        "snapshot_id": snapshot.id,
        "boot_index": attachment.boot_index,
        # N4: copied from the source, so that clones of data volumes stay behind (V9).
        "delete_on_termination": attachment.delete_on_termination,
        "volume_size": volume.size,
        "device_name": attachment.device,
        "disk_bus": "virtio",
        "device_type": "disk",
        "volume_id": None,
        "image_id": None,
        "volume_type": None,
        "guest_format": None,
        "no_device": None,
        "tag": attachment.tag,
        "encrypted": None,
        "encryption_format": None,
        "encryption_options": None,
        "encryption_secret_uuid": None,
    }

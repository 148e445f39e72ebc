"""Volumes and their snapshots: made and deleted."""

from __future__ import annotations

from imaging.democloud.records.disk import Disk
from imaging.democloud.records.image import Image
from imaging.democloud.records.volume import Snapshot, Volume
from imaging.democloud.world import World

_VOLUME_SECONDS = 0.7
_SNAPSHOT_SECONDS = 2.5
_DELETE_SECONDS = 0.7


def make_volume(
    world: World,
    *,
    name: str,
    size: int,
    project_id: str,
    user_id: str,
    snapshot_id: str | None = None,
    disk: Disk | None = None,
    image: Image | None = None,
) -> Volume:
    """A new volume, on its way from creating to available."""
    volume = Volume(
        id=world.ids.fresh(),
        name=name,
        size=size,
        project_id=project_id,
        user_id=user_id,
        created_at=world.now(),
        snapshot_id=snapshot_id,
        bootable=(disk or image) is not None,
        disk=image.disk if image and disk is None else disk,
        image_metadata=_image_metadata(image) if image else {},
        serial=world.number(),
    )
    world.volumes[volume.id] = volume
    hook = world.hook("create_volume", name)

    def done() -> None:
        # Deleted meanwhile: it must not come back.
        if volume.status == "creating":
            world.turn_volume(volume, "error" if hook.fail else "available")

    world.after(_VOLUME_SECONDS + hook.delay, done)
    return volume


def _image_metadata(image: Image) -> dict[str, str]:
    """What a volume tells about the image that it was made from; all of it texts."""
    known = {
        "image_id": image.id,
        "image_name": image.name,
        "checksum": image.checksum or "",
        "container_format": image.container_format or "",
        "disk_format": image.disk_format or "",
        "min_disk": str(image.min_disk),
        "min_ram": str(image.min_ram),
        "size": str(image.size or 0),
    }
    return {**image.properties, **known}


def delete_volume(world: World, volume: Volume) -> None:
    """Begin to delete a volume that nothing uses."""
    world.turn_volume(volume, "deleting")
    world.after(_DELETE_SECONDS, lambda: world.gone("volume", volume))


def make_snapshot(world: World, volume: Volume, name: str, description: str | None = None) -> Snapshot:
    """A snapshot of a volume, on its way from creating to available."""
    snapshot = Snapshot(
        id=world.ids.fresh(),
        name=name,
        volume_id=volume.id,
        size=volume.size,
        project_id=volume.project_id,
        user_id=volume.user_id,
        created_at=world.now(),
        description=description,
        disk=volume.disk,
        serial=world.number(),
    )
    world.snapshots[snapshot.id] = snapshot

    def done() -> None:
        # The same.
        if snapshot.status == "creating":
            world.turn_snapshot(snapshot, "available")

    world.after(_SNAPSHOT_SECONDS, done)
    return snapshot


def delete_snapshot(world: World, snapshot: Snapshot) -> None:
    """Begin to delete a snapshot."""
    world.turn_snapshot(snapshot, "deleting")
    world.after(_DELETE_SECONDS, lambda: world.gone("snapshot", snapshot))

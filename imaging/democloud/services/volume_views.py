"""How Cinder shows volumes and snapshots, in each microversion."""

from __future__ import annotations

from imaging.democloud.clock import microseconds
from imaging.democloud.records.volume import Snapshot, Volume, VolumeUse
from imaging.democloud.web.call import Call, Json


def _links(call: Call, volume: Volume) -> list[Json]:
    return [
        {"rel": "self", "href": f"{call.base}/volume/v3/volumes/{volume.id}"},
        {"rel": "bookmark", "href": f"{call.base}/volume/volumes/{volume.id}"},
    ]


def volume_brief(call: Call, volume: Volume) -> Json:
    """A line of the short list."""
    return {"id": volume.id, "name": volume.name, "links": _links(call, volume)}


def volume_view(call: Call, volume: Volume, *, made: bool = False) -> Json:
    """A volume; right after it was made, without its project."""
    view: Json = {
        "id": volume.id,
        "status": volume.status,
        "size": volume.size,
        "availability_zone": "nova",
        "created_at": microseconds(volume.created_at),
        "updated_at": microseconds(volume.updated_at),
        "name": volume.name,
        "description": volume.description,
        "volume_type": "__DEFAULT__",
        "snapshot_id": volume.snapshot_id,
        "source_volid": volume.source_volid,
        "metadata": dict(volume.metadata),
        "links": _links(call, volume),
        "user_id": volume.user_id,
        # Cinder writes this one as a text.
        "bootable": str(volume.bootable).lower(),
        "encrypted": False,
        "replication_status": None,
        "consistencygroup_id": None,
        "multiattach": volume.multiattach,
        "attachments": [_use_view(volume, one) for one in volume.uses],
    }
    if volume.image_metadata:
        view["volume_image_metadata"] = dict(volume.image_metadata)
    if call.version >= (3, 13):
        view["group_id"] = None
    if call.version >= (3, 48):
        view |= {"shared_targets": False, "service_uuid": "83ed55e4-dc71-4a2b-a468-c5c34949c472"}
    if call.version >= (3, 65):
        view["consumes_quota"] = True
    if not made:
        view["os-vol-tenant-attr:tenant_id"] = volume.project_id
    return view


def _use_view(volume: Volume, use: VolumeUse) -> Json:
    return {
        "id": volume.id,
        "attachment_id": use.attachment_id,
        "volume_id": volume.id,
        "server_id": use.server_id,
        "host_name": None,
        "device": use.device,
        "attached_at": microseconds(use.attached_at),
    }


def attachment_view(volume: Volume, use: VolumeUse) -> Json:
    """A line of Cinder's own list of attachments."""
    return {"id": use.attachment_id, "status": "attached", "instance": use.server_id, "volume_id": volume.id}


def snapshot_brief(_call: Call, snapshot: Snapshot) -> Json:
    """A line of the short list."""
    return {
        "id": snapshot.id,
        "created_at": microseconds(snapshot.created_at),
        "updated_at": microseconds(snapshot.updated_at),
        "name": snapshot.name,
        "description": snapshot.description,
        "volume_id": snapshot.volume_id,
        "status": snapshot.status,
        "size": snapshot.size,
        "metadata": dict(snapshot.metadata),
    }


def snapshot_view(call: Call, snapshot: Snapshot, *, made: bool = False) -> Json:
    """A snapshot; right after it was made, without project and progress."""
    view = snapshot_brief(call, snapshot)
    if not made:
        progress = "100%" if snapshot.status == "available" else "0%"
        view |= {
            "os-extended-snapshot-attributes:project_id": snapshot.project_id,
            "os-extended-snapshot-attributes:progress": progress,
        }
    if call.version >= (3, 14):
        view["group_snapshot_id"] = None
    if call.version >= (3, 41):
        view["user_id"] = snapshot.user_id
    return view

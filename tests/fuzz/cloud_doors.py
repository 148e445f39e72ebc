"""What a cloud answers: every reader, and what is made of what it read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from imaging.cloud.readers.flavor import read_flavor
from imaging.cloud.readers.image import read_image, read_members
from imaging.cloud.readers.instance import read_action, read_attachment, read_instance, read_port
from imaging.cloud.readers.network import read_network, read_security_group
from imaging.cloud.readers.quota import read_compute_limits, read_image_usage, read_volume_limits
from imaging.cloud.readers.volume import read_snapshot, read_volume
from imaging.commands.documents.image import image_document
from imaging.commands.documents.instance import instance_document
from imaging.guidelines.checklist import judge
from imaging.guidelines.lineage.list_notes import ImageNotes
from imaging.guidelines.lineage.succession import DeletionFacts, deletion_hindrances, likely_older
from models.cloud.login import Login
from models.cloud.quota import Quota
from screens.images import rows as image_rows
from screens.images.history import ImageHistory
from screens.images.order import orders as image_orders
from screens.instances.table import rows as instance_rows
from screens.instances.table.details import details
from screens.instances.table.entry import InstanceEntry
from screens.order import Sorting
from screens.style.glyphs import UNICODE
from tests.fuzz.door import Door
from tests.guidelines.building import facts, profile
from tests.support.known import known

_WHEN = "2026-11-01T12:00:00Z"
_GROUPS = [{"id": "g", "name": "default", "created_at": _WHEN, "security_group_rules": [
    {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22,
     "remote_ip_prefix": "0.0.0.0/0", "remote_group_id": None, "id": "r"}]}]  # fmt: skip
INSTANCE = {
    "id": "0b9f3f33-3d1c-4f3e-9f55-8d3a7f1b2c4d", "name": "db-07", "status": "ACTIVE", "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active", "OS-EXT-STS:power_state": 1, "locked": True, "locked_reason": "why",
    "image": {"id": "i"}, "key_name": "k", "user_id": "u", "tenant_id": "t", "created": _WHEN, "updated": _WHEN,
    "flavor": {"vcpus": 2, "ram": 4096, "disk": 20, "ephemeral": 0, "swap": 0, "original_name": "m1.small"},
    "OS-SRV-USG:launched_at": "2026-11-01T12:00:00.000000", "metadata": {"a": "b"}, "tags": ["x"],
    "addresses": {"net": [{"addr": "10.0.0.7", "version": 4, "OS-EXT-IPS:type": "fixed"}]},
    "os-extended-volumes:volumes_attached": [{"id": "v", "delete_on_termination": False}],
    "security_groups": [{"name": "default"}], "fault": {"message": "m", "code": 500},
    "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
}  # fmt: skip
IMAGE = {
    "id": "i", "name": "n", "status": "active", "visibility": "shared", "owner": "t", "size": 1, "virtual_size": 2,
    "min_disk": 3, "min_ram": 4, "disk_format": "qcow2", "container_format": "bare", "protected": False,
    "os_hidden": False, "created_at": _WHEN, "updated_at": _WHEN, "tags": ["x"], "description": "d\ne",
    "instance_uuid": "s", "os_distro": "ubuntu", "os_version": "24.04", "hw_disk_bus": "virtio",
    "block_device_mapping": '[{"snapshot_id": "s", "boot_index": 0, "volume_size": 1}]', "imaging.run": "1",
    "imaging.source": "s", "imaging.verdict": "booted", "imaging.verdict.image": "i", "bdm": [1],
}  # fmt: skip


def _instance(raw: dict[str, Any]) -> None:
    instance = read_instance(raw)
    if instance is None:
        return
    login = _login()
    entry = InstanceEntry(instance, instance_rows.is_anothers(instance, login))
    list(instance_rows.cells(entry, UNICODE))
    list(details(entry, UNICODE))
    instance_rows.matching([entry], "db", UNICODE)
    instance_document(instance, login).model_dump_json()
    judge(facts(instance=instance), profile())


def _image(raw: dict[str, Any]) -> None:
    image = read_image(raw)
    if image is None:
        return
    login = _login()
    history = ImageHistory()
    list(image_rows.cells(image, login, history, UNICODE))
    owner = login.identity.project_id
    notes = ImageNotes([image], profile(), datetime(2026, 12, 1, tzinfo=UTC), image.owner or owner).of(image)
    image_rows.facts_of(image, history, UNICODE, notes)
    likely_older(image.name, [image], project_id=image.owner)
    deletion_hindrances(DeletionFacts(image=image, newer=image, members={}, instances=()), owner)
    image_rows.description_of(image)
    image_rows.matching([image], "n")
    order = image_orders(lambda: login, lambda: history)
    for column in order.columns:
        order.sorted([image], Sorting(column))
    image_document(image, login, notes).model_dump_json()


def _login() -> Login:
    return known(facts().login)


def _mapping(read: Any) -> Any:
    """Readers get rows that are objects; anything else is left out before."""
    return lambda raw: read(raw) if isinstance(raw, dict) else None


DOORS = tuple(
    Door("cloud answers", name, _mapping(read), documents=[good])
    for name, read, good in (
        ("an instance", _instance, INSTANCE),
        ("an image", _image, IMAGE),
        ("an attachment", read_attachment,
         {"volumeId": "v", "device": "/dev/vdb", "tag": "t", "delete_on_termination": True, "bdm_uuid": "b"}),
        ("a port", read_port, {"port_id": "p", "net_id": "n", "fixed_ips": [{"ip_address": "10.0.0.7"}]}),
        ("an action", read_action, {"action": "stop", "request_id": "r", "start_time": _WHEN, "message": None}),
        ("a flavor", read_flavor,
         {"id": "1", "name": "m1", "vcpus": 1, "ram": 512, "disk": 1, "swap": "", "extra_specs": {"a": "b"},
          "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": False}),
        ("a volume", read_volume,
         {"id": "v", "name": "n", "status": "in-use", "size": 1, "bootable": "true", "multiattach": False,
          "attachments": [{"server_id": "s", "device": "/dev/vdb", "attached_at": _WHEN, "volume_id": "v"}],
          "snapshot_id": None, "created_at": _WHEN}),
        ("a snapshot", read_snapshot,
         {"id": "s", "name": "n", "status": "available", "size": 1, "volume_id": "v", "created_at": _WHEN}),
        ("a network", read_network,
         {"id": "n", "name": "n", "status": "ACTIVE", "shared": False, "subnets": ["s"], "router:external": False,
          "port_security_enabled": True}),
        ("a security group", read_security_group, _GROUPS[0]),
        ("members", read_members, {"members": [{"member_id": "p", "status": "accepted"}]}),
        ("compute limits", lambda raw: read_compute_limits(raw, Quota()),
         {"limits": {"absolute": {"maxTotalInstances": 10, "totalInstancesUsed": 1, "maxTotalCores": -1,
                                  "totalCoresUsed": 2, "maxTotalRAMSize": 1, "totalRAMUsed": 0,
                                  "maxServerMeta": 128}}}),
        ("volume limits", lambda raw: read_volume_limits(raw, Quota()),
         {"limits": {"absolute": {"maxTotalVolumes": 10, "totalVolumesUsed": 1, "maxTotalVolumeGigabytes": 1,
                                  "totalGigabytesUsed": 1, "maxTotalSnapshots": 1, "totalSnapshotsUsed": 0}}}),
        ("image usage", lambda raw: read_image_usage(raw, Quota()),
         {"usage": {"image_count_total": {"usage": 1, "limit": 2}, "image_size_total": {"usage": 1, "limit": 2}}}),
    )
)  # fmt: skip

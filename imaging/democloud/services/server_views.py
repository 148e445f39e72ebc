"""How Nova shows a server, in each microversion."""

from __future__ import annotations

from typing import Any

from imaging.democloud.clock import microseconds, whole_seconds
from imaging.democloud.host_names import host_name
from imaging.democloud.ids import seed_hex
from imaging.democloud.records.server import Attachment, Flavor, Server
from imaging.democloud.web.call import Call, Json, Version
from imaging.democloud.world import World

_STATUS = {
    "active": "ACTIVE",
    "building": "BUILD",
    "deleted": "DELETED",
    "error": "ERROR",
    "paused": "PAUSED",
    "rescued": "RESCUE",
    "resized": "VERIFY_RESIZE",
    "shelved": "SHELVED",
    "shelved_offloaded": "SHELVED_OFFLOADED",
    "stopped": "SHUTOFF",
    "suspended": "SUSPENDED",
}
_REBOOTING = {"reboot_pending", "reboot_started", "rebooting"}
_WITHOUT_FAULT = {"ACTIVE", "BUILD", "SHUTOFF", "SUSPENDED", "PAUSED", "SHELVED", "SHELVED_OFFLOADED"}


def status_of(server: Server) -> str:
    """The word in capitals that Nova makes of vm state and task state."""
    if server.vm_state == "active" and server.task_state in _REBOOTING:
        return "REBOOT"
    if server.vm_state in {"active", "stopped"} and server.task_state in {"resize_prep", "resize_migrating"}:
        return "RESIZE"
    return _STATUS.get(server.vm_state, "UNKNOWN")


def links(call: Call, kind: str, thing_id: str) -> list[Json]:
    """The two links that Nova gives for everything."""
    return [
        {"rel": "self", "href": f"{call.base}/compute/v2.1/{kind}/{thing_id}"},
        {"rel": "bookmark", "href": f"{call.base}/compute/{kind}/{thing_id}"},
    ]


def brief_view(call: Call, server: Server) -> Json:
    """A line of the short list."""
    return {"id": server.id, "name": server.name, "links": links(call, "servers", server.id)}


def full_view(call: Call, server: Server, *, listed: bool = False) -> Json:
    """A server as `GET /servers/ID` shows it, or as a line of the detailed list."""
    status = status_of(server)
    view: Json = {
        "accessIPv4": "",
        "accessIPv6": "",
        "addresses": _addresses(call.world, server),
        "created": whole_seconds(server.created_at),
        "flavor": _flavor(call, server.flavor),
        "hostId": _host_id(server),
        "id": server.id,
        # V9: a mapping, or the empty text for a volume-backed server.
        "image": _image(call, server),
        "links": links(call, "servers", server.id),
        "metadata": dict(server.metadata),
        "name": server.name,
        "status": status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "updated": whole_seconds(server.updated_at),
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": "nova" if server.launched_at else "",
        "config_drive": "True" if server.config_drive else "",
        "key_name": server.key_name,
        "OS-SRV-USG:launched_at": microseconds(server.launched_at),
        "OS-SRV-USG:terminated_at": microseconds(server.terminated_at),
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:power_state": server.power_state,
        "os-extended-volumes:volumes_attached": _volumes(server, call.version),
    }
    if status in {"ACTIVE", "BUILD", "REBOOT"}:
        view["progress"] = 0
    # Kept, but shown only while the server is in error.
    if server.fault is not None and status not in _WITHOUT_FAULT:
        code, message, at = server.fault
        view["fault"] = {"code": code, "created": whole_seconds(at), "message": message}
    if server.security_groups and server.vm_state != "deleted":
        view["security_groups"] = [{"name": name} for name in _group_names(call.world, server)]
    _add_later_fields(view, call, server, listed=listed)
    return view


def _add_later_fields(view: Json, call: Call, server: Server, *, listed: bool) -> None:
    later: list[tuple[int, str, Any]] = [
        (9, "locked", server.locked_by is not None),
        (19, "description", server.description),
        (26, "tags", list(server.tags)),
        (63, "trusted_image_certificates", None),
        (73, "locked_reason", server.locked_reason),
        (90, "OS-EXT-SRV-ATTR:hostname", host_name(server.name)),
        (96, "pinned_availability_zone", None),
    ]
    if not listed:
        later.append((71, "server_groups", []))
    view.update({name: value for minor, name, value in later if call.version >= (2, minor)})


def _addresses(world: World, server: Server) -> Json:
    """By the *names* of the networks."""
    addresses: dict[str, list[Json]] = {}
    for port_id in server.port_ids:
        port = world.ports[port_id]
        # V29: two networks of one name fall together here.
        row = addresses.setdefault(world.networks[port.network_id].name, [])
        row.append(_address(port.address, "fixed", port.mac))
        if port.floating_address:
            row.append(_address(port.floating_address, "floating", port.mac))
    return addresses


def _address(address: str, kind: str, mac: str) -> Json:
    return {"version": 4, "addr": address, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac}


def _flavor(call: Call, flavor: Flavor) -> Json:
    # The id alone before, everything but the id afterwards.
    if call.version < (2, 47):
        return {"id": flavor.id, "links": links(call, "flavors", flavor.id)[1:]}
    return {
        "vcpus": flavor.vcpus,
        "ram": flavor.ram,
        "disk": flavor.disk,
        "ephemeral": flavor.ephemeral,
        "swap": flavor.swap,
        "original_name": flavor.name,
        "extra_specs": dict(flavor.extra_specs),
    }


def _image(call: Call, server: Server) -> Json | str:
    if server.image_id is None:
        return ""
    return {
        "id": server.image_id,
        "links": [{"rel": "bookmark", "href": f"{call.base}/compute/images/{server.image_id}"}],
    }


def _host_id(server: Server) -> str:
    on_host = server.launched_at is not None and server.vm_state != "shelved_offloaded"
    return seed_hex("host", server.project_id) + "demo0001" if on_host else ""


def _volumes(server: Server, version: Version) -> list[Json]:
    if version < (2, 3):
        return [{"id": one.volume_id} for one in server.attachments]
    return [{"id": one.volume_id, "delete_on_termination": one.delete_on_termination} for one in server.attachments]


def _group_names(world: World, server: Server) -> list[str]:
    return [world.security_groups[one].name for one in server.security_groups if one in world.security_groups]


def attachment_view(server: Server, attachment: Attachment, version: Version) -> Json:
    """A line of `os-volume_attachments`; 2.89 took away `id` and gave the ids of attachment and mapping."""
    view: Json = {"id": attachment.volume_id} if version < (2, 89) else {}
    view |= {"volumeId": attachment.volume_id, "serverId": server.id, "device": attachment.device}
    if version >= (2, 70):
        view["tag"] = attachment.tag
    if version >= (2, 79):
        view["delete_on_termination"] = attachment.delete_on_termination
    if version >= (2, 89):
        view |= {"attachment_id": attachment.attachment_id, "bdm_uuid": attachment.bdm_id}
    return view

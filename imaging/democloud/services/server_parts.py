"""Nova: what hangs on a server: metadata, tags, interfaces, volumes, actions."""

from __future__ import annotations

from starlette.responses import Response

from imaging.democloud.clock import microseconds
from imaging.democloud.machines import attachments
from imaging.democloud.records.server import Action, Attachment, Server
from imaging.democloud.records.volume import Volume
from imaging.democloud.services.server_rules import (
    check_metadata,
    check_metadata_quota,
    find_server,
    require_state,
    require_unlocked,
)
from imaging.democloud.services.server_views import attachment_view
from imaging.democloud.web.call import Call, Json, answer, nothing
from imaging.democloud.web.errors import Refusal

_ATTACHABLE = {"active", "stopped", "paused", "soft-delete", "resized", "suspended", "shelved", "shelved_offloaded"}


async def list_metadata(call: Call) -> Response:
    """GET metadata."""
    return answer({"metadata": dict(find_server(call).metadata)})


async def add_metadata(call: Call) -> Response:
    """POST metadata: keys added or replaced, the others stay."""
    return _write_metadata(call, await call.json(), keep=True)


async def replace_metadata(call: Call) -> Response:
    """PUT metadata: nothing else stays."""
    return _write_metadata(call, await call.json(), keep=False)


def _write_metadata(call: Call, body: Json, *, keep: bool) -> Response:
    server = find_server(call)
    items = check_metadata(body.get("metadata"))
    _require_quiet(call, server, "update metadata")
    # As Nova: read, merged, and written as a whole. Two clients at once can wipe out each other's keys.
    merged = {**server.metadata, **items} if keep else items
    check_metadata_quota(call, len(merged))
    server.metadata = merged
    call.world.turn_server(server)
    return answer({"metadata": dict(merged)})


def _require_quiet(call: Call, server: Server, action: str) -> None:
    require_unlocked(call, server)
    # Metadata can be written while an image is made.
    require_state(server, action, {"active", "paused", "suspended", "stopped"}, tasks=True)


async def show_metadata(call: Call) -> Response:
    """GET metadata/KEY."""
    return answer({"meta": {call.path("key"): _value(find_server(call), call.path("key"))}})


def _value(server: Server, key: str) -> str:
    if key not in server.metadata:
        raise Refusal(404, "Metadata item was not found")
    return server.metadata[key]


async def put_metadata(call: Call) -> Response:
    """PUT metadata/KEY."""
    meta = check_metadata((await call.json()).get("meta"), "meta")
    if list(meta) != [call.path("key")]:
        raise Refusal(400, "Request body and URI mismatch")
    server = find_server(call)
    _require_quiet(call, server, "update metadata")
    check_metadata_quota(call, len({**server.metadata, **meta}))
    server.metadata = {**server.metadata, **meta}
    call.world.turn_server(server)
    return answer({"meta": meta})


async def delete_metadata(call: Call) -> Response:
    """DELETE metadata/KEY."""
    server = find_server(call)
    _value(server, call.path("key"))
    _require_quiet(call, server, "delete metadata")
    server.metadata = {key: value for key, value in server.metadata.items() if key != call.path("key")}
    call.world.turn_server(server)
    return nothing(204)


async def list_tags(call: Call) -> Response:
    """GET tags."""
    return answer({"tags": list(find_server(call).tags)})


async def replace_tags(call: Call) -> Response:
    """PUT tags: a lock does not matter."""
    server = find_server(call)
    server.tags = [str(one) for one in (await call.json()).get("tags", [])]
    return answer({"tags": list(server.tags)})


async def list_addresses(call: Call) -> Response:
    """GET ips."""
    server = find_server(call)
    found: dict[str, list[Json]] = {}
    for port in (call.world.ports[one] for one in server.port_ids):
        name = call.world.networks[port.network_id].name
        found.setdefault(name, []).append({"version": 4, "addr": port.address})
    return answer({"addresses": found})


async def list_interfaces(call: Call) -> Response:
    """GET os-interface: the networks by id."""
    ports = [call.world.ports[one] for one in find_server(call).port_ids]
    views = [
        {
            "net_id": port.network_id,
            "port_id": port.id,
            "mac_addr": port.mac,
            "port_state": "ACTIVE",
            "fixed_ips": [{"subnet_id": port.subnet_id, "ip_address": port.address}],
            **({"tag": None} if call.version >= (2, 70) else {}),
        }
        for port in ports
    ]
    return answer({"interfaceAttachments": views})


async def list_groups(call: Call) -> Response:
    """GET os-security-groups."""
    groups = [call.world.security_groups[one] for one in find_server(call).security_groups]
    views = [
        {"id": one.id, "name": one.name, "description": one.description, "tenant_id": one.project_id, "rules": []}
        for one in groups
    ]
    return answer({"security_groups": views})


def _action_view(action: Action, call: Call, server: Server) -> Json:
    view = {
        "action": action.name,
        "instance_uuid": server.id,
        "request_id": action.request_id,
        "user_id": action.user_id,
        "project_id": action.project_id,
        "start_time": microseconds(action.started_at),
        "message": action.message,
    }
    return {**view, "updated_at": microseconds(action.updated_at)} if call.version >= (2, 58) else view


async def list_actions(call: Call) -> Response:
    """GET os-instance-actions, newest first."""
    server = find_server(call)
    return answer({"instanceActions": [_action_view(one, call, server) for one in server.actions]})


async def show_action(call: Call) -> Response:
    """GET os-instance-actions/REQUEST."""
    server = find_server(call)
    wanted = call.path("request")
    action = next((one for one in server.actions if one.request_id == wanted), None)
    if action is None:
        raise Refusal(404, f"Action {wanted} not found")
    events = [
        {
            "event": one.name,
            "start_time": microseconds(one.started_at),
            "finish_time": microseconds(one.finished_at),
            "result": one.result,
        }
        for one in action.events
    ]
    return answer({"instanceAction": {**_action_view(action, call, server), "events": events}})


async def list_attachments(call: Call) -> Response:
    """GET os-volume_attachments."""
    server = find_server(call)
    views = [attachment_view(server, one, call.version) for one in server.attachments]
    return answer({"volumeAttachments": views})


async def show_attachment(call: Call) -> Response:
    """GET os-volume_attachments/VOLUME."""
    server = find_server(call)
    return answer({"volumeAttachment": attachment_view(server, _attachment(call, server), call.version)})


def _attachment(call: Call, server: Server) -> Attachment:
    attachment = server.attachment(call.path("volume"))
    if attachment is None:
        raise Refusal(404, f"Instance {server.id} is not attached to volume {call.path('volume')}")
    return attachment


async def attach_volume(call: Call) -> Response:
    """POST os-volume_attachments."""
    server = find_server(call)
    asked = await call.part("volumeAttachment")
    _check_attachment_fields(call, asked)
    volume_id = str(asked.get("volumeId"))
    volume = call.world.volumes.get(volume_id)
    if volume is None or volume.project_id != server.project_id:
        raise Refusal(404, f"Volume {volume_id} could not be found.")
    require_unlocked(call, server)
    require_state(server, "attach_volume", _ATTACHABLE, tasks=True)
    _check_free(server, volume)
    attachment = attachments.attach(
        call.world,
        server,
        volume,
        tag=asked.get("tag"),
        delete_on_termination=bool(asked.get("delete_on_termination")),
        request_id=call.request_id,
    )
    view = attachment_view(server, attachment, call.version)
    # Nova's answer to the request names `id` in every version.
    return answer({"volumeAttachment": {"id": volume.id, **view}})


def _check_attachment_fields(call: Call, asked: Json) -> None:
    known = {"volumeId", "device"}
    if call.version >= (2, 49):
        known.add("tag")
    if call.version >= (2, 79):
        known.add("delete_on_termination")
    for name in asked:
        if name not in known:
            raise Refusal(
                400,
                f"Invalid input for field/attribute volumeAttachment. Value: {asked}. Additional properties are not "
                f"allowed ({name!r} was unexpected)",
            )


def _check_free(server: Server, volume: Volume) -> None:
    if volume.status == "in-use" and not (volume.multiattach and server.attachment(volume.id) is None):
        ids = ", ".join(one.server_id for one in volume.uses)
        raise Refusal(400, f"Invalid volume: volume {volume.id} is already attached to instances: {ids}")
    if volume.status not in {"available", "in-use"}:
        raise Refusal(
            400,
            f"Invalid volume: volume '{volume.id}' status must be 'available' or 'in-use'. "
            f"Currently in '{volume.status}'",
        )


async def update_attachment(call: Call) -> Response:
    """PUT os-volume_attachments/VOLUME: from 2.85 on it changes delete_on_termination."""
    server = find_server(call)
    attachment = _attachment(call, server)
    asked = await call.part("volumeAttachment")
    if "delete_on_termination" in asked:
        attachment.delete_on_termination = bool(asked["delete_on_termination"])
    return nothing()


async def detach_volume(call: Call) -> Response:
    """DELETE os-volume_attachments/VOLUME: 202, the rest comes later."""
    server = find_server(call)
    volume = call.world.volumes.get(call.path("volume"))
    if volume is None or volume.project_id != server.project_id:
        raise Refusal(404, f"Volume {call.path('volume')} could not be found.")
    attachment = _attachment(call, server)
    # V12: the root volume stays in every state.
    if attachment.boot_index == 0:
        raise Refusal(400, "Cannot detach a root device volume")
    require_unlocked(call, server)
    require_state(server, "detach_volume", _ATTACHABLE, tasks=True)
    # A detach that is under way: Nova passes Cinder's own sentence on.
    if volume.status != "in-use":
        raise Refusal(
            400,
            "Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be "
            f"'in-use' and attach_status must be 'attached' to detach. (HTTP 400) (Request-ID: {call.request_id})",
        )
    attachments.detach(call.world, server, volume, attachment, call.request_id)
    return nothing()

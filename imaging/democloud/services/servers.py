"""Nova: servers shown, made, renamed and deleted."""

from __future__ import annotations

import base64
import binascii

from starlette.responses import Response

from imaging.democloud.machines import servers
from imaging.democloud.machines.quotas import too_much
from imaging.democloud.records.image import Image
from imaging.democloud.records.network import Network
from imaging.democloud.records.server import Flavor, Server
from imaging.democloud.services.server_rules import (
    check_metadata,
    check_metadata_quota,
    check_name,
    find_server,
    require_unlocked,
)
from imaging.democloud.services.server_views import full_view, links
from imaging.democloud.web.call import Call, Json, answer, nothing
from imaging.democloud.web.errors import Refusal

_GIB = 1024**3
_KNOWN_FIELDS = {
    "name", "imageRef", "flavorRef", "networks", "security_groups", "metadata", "user_data", "key_name",
    "block_device_mapping_v2", "block_device_mapping", "min_count", "max_count", "description", "tags",
    "availability_zone", "config_drive", "adminPass", "OS-DCF:diskConfig", "accessIPv4", "accessIPv6", "personality",
    "return_reservation_id", "hostname", "trusted_image_certificates",
}  # fmt: skip


async def show_server(call: Call) -> Response:
    """GET /servers/ID."""
    return answer({"server": full_view(call, find_server(call))})


async def rename_server(call: Call) -> Response:
    """PUT /servers/ID: name and description; a lock does not matter."""
    server = find_server(call)
    asked = await call.part("server")
    if "name" in asked:
        server.name = check_name(asked["name"])
    if "description" in asked and call.version >= (2, 19):
        server.description = asked["description"]
    call.world.turn_server(server)
    return answer({"server": full_view(call, server)})


async def delete_server(call: Call) -> Response:
    """DELETE /servers/ID: 204 at once, gone later."""
    server = find_server(call)
    # V16: still shown, but it cannot be deleted twice.
    if server.terminated_at is not None:
        raise Refusal(404, f"Instance {server.id} could not be found.")
    require_unlocked(call, server)
    # Asked a second time Nova accepts it and does nothing more.
    if server.task_state != "deleting":
        servers.delete(call.world, server, call.request_id, call.caller.user.id)
    return nothing(204)


async def make_server(call: Call) -> Response:
    """POST /servers: 202 with an administrator's password in it."""
    asked = await call.part("server")
    _check_shape(call, asked)
    image = _image(call, asked)
    flavor = _flavor(call, str(asked.get("flavorRef")))
    _check_fit(image, flavor, asked)
    networks = _networks(call, asked)
    groups = [_group(call, one) for one in asked.get("security_groups") or [{"name": "default"}]]
    metadata = check_metadata(asked.get("metadata") or {})
    check_metadata_quota(call, len(metadata))
    _check_key(call, asked.get("key_name"))
    count = int(asked.get("min_count") or 1)
    short = too_much(
        call.world,
        call.project_id,
        {"instances": count, "cores": count * flavor.vcpus, "ram": count * flavor.ram},
    )
    if short:
        raise Refusal(403, short)
    order = servers.Order(
        name=asked["name"],
        project_id=call.project_id,
        user_id=call.caller.user.id,
        flavor=flavor,
        image=image,
        networks=networks,
        security_groups=[one for one in groups if one],
        request_id=call.request_id,
        metadata=metadata,
        mappings=asked.get("block_device_mapping_v2") or (),
        user_data=asked.get("user_data"),
        config_drive=asked.get("config_drive") in {True, "true", "True"},
        key_name=asked.get("key_name"),
        description=asked.get("description"),
        tags=list(asked.get("tags") or []),
    )
    server, *_ = [servers.launch(call.world, order) for _ in range(count)]
    return _made(call, server, groups)


def _made(call: Call, server: Server, groups: list[str]) -> Response:
    names = [call.world.security_groups[one].name for one in groups]
    view = {
        "id": server.id,
        "links": links(call, "servers", server.id),
        "OS-DCF:diskConfig": "MANUAL",
        "security_groups": [{"name": name} for name in names],
        # V29: a secret in an answer, which no client may log.
        "adminPass": call.world.ids.password(),
    }
    return answer({"server": view}, 202, {"Location": f"{call.base}/compute/v2.1/servers/{server.id}"})


def _check_shape(call: Call, asked: Json) -> None:
    said = f"Invalid input for field/attribute server. Value: {asked}."
    for name in asked:
        if name not in _KNOWN_FIELDS:
            raise Refusal(400, f"{said} Additional properties are not allowed ({name!r} was unexpected)")
    required = ["name", "flavorRef", *(["networks"] if call.version >= (2, 37) else [])]
    for name in required:
        if name not in asked:
            raise Refusal(400, f"{said} {name!r} is a required property")
    check_name(asked["name"])
    _check_user_data(asked.get("user_data"))


def _check_user_data(text: str | None) -> None:
    """As leniently as Nova: what is no letter of base64 is left out before the rest is decoded."""
    try:
        base64.b64decode(text or "")
    except (binascii.Error, ValueError):
        raise Refusal(
            400, f"Invalid input for field/attribute user_data. Value: {text}. {text!r} is not a 'base64'"
        ) from None


def _image(call: Call, asked: Json) -> Image | None:
    mappings = asked.get("block_device_mapping_v2") or []
    root = next((one for one in mappings if one.get("boot_index") in {0, "0"}), None)
    reference = asked.get("imageRef") or (root or {}).get("uuid" if (root or {}).get("source_type") == "image" else "")
    if not reference:
        if root is None:
            raise Refusal(400, "Invalid imageRef provided.")
        return None
    image = call.world.images.get(str(reference).rsplit("/", 1)[-1])
    if image is None or not can_see(call, image):
        # V20: 400 and not 404, for the image is only a field of the request.
        raise Refusal(400, "Can not find requested image")
    if image.status != "active":
        raise Refusal(400, f"Image {image.id} is not active.")
    return image


def can_see(call: Call, image: Image) -> bool:
    """Whether the caller's project may use the image."""
    return (
        image.owner == call.project_id
        or image.visibility in {"public", "community"}
        or call.project_id in image.members
        or call.caller.is_admin
    )


def _flavor(call: Call, reference: str) -> Flavor:
    flavor = call.world.flavors.get(reference.rsplit("/", 1)[-1])
    if flavor is None:
        raise Refusal(400, f"Flavor {reference} could not be found.")
    return flavor


def _check_fit(image: Image | None, flavor: Flavor, asked: Json) -> None:
    if image is None:
        return
    if image.min_ram > flavor.ram:
        raise Refusal(400, "Flavor's memory is too small for requested image.")
    # N10: the bytes as they are stored; what the image unpacks to is measured on the host.
    needed = max(image.min_disk * _GIB, image.size or 0)
    volume_backed = asked.get("block_device_mapping_v2") or image.properties.get("block_device_mapping")
    # A flavor of 0 GiB has no limit: its root disk is as large as the image.
    if flavor.disk and not volume_backed and needed > flavor.disk * _GIB:
        raise Refusal(
            400,
            "Flavor's disk is smaller than the minimum size specified in image metadata. "
            f"Flavor disk is {flavor.disk * _GIB} bytes, minimum size is {needed} bytes.",
        )


def _networks(call: Call, asked: Json) -> list[Network]:
    wanted = asked.get("networks")
    if wanted == "none":
        return []
    mine = [one for one in call.world.networks.values() if one.project_id == call.project_id and not one.external]
    if wanted in {None, "auto"} if not isinstance(wanted, list) else not wanted:
        # Why our own launches always name a network.
        if len(mine) > 1:
            raise Refusal(409, "Multiple possible networks found, use a Network ID to be more specific.")
        return mine
    return [_network(call, one) for one in wanted or []]


def _network(call: Call, wanted: Json) -> Network:
    network = call.world.networks.get(str(wanted.get("uuid")))
    if network is None or (network.project_id != call.project_id and not network.shared and not network.external):
        raise Refusal(400, f"Network {wanted.get('uuid')} could not be found.")
    if network.external and not network.shared:
        raise Refusal(403, f"It is not allowed to create an interface on external network {network.id}")
    return network


def _group(call: Call, wanted: Json) -> str:
    name = wanted.get("name")
    for group in call.world.security_groups.values():
        if group.project_id == call.project_id and name in {group.name, group.id}:
            return group.id
    raise Refusal(400, f"Unable to find security_group with name or id '{name}'")


def _check_key(call: Call, name: str | None) -> None:
    mine = {one.name for one in call.world.keypairs if one.user_id == call.caller.user.id}
    if name is not None and name not in mine:
        raise Refusal(400, "Invalid key_name provided.")

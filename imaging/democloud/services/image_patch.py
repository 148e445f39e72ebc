"""Glance: images changed by JSON patches, with what it accepts and what it refuses."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from imaging.democloud.records import Image
from imaging.democloud.services.image_views import find_image, image_view, require_owner
from imaging.democloud.web.call import Call, Json, answer
from imaging.democloud.web.errors import Refusal

_PATCHES = ("application/openstack-images-v2.0-json-patch", "application/openstack-images-v2.1-json-patch")
_OPERATIONS = ("add", "remove", "replace")
_READ_ONLY = {
    "id", "status", "checksum", "size", "virtual_size", "created_at", "updated_at", "owner", "direct_url", "self",
    "file", "schema", "os_hash_algo", "os_hash_value",
}  # fmt: skip
_FIELDS = {
    "name": "name", "visibility": "visibility", "protected": "protected", "os_hidden": "hidden",
    "min_disk": "min_disk", "min_ram": "min_ram", "tags": "tags", "disk_format": "disk_format",
    "container_format": "container_format",
}  # fmt: skip
_ONLY_QUEUED = {"disk_format", "container_format"}
_NAME_LIMIT = 255


async def patch_image(call: Call) -> Response:
    """PATCH /v2/images/ID: all of the operations or none."""
    if call.request.headers.get("content-type", "").split(";")[0] not in _PATCHES:
        raise Refusal(
            415,
            "The request media type application/json is not supported by this server. \n\n Image PATCH expects "
            f"Content-Type one of: {', '.join(_PATCHES)}",
        )
    operations = _operations(await call.request.body())
    image = find_image(call)
    require_owner(call, image, "modify_image")
    properties, fields = dict(image.properties), dict[str, Any]()
    for operation, name, value in operations:
        _apply(call, image, properties, fields, operation, name, value)
    image.properties = properties
    for name, value in fields.items():
        setattr(image, _FIELDS[name], value)
    image.updated_at = call.world.now()
    return answer(image_view(image))


def _operations(body: bytes) -> list[tuple[str, str, Any]]:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, list):
        raise Refusal(400, "Request body must be a JSON array of operation objects.")
    return [_operation(one) for one in asked]


def _operation(asked: Json) -> tuple[str, str, Any]:
    operation = str(asked.get("op"))
    if operation not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise Refusal(400, f"Invalid operation: `{operation}`. It must be one of the following: {known}.")
    path = str(asked.get("path", ""))
    if not path.startswith("/") or "/" in path[1:]:
        raise Refusal(400, f"Invalid JSON pointer for this resource: '{path}'")
    return operation, path[1:].replace("~1", "/").replace("~0", "~"), asked.get("value")


def _apply(
    call: Call, image: Image, properties: dict[str, str], fields: Json, operation: str, name: str, value: Any
) -> None:
    if name in _READ_ONLY:
        raise Refusal(403, f"Attribute '{name}' is read-only.")
    if name in _FIELDS:
        if operation == "remove":
            raise Refusal(403, f"Access was denied to this resource.\n\n Property {name} may not be removed.")
        if name in _ONLY_QUEUED and image.status != "queued":
            raise Refusal(403, f"Attribute {name} can be only replaced for a queued image.")
        check_field(call, image, name, value)
        fields[name] = value
        return
    if operation != "add" and name not in properties:
        raise Refusal(
            409, f"There was a conflict when trying to complete your request.\n\n Property {name} does not exist."
        )
    if operation == "remove":
        del properties[name]
    else:
        check_field(call, image, name, value)
        properties[name] = value


def check_field(call: Call, image: Image, name: str, value: Any) -> None:
    """Raises a 400 or 403 unless this may be the value of the field or property."""
    if name == "visibility":
        _check_visibility(call, value)
    elif name in {"min_disk", "min_ram"}:
        if not isinstance(value, int):
            raise _schema_error(name, value, "integer")
        if value < 0:
            raise Refusal(400, f"Invalid value '{value}' for parameter '{name}': Cannot be a negative value")
    elif name in {"protected", "os_hidden"}:
        if not isinstance(value, bool):
            raise _schema_error(name, value, "boolean")
    elif name == "tags":
        if not isinstance(value, list):
            raise _schema_error(name, value, "array")
    elif name in {"name", "disk_format", "container_format"} and value is None:
        return
    elif not isinstance(value, str):
        raise _schema_error(name, value, "string")
    elif name == "name" and len(value) > _NAME_LIMIT:
        raise Refusal(400, f"Provided object does not match schema 'image': {value!r} is too long")


def _check_visibility(call: Call, value: Any) -> None:
    if value not in {"community", "public", "private", "shared"}:
        raise Refusal(
            400,
            f"Provided object does not match schema 'image': {value!r} is not one of "
            "['community', 'public', 'private', 'shared']",
        )
    if value == "public" and not call.caller.is_admin:
        raise Refusal(403, "You are not authorized to complete publicize_image action.")


def _schema_error(name: str, value: Any, kind: str) -> Refusal:
    return Refusal(
        400,
        f"Provided object does not match schema 'image': {value!r} is not of type '{kind}'  Failed validating 'type' "
        f"in schema['properties']['{name}']",
    )

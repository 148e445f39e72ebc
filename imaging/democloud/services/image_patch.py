"""Glance: images changed by JSON patches, with what it accepts and what it refuses."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from starlette.responses import Response

from imaging.democloud.records.image import Image
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
_MAY_BE_NULL = {"name", "disk_format", "container_format"}
_ONLY_QUEUED = {"disk_format", "container_format"}
_RESERVED_PREFIX = "os_glance_"
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
    patch = _Patch(call, image)
    for one in operations:
        patch.take(one)
    patch.carry_out()
    return answer(image_view(image))


class _Operation(NamedTuple):
    word: str
    """add, remove or replace."""
    name: str
    value: Any


def _operations(body: bytes) -> list[_Operation]:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, list):
        raise Refusal(400, "Request body must be a JSON array of operation objects.")
    return [_operation(one) for one in asked]


def _operation(asked: Json) -> _Operation:
    word = str(asked.get("op"))
    if word not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise Refusal(400, f"Invalid operation: `{word}`. It must be one of the following: {known}.")
    path = str(asked.get("path", ""))
    if not path.startswith("/") or "/" in path[1:]:
        raise Refusal(400, f"Invalid JSON pointer for this resource: '{path}'")
    return _Operation(word, path[1:].replace("~1", "/").replace("~0", "~"), asked.get("value"))


class _Patch:
    """The changes of one patch, collected before any is made."""

    def __init__(self, call: Call, image: Image) -> None:
        self._call, self._image = call, image
        self._properties, self._fields = dict(image.properties), dict[str, Any]()

    def take(self, one: _Operation) -> None:
        """Check one operation and remember it."""
        if one.name in _READ_ONLY:
            raise Refusal(403, f"Attribute '{one.name}' is read-only.")
        if one.name.startswith(_RESERVED_PREFIX):
            raise Refusal(403, f"Attribute '{one.name}' is reserved.")
        if one.name in _FIELDS:
            self._take_field(one)
        else:
            self._take_property(one)

    def _take_field(self, one: _Operation) -> None:
        if one.word == "remove":
            raise Refusal(403, f"Access was denied to this resource.\n\n Property {one.name} may not be removed.")
        # V18: an image that was uploaded with the wrong format stays wrong.
        if one.name in _ONLY_QUEUED and self._image.status != "queued":
            raise Refusal(403, f"Attribute {one.name} can be only replaced for a queued image.")
        check_field(self._call, one.name, one.value)
        self._fields[one.name] = one.value

    def _take_property(self, one: _Operation) -> None:
        # Replacing and removing want the property to be there; adding does not mind.
        if one.word != "add" and one.name not in self._properties:
            raise Refusal(
                409,
                f"There was a conflict when trying to complete your request.\n\n Property {one.name} does not exist.",
            )
        if one.word == "remove":
            del self._properties[one.name]
        else:
            check_field(self._call, one.name, one.value)
            self._properties[one.name] = one.value

    def carry_out(self) -> None:
        """Make all the changes."""
        self._image.properties = self._properties
        for name, value in self._fields.items():
            setattr(self._image, _FIELDS[name], value)
        self._image.updated_at = self._call.world.now()


_KINDS: dict[str, tuple[type, str]] = {
    "min_disk": (int, "integer"),
    "min_ram": (int, "integer"),
    "protected": (bool, "boolean"),
    "os_hidden": (bool, "boolean"),
    "tags": (list, "array"),
}


def check_field(call: Call, name: str, value: Any) -> None:
    """Raises a 400 or 403 unless this may be the value of the field or property."""
    if name == "visibility":
        _check_visibility(call, value)
        return
    if value is None and name in _MAY_BE_NULL:
        return
    kind, word = _KINDS.get(name, (str, "string"))
    if not isinstance(value, kind):
        raise _schema_error(name, value, word)
    if isinstance(value, int) and value < 0:
        raise Refusal(400, f"Invalid value '{value}' for parameter '{name}': Cannot be a negative value")
    if name == "name" and len(str(value)) > _NAME_LIMIT:
        raise Refusal(400, f"Provided object does not match schema 'image': {value!r} is too long")


def _check_visibility(call: Call, value: Any) -> None:
    if value not in {"community", "public", "private", "shared"}:
        raise Refusal(
            400,
            f"Provided object does not match schema 'image': {value!r} is not one of "
            "['community', 'public', 'private', 'shared']",
        )
    # G4: the usual policy; to share with single projects needs no right of its own.
    if value == "public" and not call.caller.is_admin:
        raise Refusal(403, "You are not authorized to complete publicize_image action.")


def _schema_error(name: str, value: Any, kind: str) -> Refusal:
    return Refusal(
        400,
        f"Provided object does not match schema 'image': {value!r} is not of type '{kind}'  Failed validating 'type' "
        f"in schema['properties']['{name}']",
    )

"""Reads Glance images and their members."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, gibibytes, moment, rows, size, text, word, words
from models import foreign
from models.cloud.image import MAPPING, MAPPING_BYTES, UNKNOWN_VISIBILITY, Image
from models.errors import ForeignValueError

_OWN_FIELDS = frozenset(
    {
        *("id", "name", "status", "visibility", "owner", "size", "virtual_size", "min_disk", "min_ram"),
        *("disk_format", "container_format", "protected", "os_hidden", "created_at", "updated_at", "tags"),
        *("self", "file", "schema", "locations", "direct_url", "stores", "checksum", "os_hash_algo", "os_hash_value"),
    }
)
"""What Glance itself says about an image; every other field of the answer is a property."""


def read_image(raw: Mapping[str, Any]) -> Image | None:
    """One image of Glance v2, whose properties lie flat among its fields; None without an id."""
    image_id = text(raw.get("id"))
    if image_id is None:
        return None
    return Image(
        id=image_id,
        name=text(raw.get("name")) or "",
        status=word(raw.get("status"), "unknown").lower(),
        visibility=word(raw.get("visibility"), UNKNOWN_VISIBILITY).lower(),
        owner=text(raw.get("owner")),
        # G10: either size may be null; 0 and unknown are not the same (N5).
        size_bytes=size(raw.get("size")),
        virtual_size_bytes=size(raw.get("virtual_size")),
        min_disk_gib=gibibytes(raw.get("min_disk")) or 0,
        min_ram_mib=size(raw.get("min_ram")) or 0,
        **_content_hash(raw),
        disk_format=text(raw.get("disk_format")),
        container_format=text(raw.get("container_format")),
        protected=flag(raw.get("protected")) or False,
        hidden=flag(raw.get("os_hidden")) or False,
        created_at=moment(raw.get("created_at")),
        updated_at=moment(raw.get("updated_at")),
        tags=words(raw.get("tags")),
        properties=_properties(raw),
    )


def _content_hash(raw: Mapping[str, Any]) -> dict[str, str | None]:
    """The hash of its data and by what it was computed; MD5 where the cloud knows nothing better."""
    value, algorithm = text(raw.get("os_hash_value")), text(raw.get("os_hash_algo"))
    if value is not None and algorithm is not None:
        return {"content_hash": value, "hash_algorithm": algorithm.lower()}
    checksum = text(raw.get("checksum"))
    return {"content_hash": value or checksum, "hash_algorithm": "md5" if value is None and checksum else None}


def read_members(body: Mapping[str, Any]) -> dict[str, str]:
    """The members of a shared image: project id to `pending`, `accepted` or `rejected`."""
    return {
        member: word(row.get("status"), "unknown").lower()
        for row in rows(body.get("members"))
        if (member := text(row.get("member_id")))
    }


def _properties(raw: Mapping[str, Any]) -> dict[str, str]:
    """The properties as texts."""
    found = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in raw.items()
        if key not in _OWN_FIELDS and value is not None
    }
    if MAPPING in found:
        found[MAPPING] = _one_writing(found[MAPPING])
    return found


def _one_writing(mapping: str) -> str:
    """The disks of an image in one writing of JSON; as they came where they cannot be read.

    Nova reads tabs and carriage returns between the tokens, which do not survive in a text that is fit to be shown: a
    mapping that it understands and we do not would take somebody's volume along.
    """
    try:
        return json.dumps(foreign.document(mapping, max_bytes=MAPPING_BYTES))
    except ForeignValueError:
        return mapping

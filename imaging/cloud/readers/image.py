"""Reads Glance images and their members."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, moment, rows, text, whole, word, words
from models.image import Image
from models.text import many_lines, one_line

_OWN_FIELDS = frozenset(
    {
        *("id", "name", "status", "visibility", "owner", "size", "virtual_size", "min_disk", "min_ram"),
        *("disk_format", "container_format", "protected", "os_hidden", "created_at", "updated_at", "tags"),
        *("self", "file", "schema", "locations", "direct_url", "stores", "checksum", "os_hash_algo", "os_hash_value"),
    }
)
"""What Glance itself says of an image; every other field of the answer is a property."""


def read_image(raw: Mapping[str, Any]) -> Image | None:
    """One image of Glance v2, whose properties lie flat among its fields; None without an id."""
    image_id = text(raw.get("id"))
    if image_id is None:
        return None
    return Image(
        id=image_id,
        name=text(raw.get("name")) or "",
        status=word(raw.get("status"), "unknown").lower(),
        visibility=word(raw.get("visibility"), "private").lower(),
        owner=text(raw.get("owner")),
        size_bytes=whole(raw.get("size")),
        virtual_size_bytes=whole(raw.get("virtual_size")),
        min_disk_gib=whole(raw.get("min_disk")) or 0,
        min_ram_mib=whole(raw.get("min_ram")) or 0,
        disk_format=text(raw.get("disk_format")),
        container_format=text(raw.get("container_format")),
        protected=flag(raw.get("protected")) or False,
        hidden=flag(raw.get("os_hidden")) or False,
        created_at=moment(raw.get("created_at")),
        updated_at=moment(raw.get("updated_at")),
        tags=words(raw.get("tags")),
        properties=_properties(raw),
    )


def read_members(body: Mapping[str, Any]) -> dict[str, str]:
    """The members of a shared image: project id to `pending`, `accepted` or `rejected`."""
    return {
        member: word(row.get("status"), "unknown").lower()
        for row in rows(body.get("members"))
        if (member := text(row.get("member_id")))
    }


def _properties(raw: Mapping[str, Any]) -> dict[str, str]:
    """The properties as texts. A description may have several lines; what no terminal should see is taken out."""
    return {
        one_line(key): many_lines(value if isinstance(value, str) else json.dumps(value))
        for key, value in raw.items()
        if key not in _OWN_FIELDS and value is not None
    }

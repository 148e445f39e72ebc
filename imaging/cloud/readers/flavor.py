"""Reads Nova flavors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, gibibytes, size, strings, text
from models.cloud.flavor import Flavor


def read_flavor(raw: Mapping[str, Any]) -> Flavor | None:
    """One flavor of `GET /flavors/detail`; None without an id. Swap of nothing comes as an empty text below 2.75."""
    flavor_id = text(raw.get("id"))
    if flavor_id is None:
        return None
    return Flavor(
        id=flavor_id,
        name=text(raw.get("name")) or flavor_id,
        vcpus=size(raw.get("vcpus")) or 0,
        ram_mib=size(raw.get("ram")) or 0,
        disk_gib=gibibytes(raw.get("disk")) or 0,
        ephemeral_gib=gibibytes(raw.get("OS-FLV-EXT-DATA:ephemeral")) or 0,
        swap_mib=size(raw.get("swap")) or 0,
        disabled=flag(raw.get("OS-FLV-DISABLED:disabled")) or False,
        extra_specs=strings(raw["extra_specs"]) if isinstance(raw.get("extra_specs"), Mapping) else None,
    )
